/* SPDX-License-Identifier: MIT */
/*
 * In which order processes are asked to end: kernel/endings.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/endings.h"

/* Main and Other call Vfs, Vfs calls Driver; Left and Right call each other; Alone nobody. */
enum { DRIVER, VFS, MAIN, OTHER, LEFT, RIGHT, ALONE, N_TASKS };

static SolChannel of_main[] = {{.client = MAIN, .server = VFS}};
static SolChannel of_other[] = {{.client = OTHER, .server = VFS}};
static SolChannel of_vfs[] = {{.client = VFS, .server = DRIVER}};
static SolChannel of_left[] = {{.client = LEFT, .server = RIGHT}};
static SolChannel of_right[] = {{.client = RIGHT, .server = LEFT}};
static SolTask tasks[N_TASKS] = {
        [MAIN] = {.channels = of_main, .n_channels = 1},
        [OTHER] = {.channels = of_other, .n_channels = 1},
        [VFS] = {.channels = of_vfs, .n_channels = 1},
        [LEFT] = {.channels = of_left, .n_channels = 1},
        [RIGHT] = {.channels = of_right, .n_channels = 1},
};
static const Solution solution = {.tasks = tasks, .n_tasks = N_TASKS};

typedef struct Run {
        uint32_t running, told; /* a bit each; told: by the last call */
} Run;

static Endings endings;

static int set_up(void **state) {
        (void)state;
        return endings_init(&endings, &solution);
}

static int tear_down(void **state) {
        (void)state;
        endings_deinit(&endings);
        return 0;
}

static bool runs(const void *arg, uint32_t task) {
        return ((const Run *)arg)->running & 1u << task;
}

static void tell(void *arg, uint32_t task) {
        ((Run *)arg)->told |= 1u << task;
}

/* Those that are asked now. */
static uint32_t next(Run *run) {
        uint32_t n;

        run->told = 0;
        n = endings_tell(&endings, runs, tell, run);
        assert_int_equal(n, __builtin_popcount(run->told));
        return run->told;
}

static void expect_next(Run *run, uint32_t wanted) {
        uint32_t told = next(run);

        assert_int_equal(told, wanted);
}

#define BIT(task) (1u << (task))

static void nobody_is_asked_whom_somebody_calls(void **state) {
        Run run = {.running = BIT(N_TASKS) - 1};

        (void)state;
        expect_next(&run, BIT(MAIN) | BIT(OTHER) | BIT(ALONE));
        run.running &= ~BIT(MAIN);
        expect_next(&run, 0);
        run.running &= ~BIT(OTHER);
        expect_next(&run, BIT(VFS));
        expect_next(&run, 0);
        run.running &= ~BIT(VFS);
        expect_next(&run, BIT(DRIVER));
        run.running &= ~BIT(ALONE);
        expect_next(&run, 0);
}

static void what_does_not_run_needs_nobody_and_is_not_asked(void **state) {
        Run run = {.running = BIT(DRIVER) | BIT(VFS)};

        (void)state;
        expect_next(&run, BIT(VFS));
        run.running = BIT(DRIVER) | BIT(OTHER);
        expect_next(&run, BIT(DRIVER) | BIT(OTHER));
}

static void those_of_a_circle_are_asked_together(void **state) {
        Run run = {.running = BIT(LEFT) | BIT(RIGHT) | BIT(ALONE)};

        (void)state;
        expect_next(&run, BIT(ALONE));
        expect_next(&run, 0);
        run.running &= ~BIT(ALONE);
        expect_next(&run, BIT(LEFT) | BIT(RIGHT));
        expect_next(&run, 0);
        run.running &= ~BIT(LEFT);
        expect_next(&run, 0);
        run.running = 0;
        expect_next(&run, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(nobody_is_asked_whom_somebody_calls, set_up, tear_down),
                cmocka_unit_test_setup_teardown(those_of_a_circle_are_asked_together, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_does_not_run_needs_nobody_and_is_not_asked, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
