/* SPDX-License-Identifier: MIT */
/*
 * Which processes have a table of handles: those whose own handles may come back directly, found without
 * asking the policy more than it takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <nkc.h>

#include "kernel/channels.h"
#include "nk/shape.h"
#include "support/keeper.h"

#define N_METHODS keeper_shape()->n_methods
#define N_TASKS   128u

/* Tasks, each of a class of its own, and no channels. */
static struct {
        NkcClass classes[N_TASKS];
        SolTask tasks[N_TASKS];
        Solution sol;
        Channels channels;
        ShapeTable *taking; /* a class one of whose requests has a handle */
        uint32_t user;      /* the only one whose requests go directly; N_TASKS: nobody's */
        uint32_t n_asked;
} t;

static ChanWay way_of(void *arg, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        (void)arg;
        (void)server;
        (void)riid;
        (void)mid;
        t.n_asked++;
        return client == t.user ? CHAN_WAY_USE : CHAN_WAY_JUDGED;
}

static bool everybody(void *arg, uint32_t task) {
        (void)arg;
        (void)task;
        return true;
}

static int set_up(void **state) {
        size_t size = keeper_shape()->size;

        (void)state;
        t.taking = malloc(size);
        assert_non_null(t.taking);
        memcpy(t.taking, keeper_shape(), size);
        ((ShapeMethod *)(void *)((char *)t.taking + t.taking->methods_off))->req.n_handles = 1;
        for (uint32_t i = 0; i < N_TASKS; i++) {
                t.classes[i] = (NkcClass){.name = "demo.Keeper", .shape = keeper_shape(), .shape_size = size};
                t.tasks[i] = (SolTask){.name = {.text = "Task"}, .class = &t.classes[i]};
        }
        t.sol = (Solution){.tasks = t.tasks, .n_tasks = N_TASKS};
        t.user = N_TASKS;
        t.n_asked = 0;
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        channels_deinit(&t.channels);
        free(t.taking);
        return 0;
}

static uint32_t count_tables(void) {
        const ChannelsPolicy policy = {.way = way_of, .asks_kernel = everybody};
        uint32_t n = 0;

        assert_int_equal(channels_init(&t.channels, &t.sol, &policy), 0);
        for (uint32_t i = 0; i < N_TASKS; i++)
                n += t.channels.servers[i].held.entries != NULL;
        return n;
}

static void nobody_is_asked_about_classes_that_take_no_handles(void **state) {
        (void)state;
        assert_int_equal(count_tables(), 0);
        assert_int_equal(t.n_asked, 0);
}

static void class_that_takes_handles_is_asked_about_once_for_each_other(void **state) {
        (void)state;
        t.classes[7].shape = t.taking;
        assert_int_equal(count_tables(), 0);
        assert_int_equal(t.n_asked, N_TASKS * N_METHODS);
}

static void who_is_used_by_anybody_has_a_table_and_nobody_else(void **state) {
        (void)state;
        t.classes[7].shape = t.taking;
        t.user = N_TASKS - 1;
        assert_int_equal(count_tables(), 1);
        assert_non_null(t.channels.servers[7].held.entries);
}

static void what_holds_of_one_task_holds_of_all_of_its_class(void **state) {
        (void)state;
        for (uint32_t i = 0; i < N_TASKS; i++)
                t.tasks[i].class = &t.classes[i % 2];
        t.classes[1].shape = t.taking;
        t.user = 1;
        assert_int_equal(count_tables(), N_TASKS / 2);
        assert_null(t.channels.servers[0].held.entries);
        assert_non_null(t.channels.servers[N_TASKS - 1].held.entries);
        assert_in_range(t.n_asked, 1, 2 * N_METHODS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(nobody_is_asked_about_classes_that_take_no_handles),
                CASE(class_that_takes_handles_is_asked_about_once_for_each_other),
                CASE(who_is_used_by_anybody_has_a_table_and_nobody_else),
                CASE(what_holds_of_one_task_holds_of_all_of_its_class),
        };

        return cmocka_run_group_tests_name("uses", tests, NULL, NULL);
}
