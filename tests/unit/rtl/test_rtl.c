/* SPDX-License-Identifier: MIT */
/*
 * The small runtime library: rounding, choosing, memory and formatted output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include <rtl/rtc.h>
#include <rtl/stdio.h>
#include <rtl/string.h>

static void rounding_keeps_multiples(void **state) {
        static const struct {
                rtl_uint32_t x, up, down;
        } rows[] = {{0, 0, 0}, {1, 8, 0}, {7, 8, 0}, {8, 8, 8}, {9, 16, 8}, {15, 16, 8}, {16, 16, 16}};
        (void)state;

        for (size_t i = 0; i < rtl_countof(rows); i++) {
                assert_int_equal(rtl_align_up(rows[i].x, 8), rows[i].up);
                assert_int_equal(rtl_align_down(rows[i].x, 8), rows[i].down);
        }
        assert_int_equal(rtl_align_up(5, 1), 5);
}

static void rounding_happens_in_the_type_of_the_number(void **state) {
        const rtl_uint64_t large = UINT64_C(0x1234567800000001);
        int i = 3;
        (void)state;

        assert_true(rtl_align_up(large, 4096u) == UINT64_C(0x1234567800001000));
        assert_true(rtl_align_down(large, 4096u) == UINT64_C(0x1234567800000000));
        assert_int_equal(sizeof(rtl_align_up((rtl_uint16_t)3, 8)), 2);
        assert_int_equal(rtl_align_up(i++, 4), 4);
        assert_int_equal(i, 4);
}

static void min_and_max_choose(void **state) {
        (void)state;

        assert_int_equal(rtl_min(2, 3), 2);
        assert_int_equal(rtl_min(3, 2), 2);
        assert_int_equal(rtl_max(2, 3), 3);
        assert_int_equal(rtl_max(-2, -3), -2);
}

static void memory_functions_are_those_of_the_c_library(void **state) {
        char text[] = "abcdef";
        (void)state;

        assert_ptr_equal(rtl_memset(text, 'x', 2), text);
        assert_string_equal(text, "xxcdef");
        rtl_memmove(text + 1, text, 5);
        assert_string_equal(text, "xxxcde");
        rtl_memcpy(text, "12", 2);
        assert_int_equal(rtl_memcmp(text, "12x", 3), 0);
        assert_int_equal(rtl_strlen(text), 6);
        assert_true(rtl_strcmp("a", "b") < 0);
        assert_int_equal(rtl_strncmp("abc", "abd", 2), 0);
}

static void what_is_in_a_text_is_found(void **state) {
        const char text[100] = "abcabc";
        const char open_end[] = {'a', 'b'};
        (void)state;

        assert_ptr_equal(rtl_memchr(text, 'c', 7), text + 2);
        assert_null(rtl_memchr(text, 'c', 2));
        assert_int_equal(rtl_strnlen(text, 3), 3);
        assert_int_equal(rtl_strnlen(text, 6), 6);
        assert_int_equal(rtl_strnlen(text, 100), 6);
        assert_int_equal(rtl_strnlen(open_end, sizeof open_end), 2);
        assert_int_equal(rtl_strnlen(open_end, 0), 0);
        assert_ptr_equal(rtl_strchr(text, 'b'), text + 1);
        assert_ptr_equal(rtl_strrchr(text, 'b'), text + 4);
        assert_null(rtl_strchr(text, 'x'));
        assert_null(rtl_strrchr(text, 'x'));
        assert_ptr_equal(rtl_strstr(text, "ca"), text + 2);
        assert_null(rtl_strstr(text, "cb"));
}

static void text_in_memory_is_cut_and_terminated(void **state) {
        char text[4];
        (void)state;

        assert_int_equal(rtl_snprintf(text, sizeof(text), "%d", 123), 3);
        assert_string_equal(text, "123");
        assert_int_equal(rtl_snprintf(text, sizeof(text), "%d", 12345), 5);
        assert_string_equal(text, "123");
        assert_int_equal(rtl_snprintf(NULL, 0, "%s", "text"), 4);
}

static void printed_text_goes_to_the_standard_output(void **state) {
        int saved, ends[2];
        char got[32];
        ssize_t n;
        (void)state;

        fflush(stdout);
        saved = dup(STDOUT_FILENO);
        assert_int_equal(pipe(ends), 0);
        dup2(ends[1], STDOUT_FILENO);
        n = rtl_printf("%s %u\n", "port", 7u);
        fflush(stdout);
        dup2(saved, STDOUT_FILENO);
        assert_int_equal(n, 7);
        n = read(ends[0], got, sizeof(got) - 1);
        assert_int_equal(n, 7);
        got[n] = '\0';
        assert_string_equal(got, "port 7\n");
        close(saved);
        close(ends[0]);
        close(ends[1]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(rounding_keeps_multiples),
                cmocka_unit_test(rounding_happens_in_the_type_of_the_number),
                cmocka_unit_test(min_and_max_choose),
                cmocka_unit_test(memory_functions_are_those_of_the_c_library),
                cmocka_unit_test(what_is_in_a_text_is_found),
                cmocka_unit_test(text_in_memory_is_cut_and_terminated),
                cmocka_unit_test(printed_text_goes_to_the_standard_output),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
