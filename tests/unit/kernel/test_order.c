/* SPDX-License-Identifier: MIT */
/*
 * Start order. A case is an init file's connections and the order that follows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/order.h"
#include "reading.h"

/* What solution_check does before: finds the targets. */
static void find_targets(Solution *s) {
        for (uint32_t i = 0; i < s->n_tasks; i++) {
                for (uint32_t j = 0; j < s->tasks[i].n_channels; j++) {
                        const SolTask *server = solution_find(s, s->tasks[i].channels[j].target.text);

                        s->tasks[i].channels[j].server = (uint32_t)(server - s->tasks);
                }
        }
}

/* `names`: one letter a task, in the order of the start; NULL: there is none. */
static void expect(const char *text, const char *names) {
        Reading *r = reading_new(text, strlen(text));
        char got[16] = "";

        assert_int_equal(r->problems.n_found, 0);
        find_targets(&r->sol);
        order_tasks(&r->sol, &r->problems, &r->pool);
        for (uint32_t i = 0; names && i < r->sol.n_tasks; i++)
                got[i] = r->sol.tasks[r->sol.order[i]].name.text[0];
        assert_int_equal(r->problems.n_found, names ? 0 : 1);
        if (names)
                assert_string_equal(got, names);
        reading_free(r);
}

#define CALLS(target) "connections: [ { target: " target ", id: x } ]"

static void without_connections_the_file_decides(void **state) {
        (void)state;
        expect("entities: [ {name: A}, {name: B}, {name: C} ]", "ABC");
}

static void servers_come_before_their_clients(void **state) {
        (void)state;
        expect("entities: [ {name: A, " CALLS("B") "}, {name: B} ]", "BA");
        expect("entities: [ {name: A, " CALLS("B") "}, {name: B, " CALLS("C") "}, {name: C} ]", "CBA");
}

static void those_that_may_be_next_keep_their_order(void **state) {
        (void)state;
        expect("entities: [ {name: A, " CALLS("D") "}, {name: B}, {name: C, " CALLS("D") "}, {name: D} ]",
                "BDAC");
}

static void a_circle_of_channels_begins_with_its_first(void **state) {
        (void)state;
        expect("entities: [ {name: A, " CALLS("B") "}, {name: B, " CALLS("A") "} ]", "AB");
        expect("entities: [ {name: A, " CALLS("B") "}, {name: B, " CALLS("A") "}, {name: C} ]", "CAB");
}

static void before_and_after_are_honoured(void **state) {
        (void)state;
        expect("entities: [ {name: A, after: [ B ]}, {name: B} ]", "BA");
        expect("entities: [ {name: A}, {name: B, before: [ A ]} ]", "BA");
        expect("entities: [ {name: A, after: [ B, C ]}, {name: B}, {name: C} ]", "BCA");
}

static void before_and_after_win_over_channels(void **state) {
        (void)state;
        expect("entities: [ {name: A, before: [ B ], " CALLS("B") "}, {name: B} ]", "AB");
        expect("entities: [ {name: A, " CALLS("B") "}, {name: B, after: [ A ]} ]", "AB");
}

static void a_circle_of_before_and_after_is_a_problem(void **state) {
        (void)state;
        expect("entities: [ {name: A, before: [ B ]}, {name: B, before: [ A ]} ]", NULL);
        expect("entities: [ {name: A, after: [ C ]}, {name: B, after: [ A ]}, {name: C, after: [ B ]} ]",
                NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_connections_the_file_decides),
                cmocka_unit_test(servers_come_before_their_clients),
                cmocka_unit_test(those_that_may_be_next_keep_their_order),
                cmocka_unit_test(a_circle_of_channels_begins_with_its_first),
                cmocka_unit_test(before_and_after_are_honoured),
                cmocka_unit_test(before_and_after_win_over_channels),
                cmocka_unit_test(a_circle_of_before_and_after_is_a_problem),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
