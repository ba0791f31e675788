/* SPDX-License-Identifier: MIT */
/*
 * Numbers of the environment: what is taken, at the limits and beside them, and what is the usual instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "envnum.h"

static uint32_t number(const char *text) {
        static const EnvNum what = {.name = "X", .least = 1, .most = 64, .usual = 10};

        return envnum_of(&what, text);
}

static void a_number_is_within_its_limits(void **state) {
        static const char *const bad[] = {"", "0", "00", "65", "-1", "+1", " 5", "5 ", "5s", "1.5", "0x10",
                "4294967297", "18446744073709551617", "99999999999999999999"};

        (void)state;
        assert_int_equal(number(NULL), 10);
        assert_int_equal(number("1"), 1);
        assert_int_equal(number("007"), 7);
        assert_int_equal(number("63"), 63);
        assert_int_equal(number("64"), 64);
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
                assert_int_equal(number(bad[i]), 10);
}

static uint64_t size(const char *text) {
        return envnum_size_of("X", text, 7);
}

static void a_size_may_have_a_unit(void **state) {
        static const char *const bad[] = {"", "0", "0k", "k", "-1", "+1k", " 5", "5 ", "5kk", "5kb", "1.5m",
                "18446744073709551616", "18014398509481984k", "17592186044416m", "17179869184g"};

        (void)state;
        assert_int_equal(size(NULL), 7);
        assert_int_equal(size("1"), 1);
        assert_int_equal(size("3k"), 3072);
        assert_int_equal(size("2M"), 2u << 20);
        assert_int_equal(size("5g"), 5ull << 30);
        assert_true(size("18446744073709551615") == UINT64_MAX);
        assert_true(size("17179869183g") == 17179869183ull << 30);
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
                assert_int_equal(size(bad[i]), 7);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_number_is_within_its_limits),
                cmocka_unit_test(a_size_may_have_a_unit),
        };

        return cmocka_run_group_tests_name("vfs envnum", tests, NULL, NULL);
}
