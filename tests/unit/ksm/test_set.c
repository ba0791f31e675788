/* SPDX-License-Identifier: MIT */
/*
 * HashSet: every rule and expression, granted, denied and failed; entries of every kind; pools.
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
        return (TStep){.object = T_SET, .method = method, .sid = sid};
}

static TStep with(KsmMethod method, KsmSid sid, KsmInt entry) {
        return (TStep){.object = T_SET, .method = method, .sid = sid, .entry = {entry}};
}

static TStep pair(KsmMethod method, KsmInt number, KsmInt flag) {
        return (TStep){.object = T_PAIRS, .method = method, .sid = p.a, .entry = {number, flag}};
}

static void init_attaches_an_empty_table(void **state) {
        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_yields(&p, with(KSM_SET_CONTAINS, p.a, 0), false);
}

static void init_is_denied_where_there_is_a_table(void **state) {
        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_denies(&p, step(KSM_SET_INIT, p.a), KSM_WHY_HAS_CONTEXT);
}

static void init_is_denied_when_no_table_is_free(void **state) {
        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_grants(&p, step(KSM_SET_INIT, p.b));
        t_denies(&p, step(KSM_SET_INIT, p.c), KSM_WHY_POOL);
        t_grants(&p, step(KSM_SET_FINI, p.a));
        t_grants(&p, step(KSM_SET_INIT, p.c));
        t_denies(&p, step(KSM_SET_INIT, p.a), KSM_WHY_POOL);
}

static void init_and_fini_are_denied_for_an_unknown_sid(void **state) {
        (void)state;
        t_denies(&p, step(KSM_SET_INIT, NOBODY), KSM_WHY_SID);
        t_denies(&p, step(KSM_SET_FINI, NOBODY), KSM_WHY_SID);
}

static void fini_is_denied_without_a_table(void **state) {
        (void)state;
        t_denies(&p, step(KSM_SET_FINI, p.a), KSM_WHY_NO_CONTEXT);
}

static void a_table_is_empty_for_its_next_owner(void **state) {
        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_grants(&p, with(KSM_SET_ADD, p.a, 7));
        t_grants(&p, step(KSM_SET_FINI, p.a));
        t_grants(&p, step(KSM_SET_INIT, p.b));
        t_yields(&p, with(KSM_SET_CONTAINS, p.b, 7), false);
}

static void add_makes_an_entry_present(void **state) {
        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_grants(&p, with(KSM_SET_ADD, p.a, 7));
        t_yields(&p, with(KSM_SET_CONTAINS, p.a, 7), true);
        t_yields(&p, with(KSM_SET_CONTAINS, p.a, 8), false);
}

static void add_is_denied_when_the_table_is_full(void **state) {
        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_grants(&p, with(KSM_SET_ADD, p.a, 1));
        t_grants(&p, with(KSM_SET_ADD, p.a, 2));
        t_grants(&p, with(KSM_SET_ADD, p.a, 3));
        t_denies(&p, with(KSM_SET_ADD, p.a, 4), KSM_WHY_FULL);
        t_grants(&p, with(KSM_SET_ADD, p.a, 3));
        t_grants(&p, with(KSM_SET_REMOVE, p.a, 2));
        t_grants(&p, with(KSM_SET_ADD, p.a, 4));
        t_yields(&p, with(KSM_SET_CONTAINS, p.a, 2), false);
        t_yields(&p, with(KSM_SET_CONTAINS, p.a, 4), true);
}

static void remove_of_an_absent_entry_is_granted(void **state) {
        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_grants(&p, with(KSM_SET_REMOVE, p.a, 9));
        t_yields(&p, with(KSM_SET_CONTAINS, p.a, 9), false);
}

static void add_remove_and_contains_need_a_table(void **state) {
        (void)state;
        t_denies(&p, with(KSM_SET_ADD, p.a, 1), KSM_WHY_NO_CONTEXT);
        t_denies(&p, with(KSM_SET_REMOVE, p.a, 1), KSM_WHY_NO_CONTEXT);
        t_fails(&p, with(KSM_SET_CONTAINS, p.a, 1), KSM_WHY_NO_CONTEXT);
}

static void add_remove_and_contains_need_a_sid(void **state) {
        (void)state;
        t_denies(&p, with(KSM_SET_ADD, NOBODY, 1), KSM_WHY_SID);
        t_denies(&p, with(KSM_SET_REMOVE, NOBODY, 1), KSM_WHY_SID);
        t_fails(&p, with(KSM_SET_CONTAINS, NOBODY, 1), KSM_WHY_SID);
}

static void values_must_fit_the_type_of_the_entry(void **state) {
        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_grants(&p, with(KSM_SET_ADD, p.a, 65535));
        t_denies(&p, with(KSM_SET_ADD, p.a, 65536), KSM_WHY_TYPE);
        t_denies(&p, with(KSM_SET_ADD, p.a, -1), KSM_WHY_TYPE);
        t_denies(&p, with(KSM_SET_REMOVE, p.a, 65536), KSM_WHY_TYPE);
        t_fails(&p, with(KSM_SET_CONTAINS, p.a, 65536), KSM_WHY_TYPE);
}

static void entries_of_several_fields_differ_in_any_of_them(void **state) {
        (void)state;
        t_grants(&p, pair(KSM_SET_INIT, 0, 0));
        t_grants(&p, pair(KSM_SET_ADD, -128, 1));
        t_yields(&p, pair(KSM_SET_CONTAINS, -128, 1), true);
        t_yields(&p, pair(KSM_SET_CONTAINS, -128, 0), false);
        t_yields(&p, pair(KSM_SET_CONTAINS, 127, 1), false);
        t_denies(&p, pair(KSM_SET_ADD, -129, 1), KSM_WHY_TYPE);
        t_denies(&p, pair(KSM_SET_ADD, 0, 2), KSM_WHY_TYPE);
}

static void a_failed_operand_changes_nothing(void **state) {
        TStep broken;

        (void)state;
        t_grants(&p, step(KSM_SET_INIT, p.a));
        t_grants(&p, with(KSM_SET_ADD, p.a, 1));
        broken = with(KSM_SET_REMOVE, p.a, 1);
        broken.is_broken = true;
        assert_false(t_run(&p, &broken, 1));
        broken = with(KSM_SET_ADD, p.a, 2);
        broken.is_broken = true;
        assert_false(t_run(&p, &broken, 1));
        assert_int_equal(p.record.results[0].outcome, KSM_FAILED);
        t_yields(&p, with(KSM_SET_CONTAINS, p.a, 1), true);
        t_yields(&p, with(KSM_SET_CONTAINS, p.a, 2), false);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(init_attaches_an_empty_table, setup, teardown),
                cmocka_unit_test_setup_teardown(init_is_denied_where_there_is_a_table, setup, teardown),
                cmocka_unit_test_setup_teardown(init_is_denied_when_no_table_is_free, setup, teardown),
                cmocka_unit_test_setup_teardown(init_and_fini_are_denied_for_an_unknown_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(fini_is_denied_without_a_table, setup, teardown),
                cmocka_unit_test_setup_teardown(a_table_is_empty_for_its_next_owner, setup, teardown),
                cmocka_unit_test_setup_teardown(add_makes_an_entry_present, setup, teardown),
                cmocka_unit_test_setup_teardown(add_is_denied_when_the_table_is_full, setup, teardown),
                cmocka_unit_test_setup_teardown(remove_of_an_absent_entry_is_granted, setup, teardown),
                cmocka_unit_test_setup_teardown(add_remove_and_contains_need_a_table, setup, teardown),
                cmocka_unit_test_setup_teardown(add_remove_and_contains_need_a_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(values_must_fit_the_type_of_the_entry, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        entries_of_several_fields_differ_in_any_of_them, setup, teardown),
                cmocka_unit_test_setup_teardown(a_failed_operand_changes_nothing, setup, teardown),
        };

        return cmocka_run_group_tests_name("set", tests, NULL, NULL);
}
