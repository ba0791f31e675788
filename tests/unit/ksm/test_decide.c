/* SPDX-License-Identifier: MIT */
/*
 * Decisions: all rules run, all must grant, effects are all or nothing, contexts end with their SID.
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

static const TStep grant = {.object = T_BASE, .method = KSM_BASE_GRANT};
static const TStep deny = {.object = T_BASE, .method = KSM_BASE_DENY, .condition = true};

static TStep on(TObject object, KsmMethod method, KsmSid sid) {
        return (TStep){.object = object, .method = method, .sid = sid};
}

static void grant_grants(void **state) {
        (void)state;
        t_grants(&p, grant);
}

static void assert_grants_when_true(void **state) {
        TStep step = {.object = T_BASE, .method = KSM_BASE_ASSERT, .condition = true};

        (void)state;
        t_grants(&p, step);
        step.condition = false;
        t_denies(&p, step, KSM_WHY_FALSE);
}

static void assert_of_bool_grants_when_true(void **state) {
        TStep step = {.object = T_BOOL, .method = KSM_BOOL_ASSERT, .condition = true};

        (void)state;
        t_grants(&p, step);
        step.condition = false;
        t_denies(&p, step, KSM_WHY_FALSE);
}

static void deny_denies_when_true(void **state) {
        TStep step = deny;

        (void)state;
        t_denies(&p, step, KSM_WHY_DENY);
        step.condition = false;
        t_grants(&p, step);
}

static void an_operand_that_failed_denies_a_rule_without_condition(void **state) {
        TStep step = grant;

        (void)state;
        step.is_broken = true;
        assert_false(t_run(&p, &step, 1));
        assert_int_equal(p.record.results[0].outcome, KSM_FAILED);
        assert_int_equal(p.record.results[0].why, KSM_WHY_INDEX);
}

static void an_event_without_rules_is_denied_and_audited(void **state) {
        (void)state;
        assert_false(t_run(&p, NULL, 0));
        assert_true(p.record.is_unbound);
        assert_true(p.record.is_audited);
}

static void an_event_without_binding_is_denied_and_audited(void **state) {
        KsmEvent event = {.kind = KSM_ERROR, .src = p.b, .dst = p.a};

        (void)state;
        assert_false(t_decide(&p, &event, &grant, 1));
        assert_int_equal(p.record.decision, 0);
        assert_true(p.record.is_unbound);
        assert_true(p.record.is_audited);
}

static void an_expression_alone_is_no_rule(void **state) {
        (void)state;
        t_grants(&p, on(T_SET, KSM_SET_INIT, p.a));
        assert_false(T_RUN(&p, on(T_SET, KSM_SET_CONTAINS, p.a)));
        assert_true(p.record.is_unbound);
}

static void an_event_whose_choice_failed_is_not_unbound(void **state) {
        (void)state;
        assert_false(T_RUN(&p, on(T_DOOR, KSM_FLOW_QUERY, p.a)));
        assert_int_equal(p.record.results[0].outcome, KSM_FAILED);
        assert_false(p.record.is_unbound);
}

static void one_denial_among_grants_denies(void **state) {
        (void)state;
        assert_false(T_RUN(&p, grant, deny, grant));
        assert_int_equal(p.record.n_results, 3);
        assert_int_equal(p.record.results[2].outcome, KSM_GRANTED);
}

static void later_rules_see_the_effects_of_earlier_ones(void **state) {
        KsmInt present = -1;
        TStep add = {.object = T_SET, .method = KSM_SET_ADD, .sid = p.a, .entry = {5}};
        TStep contains = add;

        (void)state;
        contains.method = KSM_SET_CONTAINS;
        contains.ret = &present;
        assert_true(T_RUN(&p, on(T_SET, KSM_SET_INIT, p.a), add, contains, grant));
        assert_true(present == 1);
}

static void effects_are_dropped_when_a_later_rule_denies(void **state) {
        KsmInt present = -1;
        TStep add = {.object = T_SET, .method = KSM_SET_ADD, .sid = p.a, .entry = {5}};
        TStep contains = add;

        (void)state;
        contains.method = KSM_SET_CONTAINS;
        contains.ret = &present;
        assert_false(T_RUN(&p, on(T_SET, KSM_SET_INIT, p.a), add, contains, deny));
        assert_true(present == 1);
        t_fails(&p, contains, KSM_WHY_NO_CONTEXT);
        t_grants(&p, on(T_SET, KSM_SET_INIT, p.a));
        t_grants(&p, on(T_SET, KSM_SET_INIT, p.b));
}

static void effects_are_dropped_when_an_expression_fails(void **state) {
        (void)state;
        assert_false(T_RUN(&p, on(T_DOOR, KSM_FLOW_INIT, p.a), on(T_DOOR, KSM_FLOW_QUERY, p.b), grant));
        t_grants(&p, on(T_DOOR, KSM_FLOW_INIT, p.a));
}

static void a_denied_event_restores_every_kind_of_context(void **state) {
        static const KsmLevel high = {.degree = 2};
        TStep level = {.object = T_MIC, .method = KSM_MIC_EXECUTE, .target = p.a, .level = &high};
        TStep enter = {.object = T_DOOR, .method = KSM_FLOW_ENTER, .sid = p.a, .index = T_OPEN};
        TStep add = {.object = T_SET, .method = KSM_SET_ADD, .sid = p.a, .entry = {5}};
        TStep erase = {.object = T_SET, .method = KSM_SET_REMOVE, .sid = p.a, .entry = {4}};
        TStep set = {.object = T_MAP, .method = KSM_MAP_SET, .sid = p.a, .index = T_LOW, .value = 9};
        TStep four = {.object = T_SET, .method = KSM_SET_ADD, .sid = p.a, .entry = {4}};
        TStep look = {.object = T_SET, .method = KSM_SET_CONTAINS, .sid = p.a, .entry = {4}};

        (void)state;
        assert_true(T_RUN(&p, on(T_DOOR, KSM_FLOW_INIT, p.a), on(T_SET, KSM_SET_INIT, p.a), four,
                on(T_MAP, KSM_MAP_INIT, p.a)));
        assert_false(T_RUN(&p, level, enter, add, erase, set, on(T_MAP, KSM_MAP_COMMIT, p.a), deny));
        t_fails(&p, (TStep){.object = T_MIC, .method = KSM_MIC_QUERY_LEVEL, .sid = p.a}, KSM_WHY_NO_LEVEL);
        t_yields(&p, on(T_DOOR, KSM_FLOW_QUERY, p.a), T_SHUT);
        t_yields(&p, look, true);
        look.entry[0] = 5;
        t_yields(&p, look, false);
        t_yields(&p, (TStep){.object = T_MAP, .method = KSM_MAP_GET, .sid = p.a}, 0);
        t_yields(&p, (TStep){.object = T_MAP, .method = KSM_MAP_GET_UNCOMMITED, .sid = p.a}, 0);
}

static void a_table_taken_twice_in_a_denied_event_gets_its_contents_back(void **state) {
        TStep set = {.object = T_SMALL, .method = KSM_MAP_SET, .sid = p.a, .value = 9};
        TStep get = {.object = T_SMALL, .method = KSM_MAP_GET_UNCOMMITED, .sid = p.a};
        TStep pair = {.object = T_PAIRS, .method = KSM_SET_ADD, .sid = p.a, .entry = {1, 1}};

        (void)state;
        assert_true(T_RUN(&p, on(T_SMALL, KSM_MAP_INIT, p.a), set, on(T_PAIRS, KSM_SET_INIT, p.a), pair));
        pair.sid = p.b;
        pair.entry[0] = 2;
        assert_false(T_RUN(&p, on(T_SMALL, KSM_MAP_FINI, p.a), on(T_SMALL, KSM_MAP_INIT, p.b),
                on(T_PAIRS, KSM_SET_FINI, p.a), on(T_PAIRS, KSM_SET_INIT, p.b), pair, deny));
        t_yields(&p, get, 9);
        pair.method = KSM_SET_CONTAINS;
        pair.sid = p.a;
        t_yields(&p, pair, false);
        pair.entry[0] = 1;
        t_yields(&p, pair, true);
        t_fails(&p, (TStep){.object = T_SMALL, .method = KSM_MAP_GET, .sid = p.b}, KSM_WHY_NO_CONTEXT);
}

static void a_malformed_event_runs_no_rule_and_is_audited(void **state) {
        KsmEvent event = {.kind = KSM_REQUEST, .src = p.a, .dst = p.b, .malformed = "two chunks overlap"};
        TStep init = on(T_DOOR, KSM_FLOW_INIT, p.a);

        (void)state;
        assert_false(t_decide(&p, &event, &init, 1));
        assert_int_equal(p.record.n_results, 0);
        assert_true(p.record.is_audited);
        t_fails(&p, on(T_DOOR, KSM_FLOW_QUERY, p.a), KSM_WHY_NO_CONTEXT);
}

static void an_event_between_the_dead_is_denied(void **state) {
        KsmEvent event = {.kind = KSM_REQUEST, .src = NOBODY, .dst = p.b};

        (void)state;
        assert_false(t_decide(&p, &event, &grant, 1));
        event = (KsmEvent){.kind = KSM_REQUEST, .src = p.a, .dst = KSM_SID_NONE};
        assert_false(t_decide(&p, &event, &grant, 1));
        event.kind = KSM_SECURITY;
        assert_true(t_decide(&p, &event, &grant, 1));
}

static void unknown_endpoints_and_methods_have_no_rule(void **state) {
        KsmEvent event = {.kind = KSM_REQUEST, .src = p.a, .dst = p.b, .mid = 1};

        (void)state;
        assert_true(t_decide(&p, &event, &grant, 1));
        event.mid = 2;
        assert_false(t_decide(&p, &event, &grant, 1));
        event = (KsmEvent){.kind = KSM_REQUEST, .src = p.a, .dst = p.b, .riid = 1};
        assert_false(t_decide(&p, &event, &grant, 1));
        event = (KsmEvent){
                .kind = KSM_REQUEST, .src = p.a, .dst = p.b, .riid = UINT16_MAX, .mid = UINT16_MAX};
        assert_false(t_decide(&p, &event, &grant, 1));
}

static void more_calls_than_there_is_room_for_deny(void **state) {
        enum { MORE = 16384 };
        static TStep steps[MORE];

        (void)state;
        assert_true(p.record.room < MORE);
        for (size_t i = 0; i < MORE; i++)
                steps[i] = grant;
        assert_true(t_run(&p, steps, p.record.room));
        assert_false(t_run(&p, steps, p.record.room + 1));
        assert_int_equal(p.record.n_results, p.record.room);
}

static void no_branch(KsmCall *c) {
        ksm_no_branch(c, t_site(T_DOOR, KSM_FLOW_QUERY));
}

static void a_choice_without_a_branch_denies(void **state) {
        (void)state;
        assert_false(t_run_body(&p, no_branch, NULL, 0, NULL, 0));
        assert_int_equal(p.record.results[0].why, KSM_WHY_BRANCH);
        assert_false(p.record.is_unbound);
}

static void select_gives_the_first_label_that_matches(void **state) {
        TStep step = {.object = T_RE, .method = KSM_RE_SELECT, .text = "red"};

        (void)state;
        t_yields(&p, step, 0);
        step.text = "42";
        t_yields(&p, step, 1);
        step.text = "redder";
        t_yields(&p, step, KSM_NO_LABEL);
}

static void match_tells_whether_the_whole_text_fits(void **state) {
        TStep step = {.object = T_RE, .method = KSM_RE_MATCH, .index = T_DIGITS, .text = "2024"};

        (void)state;
        t_yields(&p, step, true);
        step.text = "2024a";
        t_yields(&p, step, false);
        step.is_broken = true;
        t_fails(&p, step, KSM_WHY_INDEX);
        step.method = KSM_RE_SELECT;
        t_fails(&p, step, KSM_WHY_INDEX);
}

static void contexts_end_with_their_sid(void **state) {
        KsmSid next;

        (void)state;
        t_grants(&p, on(T_SET, KSM_SET_INIT, p.b));
        t_grants(&p, on(T_SET, KSM_SET_INIT, p.c));
        t_grants(&p, on(T_SMALL, KSM_MAP_INIT, p.c));
        t_grants(&p, on(T_DOOR, KSM_FLOW_INIT, p.c));
        t_denies(&p, on(T_SET, KSM_SET_INIT, p.a), KSM_WHY_POOL);
        ksm_sid_dies(p.ksm, p.c);
        t_denies(&p, on(T_DOOR, KSM_FLOW_FINI, p.c), KSM_WHY_SID);
        t_grants(&p, on(T_SET, KSM_SET_INIT, p.a));
        t_grants(&p, on(T_SMALL, KSM_MAP_INIT, p.a));
        assert_int_equal(ksm_resource_new(p.ksm, &next), 0);
        assert_true(next > p.c);
        t_fails(&p, on(T_DOOR, KSM_FLOW_QUERY, next), KSM_WHY_NO_CONTEXT);
}

static void the_kernel_does_not_die(void **state) {
        (void)state;
        t_grants(&p, on(T_DOOR, KSM_FLOW_INIT, KSM_SID_KERNEL));
        ksm_sid_dies(p.ksm, KSM_SID_KERNEL);
        ksm_sid_dies(p.ksm, NOBODY);
        t_yields(&p, on(T_DOOR, KSM_FLOW_QUERY, KSM_SID_KERNEL), T_SHUT);
}

static void numbers_of_sids_grow(void **state) {
        KsmSid last = p.c;

        (void)state;
        for (int i = 0; i < 1000; i++) {
                KsmSid sid;

                assert_int_equal(ksm_resource_new(p.ksm, &sid), 0);
                assert_int_equal(sid, last + 1);
                ksm_sid_dies(p.ksm, sid);
                last = sid;
        }
}

static void at_most_so_many_sids_are_alive(void **state) {
        KsmSid sid, first = 0;

        (void)state;
        for (unsigned i = 4; i < KSM_SIDS_MAX; i++) { /* the kernel, a, b and c live already */
                assert_int_equal(ksm_resource_new(p.ksm, &sid), 0);
                first = first ? first : sid;
        }
        assert_int_equal(ksm_resource_new(p.ksm, &sid), KSM_E_SIDS);
        ksm_sid_dies(p.ksm, first);
        assert_int_equal(ksm_subject_new(p.ksm, 0, &sid), 0);
        assert_int_equal(ksm_subject_new(p.ksm, 0, &sid), KSM_E_SIDS);
        t_grants(&p, on(T_DOOR, KSM_FLOW_INIT, first + 1000));
}

