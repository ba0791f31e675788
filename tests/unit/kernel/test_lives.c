/* SPDX-License-Identifier: MIT */
/*
 * Which processes are started again, and when: kernel/lives.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/lives.h"

#define EXIT(code)  ((code) << 8)
#define KILLED(sig) (sig)

enum { NO, FAILURE, ALWAYS, IMPATIENT, N_TASKS };

static SolTask tasks[N_TASKS] = {
        [NO] = {.restart = RESTART_NO, .restart_limit = 3, .restart_delay_ms = 100},
        [FAILURE] = {.restart = RESTART_ON_FAILURE, .restart_limit = 3, .restart_delay_ms = 100},
        [ALWAYS] = {.restart = RESTART_ALWAYS,
                .restart_limit = 100,
                .restart_delay_ms = LIVES_DELAY_MAX_MS / 2},
        [IMPATIENT] = {.restart = RESTART_ALWAYS, .restart_limit = 3},
};
static const Solution solution = {.tasks = tasks, .n_tasks = N_TASKS};
static Lives lives;

static int set_up(void **state) {
        (void)state;
        return lives_init(&lives, &solution);
}

static int tear_down(void **state) {
        (void)state;
        lives_deinit(&lives);
        return 0;
}

static void only_what_is_wanted_comes_again(void **state) {
        (void)state;
        assert_int_equal(lives_ended(&lives, NO, KILLED(9), 0), LIVES_OVER);
        assert_int_equal(lives_ended(&lives, NO, EXIT(1), 0), LIVES_OVER);
        assert_int_equal(lives_ended(&lives, FAILURE, EXIT(0), 0), LIVES_OVER);
        assert_int_equal(lives_ended(&lives, FAILURE, EXIT(1), 0), LIVES_AGAIN);
        assert_int_equal(lives_ended(&lives, ALWAYS, EXIT(0), 0), LIVES_AGAIN);
        assert_int_equal(lives_take_due(&lives, 0, 100), FAILURE);
        assert_int_equal(lives_ended(&lives, FAILURE, KILLED(15), 0), LIVES_AGAIN);
        assert_int_equal(lives.n_due, 2);
}

static void the_delay_doubles_up_to_its_limit(void **state) {
        uint64_t now = 1000;

        (void)state;
        for (uint64_t delay = 100; delay <= 400; delay *= 2) {
                assert_int_equal(lives_ended(&lives, FAILURE, EXIT(1), now), LIVES_AGAIN);
                assert_true(lives_next_due(&lives) == now + delay);
                assert_int_equal(lives_take_due(&lives, 0, now + delay - 1), SOL_NOBODY);
                now += delay;
                assert_int_equal(lives_take_due(&lives, 0, now), FAILURE);
                lives_began(&lives, FAILURE, now);
        }
        for (unsigned i = 0; i < 3; i++) {
                assert_int_equal(lives_ended(&lives, ALWAYS, EXIT(0), now), LIVES_AGAIN);
                assert_true(
                        lives_next_due(&lives) == now + (i ? LIVES_DELAY_MAX_MS : LIVES_DELAY_MAX_MS / 2));
                assert_int_equal(lives_take_due(&lives, 0, now + LIVES_DELAY_MAX_MS), ALWAYS);
        }
}

static void live(uint32_t task, uint64_t now) {
        assert_int_equal(lives_take_due(&lives, 0, now), task);
        lives_began(&lives, task, now);
}

static void at_the_limit_it_stays_away_and_a_life_that_lasted_counts_anew(void **state) {
        uint64_t now = 0;

        (void)state;
        for (unsigned i = 0; i < 3; i++) {
                assert_int_equal(lives_ended(&lives, IMPATIENT, EXIT(1), now), LIVES_AGAIN);
                live(IMPATIENT, now);
        }
        assert_int_equal(lives_ended(&lives, IMPATIENT, EXIT(1), now + LIVES_LASTED_MS - 1), LIVES_GIVEN_UP);
        assert_int_equal(lives_ended(&lives, IMPATIENT, EXIT(1), now + LIVES_LASTED_MS), LIVES_AGAIN);
        assert_true(lives_next_due(&lives) == now + LIVES_LASTED_MS);
        assert_int_equal(lives.list[IMPATIENT].n_short, 1);
}

static void a_start_that_fails_counts_as_a_short_life(void **state) {
        (void)state;
        assert_int_equal(lives_ended(&lives, IMPATIENT, EXIT(1), 5), LIVES_AGAIN);
        for (unsigned i = 0; i < 2; i++) {
                assert_int_equal(lives_take_due(&lives, 0, 5), IMPATIENT);
                assert_int_equal(lives_failed(&lives, IMPATIENT, 5), LIVES_AGAIN);
        }
        assert_int_equal(lives_take_due(&lives, 0, 5), IMPATIENT);
        assert_int_equal(lives_failed(&lives, IMPATIENT, 5), LIVES_GIVEN_UP);
        assert_int_equal(lives_take_due(&lives, 0, 5), SOL_NOBODY);
        assert_true(lives_next_due(&lives) == LIVES_NEVER);
}

static void count(void *arg, uint32_t task) {
        *(uint32_t *)arg |= 1u << task;
}

static void what_was_due_is_told_when_nothing_starts_any_more(void **state) {
        uint32_t told = 0;

        (void)state;
        assert_int_equal(lives_ended(&lives, FAILURE, EXIT(1), 5), LIVES_AGAIN);
        assert_int_equal(lives_ended(&lives, IMPATIENT, EXIT(0), 5), LIVES_AGAIN);
        lives_cancel(&lives, count, &told);
        assert_int_equal(told, 1u << FAILURE | 1u << IMPATIENT);
        assert_int_equal(lives_take_due(&lives, 0, UINT64_MAX - 1), SOL_NOBODY);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(only_what_is_wanted_comes_again, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_delay_doubles_up_to_its_limit, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        at_the_limit_it_stays_away_and_a_life_that_lasted_counts_anew, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_start_that_fails_counts_as_a_short_life, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_was_due_is_told_when_nothing_starts_any_more, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
