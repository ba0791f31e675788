/* SPDX-License-Identifier: MIT */
/*
 * Flow: every rule and expression, granted, denied and failed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"

#define NOBODY 60000u

static TPolicy p;

static int setup(void **state) {
        (void)state;
        t_policy_init(&p);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        t_policy_deinit(&p);
        return 0;
}

static TStep step(KsmMethod method, KsmSid sid) {
        return (TStep){.object = T_DOOR, .method = method, .sid = sid};
}

static TStep enter(KsmSid sid, uint32_t state) {
        return (TStep){.object = T_DOOR, .method = KSM_FLOW_ENTER, .sid = sid, .index = state};
}

static TStep allow(KsmSid sid, const uint64_t *states) {
        return (TStep){.object = T_DOOR, .method = KSM_FLOW_ALLOW, .sid = sid, .states = states};
}

static void init_makes_an_automaton_in_the_initial_state(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        t_yields(&p, step(KSM_FLOW_QUERY, p.c), T_SHUT);
}

static void init_is_denied_where_there_is_an_automaton(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        t_denies(&p, step(KSM_FLOW_INIT, p.c), KSM_WHY_HAS_CONTEXT);
}

static void init_is_denied_for_an_unknown_sid(void **state) {
        (void)state;
        t_denies(&p, step(KSM_FLOW_INIT, NOBODY), KSM_WHY_SID);
        t_denies(&p, step(KSM_FLOW_INIT, KSM_SID_NONE), KSM_WHY_SID);
        t_denies(&p, step(KSM_FLOW_INIT, UINT32_MAX), KSM_WHY_SID);
}

static void fini_removes_the_automaton(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        t_grants(&p, step(KSM_FLOW_FINI, p.c));
        t_fails(&p, step(KSM_FLOW_QUERY, p.c), KSM_WHY_NO_CONTEXT);
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
}

static void fini_is_denied_without_automaton_or_sid(void **state) {
        (void)state;
        t_denies(&p, step(KSM_FLOW_FINI, p.c), KSM_WHY_NO_CONTEXT);
        t_denies(&p, step(KSM_FLOW_FINI, NOBODY), KSM_WHY_SID);
}

static void enter_follows_a_listed_transition(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        t_grants(&p, enter(p.c, T_OPEN));
        t_yields(&p, step(KSM_FLOW_QUERY, p.c), T_OPEN);
}

static void enter_is_denied_on_an_unlisted_transition(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        t_grants(&p, enter(p.c, T_OPEN));
        t_denies(&p, enter(p.c, T_LOCKED), KSM_WHY_TRANSITION);
        t_yields(&p, step(KSM_FLOW_QUERY, p.c), T_OPEN);
}

static void enter_of_the_same_state_needs_to_be_listed(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        t_denies(&p, enter(p.c, T_SHUT), KSM_WHY_TRANSITION);
        t_grants(&p, enter(p.c, T_LOCKED));
        t_grants(&p, enter(p.c, T_LOCKED));
}

static void enter_is_denied_without_automaton_or_sid(void **state) {
        (void)state;
        t_denies(&p, enter(p.c, T_OPEN), KSM_WHY_NO_CONTEXT);
        t_denies(&p, enter(NOBODY, T_OPEN), KSM_WHY_SID);
}

static void enter_is_denied_for_a_state_that_does_not_exist(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        t_denies(&p, enter(p.c, 3), KSM_WHY_TRANSITION);
        t_denies(&p, enter(p.c, UINT32_MAX), KSM_WHY_TRANSITION);
}

static void allow_grants_in_a_listed_state_only(void **state) {
        static const uint64_t shut_or_open[] = {1u << T_SHUT | 1u << T_OPEN};
        static const uint64_t locked[] = {1u << T_LOCKED};

        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        t_grants(&p, allow(p.c, shut_or_open));
        t_denies(&p, allow(p.c, locked), KSM_WHY_STATE);
        t_denies(&p, allow(p.a, locked), KSM_WHY_NO_CONTEXT);
        t_denies(&p, allow(NOBODY, locked), KSM_WHY_SID);
}

static void query_fails_without_automaton_or_sid(void **state) {
        (void)state;
        t_fails(&p, step(KSM_FLOW_QUERY, p.c), KSM_WHY_NO_CONTEXT);
        t_fails(&p, step(KSM_FLOW_QUERY, NOBODY), KSM_WHY_SID);
}

static void a_failed_operand_leaves_the_automaton_alone(void **state) {
        TStep broken = enter(p.c, T_OPEN);

        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.c));
        broken.is_broken = true;
        assert_false(t_run(&p, &broken, 1));
        assert_int_equal(p.record.results[0].outcome, KSM_FAILED);
        assert_int_equal(p.record.results[0].why, KSM_WHY_INDEX);
        t_yields(&p, step(KSM_FLOW_QUERY, p.c), T_SHUT);
}

static void sids_and_objects_have_automata_of_their_own(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, p.a));
        t_grants(&p, step(KSM_FLOW_INIT, p.b));
        t_grants(&p, (TStep){.object = T_GATE, .method = KSM_FLOW_INIT, .sid = p.a});
        t_grants(&p, enter(p.a, T_OPEN));
        t_yields(&p, step(KSM_FLOW_QUERY, p.b), T_SHUT);
        t_yields(&p, (TStep){.object = T_GATE, .method = KSM_FLOW_QUERY, .sid = p.a}, T_SHUT);
}

static void the_kernel_can_have_an_automaton(void **state) {
        (void)state;
        t_grants(&p, step(KSM_FLOW_INIT, KSM_SID_KERNEL));
        t_yields(&p, step(KSM_FLOW_QUERY, KSM_SID_KERNEL), T_SHUT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        init_makes_an_automaton_in_the_initial_state, setup, teardown),
                cmocka_unit_test_setup_teardown(init_is_denied_where_there_is_an_automaton, setup, teardown),
                cmocka_unit_test_setup_teardown(init_is_denied_for_an_unknown_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(fini_removes_the_automaton, setup, teardown),
                cmocka_unit_test_setup_teardown(fini_is_denied_without_automaton_or_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(enter_follows_a_listed_transition, setup, teardown),
                cmocka_unit_test_setup_teardown(enter_is_denied_on_an_unlisted_transition, setup, teardown),
                cmocka_unit_test_setup_teardown(enter_of_the_same_state_needs_to_be_listed, setup, teardown),
                cmocka_unit_test_setup_teardown(enter_is_denied_without_automaton_or_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        enter_is_denied_for_a_state_that_does_not_exist, setup, teardown),
                cmocka_unit_test_setup_teardown(allow_grants_in_a_listed_state_only, setup, teardown),
                cmocka_unit_test_setup_teardown(query_fails_without_automaton_or_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(a_failed_operand_leaves_the_automaton_alone, setup, teardown),
                cmocka_unit_test_setup_teardown(sids_and_objects_have_automata_of_their_own, setup, teardown),
                cmocka_unit_test_setup_teardown(the_kernel_can_have_an_automaton, setup, teardown),
        };

        return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
