/* SPDX-License-Identifier: MIT */
/*
 * Due: who is to hear of events, that everybody's turn comes whoever never rests, and that who has gone is
 * not due.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "due.h"

static void everybody_has_a_turn(void **state) {
        Due d = {.n = 0};
        uint32_t ports;

        (void)state;
        due_add(&d, 0, 1);
        due_add(&d, 5, 2);
        due_add(&d, BANK_OWNERS_MAX - 1, 4);
        assert_int_equal(due_take(&d, &ports), 0);
        due_add(&d, 0, 1); /* who never rests */
        assert_int_equal(due_take(&d, &ports), 5);
        assert_int_equal(ports, 2);
        due_add(&d, 0, 8);
        assert_int_equal(due_take(&d, &ports), BANK_OWNERS_MAX - 1);
        assert_int_equal(due_take(&d, &ports), 0);
        assert_int_equal(ports, 1 | 8);
        assert_int_equal(d.n, 0);
}

static void what_ends_is_not_due(void **state) {
        Due d = {.n = 0};
        uint32_t ports;

        (void)state;
        due_add(&d, 3, 1);
        due_add(&d, 3, 2);
        due_add(&d, 4, 1);
        assert_int_equal(d.n, 2);
        assert_int_equal(due_drop(&d, 3), 3);
        assert_int_equal(due_drop(&d, 3), 0);
        assert_int_equal(due_take(&d, &ports), 4);
        assert_int_equal(d.n, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(everybody_has_a_turn),
                cmocka_unit_test(what_ends_is_not_due),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
