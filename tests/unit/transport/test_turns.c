/* SPDX-License-Identifier: MIT */
/*
 * Turns: when the relay moves in the ring, and when it leaves things as they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "platform/linux/slice.h"
#include "transport/turns.h"

static Turns turns;

static int begin(void **state) {
        (void)state;
        turns_begin(&turns);
        turns.usual_ns = 3000000; /* whatever this system says: the calls are harmless where there are none */
        return 0;
}

static int end(void **state) {
        (void)state;
        plat_slice_set(0);
        return 0;
}

static void wait_often(uint32_t n, uint32_t n_yields) {
        for (uint32_t i = 0; i < n; i++)
                turns_waited(&turns, n_yields);
}

static void waits_that_are_late_in_a_row_lead_to_a_move(void **state) {
        (void)state;
        wait_often(TURNS_LATE - 1, 2);
        assert_int_equal(turns.n_moves, 0);
        wait_often(1, 2);
        assert_int_equal(turns.n_moves, 1);
        assert_true(turns.is_moving);
        wait_often(1, 1);
        assert_false(turns.is_moving);
}

static void one_in_time_between_them_does_not(void **state) {
        (void)state;
        for (uint32_t i = 0; i < 10; i++) {
                wait_often(TURNS_LATE - 1, 2);
                wait_often(1, 1);
        }
        wait_often(1000, 0);
        assert_int_equal(turns.n_moves, 0);
}

static void moves_that_do_not_help_become_rare(void **state) {
        (void)state;
        wait_often(100000, 2);
        assert_in_range(turns.n_moves, 100000 / TURNS_GAP_MAX / 2, 100000 / TURNS_GAP_MAX + 10);
        wait_often(TURNS_STEADY, 1);
        assert_int_equal(turns.gap, TURNS_LATE);
}

static void judged_answers_halve_the_slice_and_straight_ones_restore_it(void **state) {
        (void)state;
        for (uint32_t i = 0; i < 2 * TURNS_MIX; i++)
                turns_handed_on(&turns, i % 2);
        assert_true(turns.is_half);
        for (uint32_t i = 0; i < 2 * TURNS_MIX; i++)
                turns_handed_on(&turns, false);
        assert_false(turns.is_half);
}

static void without_a_known_slice_nothing_is_done(void **state) {
        (void)state;
        turns.usual_ns = 0;
        wait_often(1000, 2);
        for (uint32_t i = 0; i < 2 * TURNS_MIX; i++)
                turns_handed_on(&turns, true);
        assert_int_equal(turns.n_moves, 0);
        assert_false(turns.is_half);
}

static void a_slice_that_is_set_is_read_again(void **state) {
        uint64_t usual = plat_slice_get();

        (void)state;
        plat_slice_set(2 * usual);
        assert_int_equal(plat_slice_get(), 2 * usual);
        plat_slice_set(0);
        assert_int_equal(plat_slice_get(), usual);
}

#define with_turns(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                with_turns(waits_that_are_late_in_a_row_lead_to_a_move),
                with_turns(one_in_time_between_them_does_not), with_turns(moves_that_do_not_help_become_rare),
                with_turns(judged_answers_halve_the_slice_and_straight_ones_restore_it),
                with_turns(without_a_known_slice_nothing_is_done),
                with_turns(a_slice_that_is_set_is_read_again), /* the last: older kernels tell no slice */
        };
        size_t n = sizeof tests / sizeof *tests - (plat_slice_get() == 0);

        return _cmocka_run_group_tests("turns", tests, n, NULL, NULL);
}
