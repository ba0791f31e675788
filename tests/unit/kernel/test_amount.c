/* SPDX-License-Identifier: MIT */
/*
 * Amounts: each kind, its units, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/amount.h"

typedef bool Parse(const char *text, uint64_t *ret_amount);

static void is(Parse *parse, const char *text, uint64_t wanted) {
        uint64_t amount = ~wanted;

        if (!parse(text, &amount) || amount != wanted)
                fail_msg("'%s' gives %llu", text, (unsigned long long)amount);
}

static void is_none(Parse *parse, const char *const *texts) {
        uint64_t amount;

        for (; *texts; texts++)
                if (parse(*texts, &amount))
                        fail_msg("'%s' is taken", *texts);
}

static void a_count_is_digits(void **state) {
        static const char *const none[] = {"", "-1", "+1", " 1", "1 ", "1K", "0x10", "1.0", "1e3",
                "18446744073709551616", "99999999999999999999", NULL};

        (void)state;
        is(amount_count, "0", 0);
        is(amount_count, "007", 7);
        is(amount_count, "18446744073709551615", UINT64_MAX);
        is_none(amount_count, none);
}

static void a_size_has_units_of_1024(void **state) {
        static const char *const none[] = {"", "K", "1k", "1KB", "1KiB", "1.5M", "-1M", "1 M", "1P",
                "16777216T", "18014398509481984K", NULL};

        (void)state;
        is(amount_size, "1", 1);
        is(amount_size, "1K", 1024);
        is(amount_size, "64M", 64u << 20);
        is(amount_size, "2G", 2ull << 30);
        is(amount_size, "16777215T", 16777215ull << 40);
        is(amount_size, "18014398509481983K", 18014398509481983ull << 10);
        is_none(amount_size, none);
}

static void a_share_has_up_to_three_digits_behind_the_point(void **state) {
        static const char *const none[] = {
                "", ".5", "0.", "0.1234", "50%", "1/2", "0,5", "0.5.5", "-0.5", "18446744073709552", NULL};

        (void)state;
        is(amount_share, "2", 2000);
        is(amount_share, "0.5", 500);
        is(amount_share, "0.05", 50);
        is(amount_share, "1.125", 1125);
        is(amount_share, "18446744073709551.615", UINT64_MAX);
        is_none(amount_share, none);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_count_is_digits),
                cmocka_unit_test(a_size_has_units_of_1024),
                cmocka_unit_test(a_share_has_up_to_three_digits_behind_the_point),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
