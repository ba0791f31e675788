/* SPDX-License-Identifier: MIT */
/*
 * StaticMap: every rule and expression, granted, denied and failed; both instances; pools.
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
        return (TStep){.object = T_MAP, .method = method, .sid = sid};
}

static TStep get(KsmSid sid, uint32_t key) {
        return (TStep){.object = T_MAP, .method = KSM_MAP_GET, .sid = sid, .index = key};
}

static TStep get_working(KsmSid sid, uint32_t key) {
        return (TStep){.object = T_MAP, .method = KSM_MAP_GET_UNCOMMITED, .sid = sid, .index = key};
}

static TStep put(KsmSid sid, uint32_t key, KsmInt value) {
        return (TStep){.object = T_MAP, .method = KSM_MAP_SET, .sid = sid, .index = key, .value = value};
}

static void init_sets_both_instances_to_the_defaults(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_yields(&p, get(p.a, T_LOW), 0);
        t_yields(&p, get(p.a, T_HIGH), 4096);
        t_yields(&p, get_working(p.a, T_HIGH), 4096);
}

static void init_is_denied_where_there_is_a_table(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_denies(&p, step(KSM_MAP_INIT, p.a), KSM_WHY_HAS_CONTEXT);
}

static void init_is_denied_when_no_table_is_free(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_grants(&p, step(KSM_MAP_INIT, p.b));
        t_denies(&p, step(KSM_MAP_INIT, p.c), KSM_WHY_POOL);
        t_grants(&p, step(KSM_MAP_FINI, p.b));
        t_grants(&p, step(KSM_MAP_INIT, p.c));
}

static void every_rule_needs_a_sid(void **state) {
        (void)state;
        t_denies(&p, step(KSM_MAP_INIT, NOBODY), KSM_WHY_SID);
        t_denies(&p, step(KSM_MAP_FINI, NOBODY), KSM_WHY_SID);
        t_denies(&p, put(NOBODY, T_LOW, 1), KSM_WHY_SID);
        t_denies(&p, step(KSM_MAP_COMMIT, NOBODY), KSM_WHY_SID);
        t_denies(&p, step(KSM_MAP_ROLLBACK, NOBODY), KSM_WHY_SID);
        t_fails(&p, get(NOBODY, T_LOW), KSM_WHY_SID);
        t_fails(&p, get_working(NOBODY, T_LOW), KSM_WHY_SID);
}

static void every_rule_but_init_needs_a_table(void **state) {
        (void)state;
        t_denies(&p, step(KSM_MAP_FINI, p.a), KSM_WHY_NO_CONTEXT);
        t_denies(&p, put(p.a, T_LOW, 1), KSM_WHY_NO_CONTEXT);
        t_denies(&p, step(KSM_MAP_COMMIT, p.a), KSM_WHY_NO_CONTEXT);
        t_denies(&p, step(KSM_MAP_ROLLBACK, p.a), KSM_WHY_NO_CONTEXT);
        t_fails(&p, get(p.a, T_LOW), KSM_WHY_NO_CONTEXT);
        t_fails(&p, get_working(p.a, T_LOW), KSM_WHY_NO_CONTEXT);
}

static void fini_frees_the_table(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_grants(&p, step(KSM_MAP_FINI, p.a));
        t_fails(&p, get(p.a, T_LOW), KSM_WHY_NO_CONTEXT);
}

static void a_table_has_defaults_for_its_next_owner(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_grants(&p, put(p.a, T_LOW, 5));
        t_grants(&p, step(KSM_MAP_COMMIT, p.a));
        t_grants(&p, step(KSM_MAP_FINI, p.a));
        t_grants(&p, step(KSM_MAP_INIT, p.b));
        t_yields(&p, get(p.b, T_LOW), 0);
        t_yields(&p, get_working(p.b, T_LOW), 0);
}

static void set_changes_the_working_instance_alone(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_grants(&p, put(p.a, T_LOW, 5));
        t_yields(&p, get(p.a, T_LOW), 0);
        t_yields(&p, get_working(p.a, T_LOW), 5);
        t_grants(&p, put(p.a, T_LOW, 5));
}

static void commit_copies_the_working_instance(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_grants(&p, put(p.a, T_LOW, 5));
        t_grants(&p, step(KSM_MAP_COMMIT, p.a));
        t_yields(&p, get(p.a, T_LOW), 5);
        t_yields(&p, get(p.a, T_HIGH), 4096);
}

static void rollback_takes_the_base_instance_back(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_grants(&p, put(p.a, T_HIGH, 5));
        t_grants(&p, step(KSM_MAP_ROLLBACK, p.a));
        t_yields(&p, get_working(p.a, T_HIGH), 4096);
}

static void an_unknown_key_is_denied(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_denies(&p, put(p.a, KSM_NO_KEY, 1), KSM_WHY_KEY);
        t_denies(&p, put(p.a, 2, 1), KSM_WHY_KEY);
        t_fails(&p, get(p.a, KSM_NO_KEY), KSM_WHY_KEY);
        t_fails(&p, get_working(p.a, 2), KSM_WHY_KEY);
}

static void a_key_is_found_by_its_bytes(void **state) {
        TStep named = get(p.a, 0);

        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        named.text = "high";
        t_yields(&p, named, 4096);
        named.text = "low";
        t_yields(&p, named, 0);
        named.text = "lower";
        t_fails(&p, named, KSM_WHY_KEY);
        named.text = "";
        t_fails(&p, named, KSM_WHY_KEY);
}

static void a_value_must_fit_its_type(void **state) {
        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_grants(&p, put(p.a, T_LOW, UINT32_MAX));
        t_yields(&p, get_working(p.a, T_LOW), UINT32_MAX);
        t_denies(&p, put(p.a, T_LOW, (KsmInt)UINT32_MAX + 1), KSM_WHY_TYPE);
        t_denies(&p, put(p.a, T_LOW, -1), KSM_WHY_TYPE);
}

static void negative_values_come_back_as_they_were(void **state) {
        TStep small = {.object = T_SMALL, .method = KSM_MAP_INIT, .sid = p.a, .text = ""};

        (void)state;
        t_grants(&p, small);
        small.method = KSM_MAP_GET;
        t_yields(&p, small, -1);
        small.method = KSM_MAP_SET;
        small.value = -128;
        t_grants(&p, small);
        small.method = KSM_MAP_GET_UNCOMMITED;
        t_yields(&p, small, -128);
        small.method = KSM_MAP_SET;
        small.value = -129;
        t_denies(&p, small, KSM_WHY_TYPE);
}

static void a_failed_operand_changes_nothing(void **state) {
        static const KsmMethod methods[] = {KSM_MAP_SET, KSM_MAP_COMMIT, KSM_MAP_ROLLBACK, KSM_MAP_FINI};

        (void)state;
        t_grants(&p, step(KSM_MAP_INIT, p.a));
        t_grants(&p, put(p.a, T_LOW, 5));
        for (size_t i = 0; i < 4; i++) {
                TStep broken = put(p.a, T_LOW, 6);

                broken.method = methods[i];
                broken.is_broken = true;
                assert_false(t_run(&p, &broken, 1));
                assert_int_equal(p.record.results[0].outcome, KSM_FAILED);
        }
        t_yields(&p, get_working(p.a, T_LOW), 5);
        t_yields(&p, get(p.a, T_LOW), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(init_sets_both_instances_to_the_defaults, setup, teardown),
                cmocka_unit_test_setup_teardown(init_is_denied_where_there_is_a_table, setup, teardown),
                cmocka_unit_test_setup_teardown(init_is_denied_when_no_table_is_free, setup, teardown),
                cmocka_unit_test_setup_teardown(every_rule_needs_a_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(every_rule_but_init_needs_a_table, setup, teardown),
                cmocka_unit_test_setup_teardown(fini_frees_the_table, setup, teardown),
                cmocka_unit_test_setup_teardown(a_table_has_defaults_for_its_next_owner, setup, teardown),
                cmocka_unit_test_setup_teardown(set_changes_the_working_instance_alone, setup, teardown),
                cmocka_unit_test_setup_teardown(commit_copies_the_working_instance, setup, teardown),
                cmocka_unit_test_setup_teardown(rollback_takes_the_base_instance_back, setup, teardown),
                cmocka_unit_test_setup_teardown(an_unknown_key_is_denied, setup, teardown),
                cmocka_unit_test_setup_teardown(a_key_is_found_by_its_bytes, setup, teardown),
                cmocka_unit_test_setup_teardown(a_value_must_fit_its_type, setup, teardown),
                cmocka_unit_test_setup_teardown(negative_values_come_back_as_they_were, setup, teardown),
                cmocka_unit_test_setup_teardown(a_failed_operand_changes_nothing, setup, teardown),
        };

        return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
