/* SPDX-License-Identifier: MIT */
/*
 * Visits: when a thread follows its caller, how often, and when it is free again. Needs two processors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "platform/linux/cpu.h"
#include "transport/visit.h"

static const int host, other_host;
static cpu_set_t usual;
static uint32_t cpus[2]; /* two that the thread may use */
static Visit visit;

static int begin(void **state) {
        uint32_t n = 0;

        (void)state;
        visit = (Visit){.host = NULL};
        if (sched_getaffinity(0, sizeof usual, &usual) < 0)
                return -1;
        for (uint32_t i = 0; i < CPU_SETSIZE && n < 2; i++)
                if (CPU_ISSET(i, &usual))
                        cpus[n++] = i;
        return 0;
}

static int end(void **state) {
        (void)state;
        return sched_setaffinity(0, sizeof usual, &usual);
}

static void need_two_processors(void) {
        if (CPU_COUNT(&usual) < 2)
                skip();
}

static void note_calls(uint32_t n) {
        while (n-- > 0)
                visit_note(&visit, &host);
}

static bool is_bound_to(uint32_t cpu) {
        cpu_set_t now;

        assert_int_equal(sched_getaffinity(0, sizeof now, &now), 0);
        return CPU_COUNT(&now) == 1 && CPU_ISSET(cpu, &now);
}

/* Invited to both, the thread goes to one that it is not on. Returns that. */
static uint32_t follow_somewhere(void) {
        while (!visit_is_on(&visit))
                for (size_t i = 0; i < 2; i++)
                        visit_follow(&visit, cpus[i]);
        return is_bound_to(cpus[0]) ? 0 : 1;
}

static void nobody_is_followed_at_once(void **state) {
        (void)state;
        need_two_processors();
        note_calls(VISIT_AFTER);
        for (size_t i = 0; i < 2; i++)
                visit_follow(&visit, cpus[i]);
        assert_false(visit_is_on(&visit));
        note_calls(1);
        assert_true(is_bound_to(cpus[follow_somewhere()]));
        assert_true(visit_is_on(&visit));
}

static void a_caller_here_and_there_is_followed_now_and_then(void **state) {
        uint32_t here;

        (void)state;
        need_two_processors();
        note_calls(VISIT_AFTER + 1);
        here = follow_somewhere();
        for (uint32_t i = 0; i < 3; i++, here ^= 1) {
                visit_follow(&visit, cpus[here ^ 1]);
                assert_true(is_bound_to(cpus[here]));
                note_calls(VISIT_AGAIN - 1);
                visit_follow(&visit, cpus[here ^ 1]);
                assert_true(is_bound_to(cpus[here]));
                note_calls(1);
                visit_follow(&visit, cpus[here ^ 1]);
                assert_true(is_bound_to(cpus[here ^ 1]));
        }
}

static void a_processor_that_is_not_ours_is_no_invitation(void **state) {
        (void)state;
        note_calls(VISIT_AFTER + 1);
        visit_follow(&visit, CPU_SETSIZE);
        visit_follow(&visit, UINT32_MAX);
        assert_false(visit_is_on(&visit));
}

static void a_visit_ends_after_its_calls(void **state) {
        (void)state;
        need_two_processors();
        note_calls(VISIT_AFTER + 1);
        (void)follow_somewhere();
        note_calls(VISIT_CALLS - VISIT_AFTER - 1);
        assert_true(visit_is_on(&visit));
        note_calls(1);
        assert_false(visit_is_on(&visit));
}

static void a_visit_ends_with_a_call_of_somebody_else(void **state) {
        cpu_set_t now;

        (void)state;
        need_two_processors();
        note_calls(VISIT_AFTER + 1);
        (void)follow_somewhere();
        visit_note(&visit, &other_host);
        assert_false(visit_is_on(&visit));
        assert_int_equal(sched_getaffinity(0, sizeof now, &now), 0);
        assert_true(CPU_EQUAL(&now, &usual));
}

#define with_visit(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        const struct CMUnitTest tests[] = {
                with_visit(nobody_is_followed_at_once),
                with_visit(a_caller_here_and_there_is_followed_now_and_then),
                with_visit(a_processor_that_is_not_ours_is_no_invitation),
                with_visit(a_visit_ends_after_its_calls),
                with_visit(a_visit_ends_with_a_call_of_somebody_else),
        };

        return cmocka_run_group_tests_name("visit", tests, NULL, NULL);
}