static void subjects_have_the_class_they_were_made_with(void **state) {
        KsmSid sid;

        (void)state;
        assert_int_equal(ksm_sid_class(p.ksm, p.b), 1);
        assert_int_equal(ksm_sid_class(p.ksm, p.c), KSM_NONE);
        assert_int_equal(ksm_sid_class(p.ksm, NOBODY), KSM_NONE);
        assert_int_equal(ksm_subject_new(p.ksm, 2, &sid), KSM_E_CLASS);
        assert_int_equal(ksm_subject_new(p.ksm, KSM_NONE, &sid), 0);
}

static void a_return_takes_everything_back_to_the_mark(void **state) {
        KsmSid sid, again;

        (void)state;
        t_grants(&p, on(T_DOOR, KSM_FLOW_INIT, p.a));
        ksm_mark(p.ksm);
        for (int round = 0; round < 3; round++) {
                assert_int_equal(ksm_subject_new(p.ksm, 1, &sid), 0);
                t_grants(
                        &p, (TStep){.object = T_DOOR, .method = KSM_FLOW_ENTER, .sid = p.a, .index = T_OPEN});
                t_grants(&p, on(T_SET, KSM_SET_INIT, sid));
                t_grants(&p, on(T_SET, KSM_SET_INIT, p.b));
                assert_false(T_RUN(&p, on(T_SET, KSM_SET_FINI, p.b), deny));
                t_denies(&p, on(T_SET, KSM_SET_INIT, p.a), KSM_WHY_POOL);
                ksm_return(p.ksm);
                t_denies(&p, on(T_SET, KSM_SET_FINI, sid), KSM_WHY_SID);
        }
        t_yields(&p, on(T_DOOR, KSM_FLOW_QUERY, p.a), T_SHUT);
        assert_int_equal(ksm_subject_new(p.ksm, 1, &again), 0);
        assert_int_equal(again, sid);
        t_fails(&p, on(T_SET, KSM_SET_CONTAINS, again), KSM_WHY_NO_CONTEXT);
}

