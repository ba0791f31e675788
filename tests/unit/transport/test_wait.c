/* SPDX-License-Identifier: MIT */
/*
 * What a waiter learns from slow yields: a stranger who takes every slice that is offered, and others whose
 * turn it was.
 */
#include <pthread.h>
#include <sched.h>
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

static bool never(void *arg) {
        (void)arg;
        return false;
}

/* On the first processor that it may use, so that its number is known. */
static void *yield_and_look(void *arg) {
        WaitHabit h = WAIT_HABIT_INIT;
        cpu_set_t allowed, one;
        int cpu = 0;

        CPU_ZERO(&one);
        (void)sched_getaffinity(0, sizeof allowed, &allowed);
        while (!CPU_ISSET(cpu, &allowed))
                cpu++;
        CPU_SET(cpu, &one);
        (void)sched_setaffinity(0, sizeof one, &one);
        (void)wait_yield(&h, NULL, never, NULL);
        *(bool *)arg = !plat_leave_rseq() && sched_getcpu() == cpu && plat_cpu() == (uint32_t)cpu;
        return NULL;
}

/* Nothing is left to leave, and what asks for the processor is still told. */
static void thread_that_yields_has_no_restartable_sequences(void **state) {
        pthread_t thread;
        bool is_right = false;

        (void)state;
        assert_int_equal(pthread_create(&thread, NULL, yield_and_look, &is_right), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(is_right);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_yield_that_always_takes_a_slice_is_left_out),
                cmocka_unit_test(a_slice_after_many_quick_ones_was_anothers_turn),
                cmocka_unit_test(so_much_is_enough_and_less_is_not),
                cmocka_unit_test(slow_is_slow_from_the_limit_on),
                cmocka_unit_test(quick_ones_halve_the_next_ban),
                cmocka_unit_test(thread_that_yields_has_no_restartable_sequences),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
