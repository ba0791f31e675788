/* SPDX-License-Identifier: MIT */
/*
 * What a waiter learns from slow yields: a stranger who takes every slice that is offered, and others whose
 * turn it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "transport/wait.h"

#define QUICK_NS  1000u
#define SLOW_NS   (8u * WAIT_YIELD_SLOW_NS)
#define ENOUGH_NS (SLOW_NS / WAIT_YIELD_SHARE) /* of quick ones */

static void a_yield_that_always_takes_a_slice_is_left_out(void **state) {
        WaitHabit h = WAIT_HABIT_INIT;

        (void)state;
        for (int i = 0; i < 3; i++) {
                wait_yield_took(&h, QUICK_NS);
                wait_yield_took(&h, SLOW_NS);
                assert_int_equal(h.yield_ban, WAIT_YIELD_BAN << i);
                assert_int_equal(h.yield_banned, h.yield_ban);
        }
        for (int i = 0; i < 32; i++)
                wait_yield_took(&h, SLOW_NS);
        assert_int_equal(h.yield_ban, WAIT_YIELD_BAN_MAX);
}

static void a_slice_after_many_quick_ones_was_anothers_turn(void **state) {
        WaitHabit h = WAIT_HABIT_INIT;

        (void)state;
        for (int i = 0; i < 100; i++) {
                for (uint32_t ns = 0; ns < ENOUGH_NS; ns += QUICK_NS)
                        wait_yield_took(&h, QUICK_NS);
                wait_yield_took(&h, SLOW_NS);
        }
        assert_int_equal(h.yield_banned, 0);
}

static void so_much_is_enough_and_less_is_not(void **state) {
        WaitHabit enough = WAIT_HABIT_INIT, less = WAIT_HABIT_INIT;

        (void)state;
        wait_yield_took(&enough, ENOUGH_NS);
        wait_yield_took(&enough, SLOW_NS);
        assert_int_equal(enough.yield_banned, 0);
        wait_yield_took(&less, ENOUGH_NS - 1);
        wait_yield_took(&less, SLOW_NS);
        assert_int_equal(less.yield_banned, WAIT_YIELD_BAN);
        wait_yield_took(&enough, SLOW_NS); /* what was quick counts once */
        assert_int_equal(enough.yield_banned, WAIT_YIELD_BAN);
}

static void slow_is_slow_from_the_limit_on(void **state) {
        WaitHabit h = WAIT_HABIT_INIT;

        (void)state;
        wait_yield_took(&h, WAIT_YIELD_SLOW_NS - 1);
        assert_int_equal(h.yield_banned, 0);
        h.yield_quick = 0;
        wait_yield_took(&h, WAIT_YIELD_SLOW_NS);
        assert_int_equal(h.yield_banned, WAIT_YIELD_BAN);
}

static void quick_ones_halve_the_next_ban(void **state) {
        WaitHabit h = WAIT_HABIT_INIT;

        (void)state;
        wait_yield_took(&h, SLOW_NS);
        for (uint32_t i = 0; i < WAIT_YIELD_GOOD - 1; i++)
                wait_yield_took(&h, 1);
        assert_int_equal(h.yield_ban, WAIT_YIELD_BAN);
        wait_yield_took(&h, 1);
        assert_int_equal(h.yield_ban, WAIT_YIELD_BAN / 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_yield_that_always_takes_a_slice_is_left_out),
                cmocka_unit_test(a_slice_after_many_quick_ones_was_anothers_turn),
                cmocka_unit_test(so_much_is_enough_and_less_is_not),
                cmocka_unit_test(slow_is_slow_from_the_limit_on),
                cmocka_unit_test(quick_ones_halve_the_next_ban),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