static void tables_are_found_without_deciding(void **state) {
        const KsmDecision *decision = ksm_find_decision(&p.module, KSM_REQUEST, 0, 1, 0, 1);

        (void)state;
        assert_int_equal(decision->verdict, KSM_DEPENDS);
        decision = ksm_find_decision(&p.module, KSM_ERROR, 0, 1, 0, 1);
        assert_int_equal(decision->verdict, KSM_NEVER);
        decision = ksm_find_decision(&p.module, KSM_N_EVENTS, 0, 1, 0, 1);
        assert_int_equal(decision->verdict, KSM_NEVER);
        decision = ksm_find_decision(&p.module, KSM_REQUEST, KSM_NONE, 77, 0, 0);
        assert_int_equal(decision->verdict, KSM_DEPENDS);
        assert_int_equal(ksm_class_find(&p.module, "test.B"), 1);
        assert_int_equal(ksm_class_find(&p.module, "test.C"), KSM_NONE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(grant_grants, setup, teardown),
                cmocka_unit_test_setup_teardown(assert_grants_when_true, setup, teardown),
                cmocka_unit_test_setup_teardown(assert_of_bool_grants_when_true, setup, teardown),
                cmocka_unit_test_setup_teardown(deny_denies_when_true, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        an_operand_that_failed_denies_a_rule_without_condition, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        an_event_without_rules_is_denied_and_audited, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        an_event_without_binding_is_denied_and_audited, setup, teardown),
                cmocka_unit_test_setup_teardown(an_expression_alone_is_no_rule, setup, teardown),
                cmocka_unit_test_setup_teardown(an_event_whose_choice_failed_is_not_unbound, setup, teardown),
                cmocka_unit_test_setup_teardown(one_denial_among_grants_denies, setup, teardown),
                cmocka_unit_test_setup_teardown(later_rules_see_the_effects_of_earlier_ones, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        effects_are_dropped_when_a_later_rule_denies, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        effects_are_dropped_when_an_expression_fails, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_denied_event_restores_every_kind_of_context, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_table_taken_twice_in_a_denied_event_gets_its_contents_back, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_malformed_event_runs_no_rule_and_is_audited, setup, teardown),
                cmocka_unit_test_setup_teardown(an_event_between_the_dead_is_denied, setup, teardown),
                cmocka_unit_test_setup_teardown(unknown_endpoints_and_methods_have_no_rule, setup, teardown),
                cmocka_unit_test_setup_teardown(more_calls_than_there_is_room_for_deny, setup, teardown),
                cmocka_unit_test_setup_teardown(a_choice_without_a_branch_denies, setup, teardown),
                cmocka_unit_test_setup_teardown(select_gives_the_first_label_that_matches, setup, teardown),
                cmocka_unit_test_setup_teardown(match_tells_whether_the_whole_text_fits, setup, teardown),
                cmocka_unit_test_setup_teardown(contexts_end_with_their_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(the_kernel_does_not_die, setup, teardown),
                cmocka_unit_test_setup_teardown(numbers_of_sids_grow, setup, teardown),
                cmocka_unit_test_setup_teardown(at_most_so_many_sids_are_alive, setup, teardown),
                cmocka_unit_test_setup_teardown(subjects_have_the_class_they_were_made_with, setup, teardown),
                cmocka_unit_test_setup_teardown(a_return_takes_everything_back_to_the_mark, setup, teardown),
                cmocka_unit_test_setup_teardown(tables_are_found_without_deciding, setup, teardown),
        };

        return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
