/* SPDX-License-Identifier: MIT */
/*
 * Children: what may be done with one in each of its states, and how calls that wait end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/child.h"

#define ENDS_MAX 200

static ChildList list;
static ChildEnd ends[ENDS_MAX];
static size_t n_ends;
static const int mother, father; /* whose calls wait */

static void note(void *host, const ChildEnd *end) {
        (void)host;
        assert_in_range(n_ends, 0, ENDS_MAX - 1);
        ends[n_ends++] = *end;
}

static int setup(void **state) {
        (void)state;
        list = (ChildList){.say = note};
        n_ends = 0;
        return 0;
}

static int teardown(void **state) {
        (void)state;
        return child_count(&list) == 0 ? 0 : -1;
}

static Child *child_in(uint32_t place) {
        Child *c = child_new(&list, place);

        assert_non_null(c);
        return c;
}

static Child *running(uint32_t place) {
        Child *c = child_in(place);

        assert_int_equal(child_start(c, 1), rcOk);
        child_started(c, rcOk);
        n_ends = 0;
        return c;
}

static void expect_end(size_t i, ChildTicket ticket, bool is_start, Retcode rc) {
        assert_in_range(i, 0, n_ends - 1);
        assert_int_equal(ends[i].ticket, ticket);
        assert_int_equal(ends[i].is_start, is_start);
        assert_int_equal(ends[i].rc, rc);
}

/* ---------------------------------------------------------------------------------------------------------
 */

static void child_is_started_once(void **state) {
        Child *c = child_in(3);

        (void)state;
        assert_true(child_is_created(c));
        assert_ptr_equal(child_find(&list, 3), c);
        assert_null(child_find(&list, 4));
        assert_int_equal(child_start(c, 7), rcOk);
        assert_false(child_is_created(c));
        assert_int_equal(child_start(c, 8), rcInvalidOperation);
        assert_int_equal(n_ends, 0);
        child_started(c, rcOk);
        assert_int_equal(n_ends, 1);
        expect_end(0, 7, true, rcOk);
        assert_true(child_is_running(c));
        assert_int_equal(child_start(c, 9), rcInvalidOperation);
        child_ended(c, false, 0);
        assert_true(child_has_ended(c));
        assert_int_equal(child_start(c, 9), rcInvalidOperation);
        assert_false(child_free(c));
}

static void failed_start_leaves_it_created(void **state) {
        Child *c = child_in(3);

        (void)state;
        assert_int_equal(child_start(c, 7), rcOk);
        child_started(c, rcFail);
        expect_end(0, 7, true, rcFail);
        assert_true(child_is_created(c));
        assert_int_equal(child_start(c, 8), rcOk);
        child_started(c, rcOk);
        expect_end(1, 8, true, rcOk);
        child_ended(c, false, 0);
        (void)child_free(c);
}

static void only_what_never_began_gives_its_place_back(void **state) {
        Child *starting = child_in(2);

        (void)state;
        assert_true(child_free(child_in(1)));
        assert_int_equal(child_start(starting, 5), rcOk);
        assert_false(child_free(starting));
        expect_end(0, 5, true, rcAbort);
        assert_false(child_free(running(3)));
}

static void only_what_runs_can_be_ended(void **state) {
        Child *c = child_in(1);

        (void)state;
        assert_int_equal(child_terminate(c), rcInvalidOperation);
        assert_int_equal(child_start(c, 1), rcOk);
        assert_int_equal(child_terminate(c), rcInvalidOperation);
        child_started(c, rcOk);
        assert_int_equal(child_terminate(c), rcOk);
        assert_int_equal(child_terminate(c), rcOk);
        child_ended(c, true, 9);
        assert_int_equal(child_terminate(c), rcInvalidOperation);
        (void)child_free(c);
}

static void end_says_why_and_how(void **state) {
        static const struct {
                bool is_terminated, was_killed;
                uint32_t reason;
        } rows[] = {{false, false, CHILD_EXITED}, {false, true, CHILD_KILLED}, {true, true, CHILD_TERMINATED},
                {true, false, CHILD_EXITED}}; /* the last one was faster */

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Child *c = running(1);

                if (rows[i].is_terminated)
                        assert_int_equal(child_terminate(c), rcOk);
                assert_int_equal(child_wait(c, &mother, 5, 0, CHILD_NEVER), rcOk);
                assert_int_equal(n_ends, 0);
                child_ended(c, rows[i].was_killed, 42);
                assert_int_equal(n_ends, 1);
                expect_end(0, 5, false, rcOk);
                assert_int_equal(ends[0].reason, rows[i].reason);
                assert_int_equal(ends[0].status, 42);
                assert_int_equal(child_wait(c, &father, 6, 0, 0), rcOk); /* later, too */
                expect_end(1, 6, false, rcOk);
                assert_int_equal(ends[1].reason, rows[i].reason);
                (void)child_free(c);
        }
}

static void waiting_has_its_time(void **state) {
        Child *a = running(1), *b = running(2);

        (void)state;
        assert_int_equal(child_wait(a, &mother, 1, 100, 100), rcTimeout);
        assert_int_equal(child_wait(a, &mother, 2, 100, 101), rcOk);
        assert_int_equal(child_wait(b, &mother, 3, 100, 150), rcOk);
        assert_int_equal(child_wait(b, &mother, 4, 100, CHILD_NEVER), rcOk);
        assert_int_equal(child_expire(&list, 100), 101);
        assert_int_equal(n_ends, 0);
        assert_int_equal(child_expire(&list, 101), 150);
        expect_end(0, 2, false, rcTimeout);
        assert_int_equal(child_expire(&list, 1000), CHILD_NEVER);
        expect_end(1, 3, false, rcTimeout);
        assert_int_equal(n_ends, 2);
        (void)child_free(a);
        (void)child_free(b);
        expect_end(2, 4, false, rcAbort);
}

static void calls_of_the_dead_vanish(void **state) {
        Child *c = running(1);

        (void)state;
        assert_int_equal(child_wait(c, &mother, 1, 0, CHILD_NEVER), rcOk);
        assert_int_equal(child_wait(c, &father, 2, 0, CHILD_NEVER), rcOk);
        assert_int_equal(child_wait(c, &mother, 3, 0, CHILD_NEVER), rcOk);
        child_owner_died(&list, &mother);
        assert_int_equal(child_count(&list), 2);
        child_ended(c, false, 0);
        assert_int_equal(n_ends, 1);
        expect_end(0, 2, false, rcOk);
        (void)child_free(c);
}

static void so_many_calls_wait_and_no_more(void **state) {
        Child *c = running(1);

        (void)state;
        for (uint32_t i = 0; i < CHILD_WAITS_MAX; i++)
                assert_int_equal(child_wait(c, &mother, i, 0, 10), rcOk);
        assert_int_equal(child_wait(c, &father, 99, 0, 10), rcQuotaExceeded);
        assert_int_equal(child_wait(c, &father, 99, 0, 0), rcTimeout); /* that one only looks */
        (void)child_expire(&list, 10);
        assert_int_equal(n_ends, CHILD_WAITS_MAX);
        assert_int_equal(child_wait(c, &father, 99, 0, 10), rcOk);
        (void)child_free(c);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(child_is_started_once),
                CASE(failed_start_leaves_it_created),
                CASE(only_what_never_began_gives_its_place_back),
                CASE(only_what_runs_can_be_ended),
                CASE(end_says_why_and_how),
                CASE(waiting_has_its_time),
                CASE(calls_of_the_dead_vanish),
                CASE(so_many_calls_wait_and_no_more),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
