/* SPDX-License-Identifier: MIT */
/*
 * The growing text buffer, and the steps from one UTF-8 character to the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/utf8.h"

static void an_unused_text_is_empty(void **state) {
        Text t = TEXT_NULL;

        (void)state;
        assert_string_equal(text_str(&t), "");
        text_clear(&t);
        text_deinit(&t);
}

static void what_is_appended_is_there(void **state) {
        Text t = TEXT_NULL;

        (void)state;
        text_puts(&t, "a");
        text_putc(&t, 'b');
        text_append(&t, "cde", 2);
        text_fill(&t, '-', 3);
        text_printf(&t, "%s%d", "x", 7);
        assert_string_equal(text_str(&t), "abcd---x7");
        assert_int_equal(t.size, 9);
        text_clear(&t);
        assert_string_equal(text_str(&t), "");
        text_deinit(&t);
        assert_null(t.data);
}

static void growing_keeps_the_content_and_the_nul(void **state) {
        Text t = TEXT_NULL;

        (void)state;
        for (size_t i = 0; i < 70000; i++) {
                text_putc(&t, (char)('a' + i % 26));
                assert_int_equal(t.data[t.size], 0);
        }
        for (size_t i = 0; i < 70000; i++)
                assert_int_equal(t.data[i], 'a' + i % 26);
        text_fill(&t, '.', 100000);
        assert_int_equal(t.size, 170000);
        text_deinit(&t);
}

static void integers_are_decimal(void **state) {
        Text t = TEXT_NULL;

        (void)state;
        text_uint(&t, 0);
        text_putc(&t, ' ');
        text_uint(&t, 1020304);
        text_putc(&t, ' ');
        text_uint(&t, UINT64_MAX);
        assert_string_equal(text_str(&t), "0 1020304 18446744073709551615");
        text_deinit(&t);
}

static void utf8_lengths(void **state) {
        static const struct {
                const char *bytes;
                size_t size;
                size_t length;
        } rows[] = {
                {"a", 1, 1},
                {"\0", 1, 1},
                {"\xC3\xA9", 2, 2},
                {"\xE2\x82\xAC", 3, 3},
                {"\xF0\x9F\x98\x80", 4, 4},
                {"\xC3", 1, 0},             /* cut off */
                {"\xE2\x82", 2, 0},         /* cut off */
                {"\xA9", 1, 0},             /* begins in the middle */
                {"\xC1\xA9", 2, 0},         /* longer than needed */
                {"\xC3(", 2, 0},            /* no second byte */
                {"\xF5\x80\x80\x80", 4, 0}, /* behind the last code point */
                {"\xFF", 1, 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                assert_int_equal(utf8_length(rows[i].bytes, rows[i].size), rows[i].length);
                assert_int_equal(utf8_step(rows[i].bytes, rows[i].size), rows[i].length ? rows[i].length : 1);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_unused_text_is_empty),
                cmocka_unit_test(what_is_appended_is_there),
                cmocka_unit_test(growing_keeps_the_content_and_the_nul),
                cmocka_unit_test(integers_are_decimal),
                cmocka_unit_test(utf8_lengths),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
