/* SPDX-License-Identifier: MIT */
/*
 * What the judge says of methods, messages and starts, and what of it becomes audit.
 *
 * test_judge IDL
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <handle/handletype.h>
#include <nk/types.h>
#include <nkc.h>

#include "judged.h"
#include "kernel/judge_message.h"

static const char *idl;
static const JudgeOptions ordinary;

static Judged *begin(const JudgeOptions *options) {
        Judged *t = judged_new(idl, options, AUDIT_LIMIT_DEFAULT);

        judged_start(t);
        return t;
}

/* Ends the case; the audit file has so many lines, and each of the texts. */
static void end(Judged *t, unsigned n_lines, const char *first, const char *second) {
        char *text;
        unsigned n = 0;

        audit_stop(t->audit);
        text = judged_read(t);
        for (const char *at = text; *at; at++)
                n += *at == '\n';
        assert_int_equal(n, n_lines);
        if (first)
                assert_non_null(strstr(text, first));
        if (second)
                assert_non_null(strstr(text, second));
        free(text);
        judged_free(t);
}

static JudgePath path(const Judged *t, uint16_t mid) {
        return judge_path(t->judge, JUDGED_A, JUDGED_TARGET, 0, mid);
}

/* --- methods --- */

static void paths_follow_from_the_rules(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        assert_int_equal(path(t, FREE), JUDGE_DIRECT);
        assert_int_equal(path(t, ONCE), JUDGE_STRAIGHT);   /* depends on state */
        assert_int_equal(path(t, TOLD), JUDGE_STRAIGHT);   /* audited */
        assert_int_equal(path(t, GIVE), JUDGE_STRAIGHT);   /* has handles */
        assert_int_equal(path(t, CLOSED), JUDGE_STRAIGHT); /* never */
        assert_int_equal(path(t, PUT), JUDGE_BOTH);
        assert_int_equal(path(t, FAILS), JUDGE_BOTH);  /* no rule for its error */
        assert_int_equal(path(t, SECRET), JUDGE_BOTH); /* no rule for its response */
        assert_int_equal(path(t, N_METHODS), JUDGE_BOTH);
        assert_int_equal(judge_path(t->judge, JUDGED_A, JUDGED_TARGET, 1, 0), JUDGE_BOTH);
        end(t, 0, NULL, NULL);
}

static void nothing_is_direct_when_all_is_to_be_mediated(void **state) {
        Judged *t = begin(&(JudgeOptions){.is_never_direct = true});

        (void)state;
        for (uint16_t mid = 0; mid < N_METHODS; mid++)
                assert_int_equal(path(t, mid), JUDGE_BOTH);
        assert_int_equal(judge_count_paths(t->judge).n_both, 2 * N_METHODS);
        end(t, 0, NULL, NULL);
}

static void without_a_policy_all_is_direct_and_granted(void **state) {
        JudgeMessage m = {.mid = CLOSED};
        JudgeText why;

        (void)state;
        assert_int_equal(judge_path(NULL, 0, 1, 0, 0), JUDGE_DIRECT);
        assert_true(judge_boot(NULL, &why) && judge_execute(NULL, 0, &why));
        assert_true(judge_request(NULL, 0, 1, &m) && judge_response(NULL, 1, 0, false, &m));
        assert_true(judge_security(NULL, 0, &m));
        judge_forbidden_direct(NULL, 0, 1, 0, 0);
        judge_task_died(NULL, 0);
        assert_false(judge_is_dead(NULL, 0));
        assert_int_equal(judge_count_paths(NULL).n_direct, 0);
}

static void methods_of_all_channels_are_counted(void **state) {
        Judged *t = begin(&ordinary);
        JudgeCounts n = judge_count_paths(t->judge);

        (void)state;
        assert_int_equal(n.n_direct, 2);
        assert_int_equal(n.n_straight, 8);
        assert_int_equal(n.n_both, 6);
        assert_int_equal(n.n_denied, 2);
        end(t, 0, NULL, NULL);
}

/* --- messages --- */

static void requests_depend_on_what_they_hold(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        assert_true(judged_request(t, JUDGED_A, PUT, 99));
        assert_false(judged_request(t, JUDGED_A, PUT, 100));
        end(t, 1, "\"decision\":\"denied\",\"event\":\"request\"", "\"method\":\"Put\"");
}

static void responses_and_errors_have_rules_of_their_own(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        assert_true(judged_response(t, JUDGED_A, PUT, false, 49));
        assert_false(judged_response(t, JUDGED_A, PUT, false, 50));
        assert_true(judged_response(t, JUDGED_A, PUT, true, 1));
        assert_false(judged_response(t, JUDGED_A, PUT, true, 2));
        end(t, 2, "\"event\":\"response\"", "\"event\":\"error\"");
}

static void each_task_has_a_state_of_its_own(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        assert_true(judged_request(t, JUDGED_A, ONCE, 0));
        assert_false(judged_request(t, JUDGED_A, ONCE, 0));
        assert_true(judged_request(t, JUDGED_B, ONCE, 0));
        end(t, 1, "\"task\":\"A\"", "\"why\":\"");
}

static void a_method_without_rule_is_denied_and_says_so(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        assert_false(judged_request(t, JUDGED_B, CLOSED, 0));
        end(t, 1, "\"reason\":\"no rule is bound\"", "\"task\":\"B\"");
}

static void what_a_profile_asks_for_is_recorded_though_granted(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        assert_true(judged_request(t, JUDGED_A, TOLD, 0));
        assert_true(judged_request(t, JUDGED_A, FREE, 0));
        end(t, 1, "\"decision\":\"granted\"", "\"method\":\"Told\"");
}

static void a_malformed_message_is_denied_without_a_rule(void **state) {
        Judged *t = begin(&(JudgeOptions){.is_permissive = true});
        JudgeMessage m = {.mid = FREE, .malformed = "the constant part has the wrong size"};

        (void)state;
        assert_false(judge_request(t->judge, JUDGED_A, JUDGED_TARGET, &m));
        end(t, 1, "\"reason\":\"the constant part has the wrong size\"", "\"calls\":[]");
}

static void a_request_that_went_past_is_recorded(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        judge_forbidden_direct(t->judge, JUDGED_A, JUDGED_TARGET, 0, PUT);
        end(t, 1, "past the kernel process", "\"task\":\"A\"");
}

static void nothing_is_granted_to_the_dead(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        judge_task_died(t->judge, JUDGED_A);
        assert_false(judged_request(t, JUDGED_A, PUT, 1));
        assert_true(judged_request(t, JUDGED_B, PUT, 1));
        judge_task_died(t->judge, JUDGED_A);
        end(t, 1, "not alive", NULL);
}

static void dead_is_who_has_died_and_does_not_live_again(void **state) {
        Judged *t = judged_new(idl, &ordinary, AUDIT_LIMIT_DEFAULT);
        JudgeText why;

        (void)state;
        assert_false(judge_is_dead(t->judge, JUDGED_A)); /* not started so far */
        judged_start(t);
        assert_false(judge_is_dead(t->judge, JUDGED_A));
        judge_task_died(t->judge, JUDGED_A);
        assert_true(judge_is_dead(t->judge, JUDGED_A));
        assert_false(judge_is_dead(t->judge, JUDGED_B));
        assert_false(judge_is_dead(t->judge, JUDGE_KERNEL));
        assert_true(judge_execute(t->judge, JUDGED_A, &why));
        assert_false(judge_is_dead(t->judge, JUDGED_A));
        judge_task_died(t->judge, JUDGED_A);
        assert_true(judge_is_dead(t->judge, JUDGED_A));
        end(t, 0, NULL, NULL);
}

/* --- handles --- */

typedef struct Giving {
        struct nk_message base_;
        uint32_t value, padding;
        nk_handle_desc_t handles[6];
} Giving;

static bool give(Judged *t, uint32_t place, nk_handle_t handle) {
        Giving message = {.value = 0};
        JudgeMessage m = {.mid = GIVE, .message = &message, .message_size = sizeof message};

        for (uint32_t i = 0; i < 6; i++)
                message.handles[i] = nk_handle_desc(i == place ? handle : INVALID_HANDLE);
        return judge_request(t->judge, JUDGED_A, JUDGED_TARGET, &m);
}

static void no_handle_is_sid_0_for_the_rules(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        assert_true(give(t, 0, INVALID_HANDLE)); /* judged.psl wants 0 */
        end(t, 0, NULL, NULL);
}

static void a_handle_that_names_nothing_is_malformed_wherever_it_is(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        for (uint32_t i = 0; i < 6; i++)
                assert_false(give(t, i, 7));
        assert_false(give(t, 3, 0));
        end(t, 7, "names nothing", NULL);
}

static void room_for_handles_is_that_of_the_largest_message(void **state) {
        Judged *t = begin(&ordinary);

        (void)state;
        assert_int_equal(
                judge_handles_room(t->load.solution.tasks[JUDGED_TARGET].class->shape), sizeof(Giving));
        assert_int_equal(judge_handles_room(t->load.solution.tasks[JUDGED_A].class->shape), 0);
        end(t, 0, NULL, NULL);
}

/* --- starts --- */

static void a_start_without_boot_comes_from_the_kernel_and_is_denied(void **state) {
        Judged *t = judged_new(idl, &ordinary, AUDIT_LIMIT_DEFAULT);
        JudgeText why;

        (void)state;
        assert_false(judge_execute(t->judge, JUDGED_A, &why));
        assert_non_null(strstr(why.text, "denied execute kl.core.Core"));
        end(t, 1, "\"event\":\"execute\"", NULL);
}

static void each_start_has_a_sid_of_its_own(void **state) {
        Judged *t = begin(&ordinary);
        JudgeText why;

        (void)state;
        assert_true(judged_request(t, JUDGED_A, ONCE, 0));
        assert_true(judge_execute(t->judge, JUDGED_A, &why));
        assert_true(judged_request(t, JUDGED_A, ONCE, 0));
        end(t, 0, NULL, NULL);
}

static void a_permissive_run_does_what_is_denied(void **state) {
        Judged *t = begin(&(JudgeOptions){.is_permissive = true});

        (void)state;
        assert_true(judged_request(t, JUDGED_A, CLOSED, 0));
        assert_true(judged_request(t, JUDGED_A, PUT, 100));
        assert_true(judged_request(t, JUDGED_A, PUT, 1));
        end(t, 2, "\"decision\":\"denied\"", "\"permissive\":true");
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(paths_follow_from_the_rules),
                cmocka_unit_test(nothing_is_direct_when_all_is_to_be_mediated),
                cmocka_unit_test(without_a_policy_all_is_direct_and_granted),
                cmocka_unit_test(methods_of_all_channels_are_counted),
                cmocka_unit_test(requests_depend_on_what_they_hold),
                cmocka_unit_test(responses_and_errors_have_rules_of_their_own),
                cmocka_unit_test(each_task_has_a_state_of_its_own),
                cmocka_unit_test(a_method_without_rule_is_denied_and_says_so),
                cmocka_unit_test(what_a_profile_asks_for_is_recorded_though_granted),
                cmocka_unit_test(a_malformed_message_is_denied_without_a_rule),
                cmocka_unit_test(a_request_that_went_past_is_recorded),
                cmocka_unit_test(nothing_is_granted_to_the_dead),
                cmocka_unit_test(dead_is_who_has_died_and_does_not_live_again),
                cmocka_unit_test(no_handle_is_sid_0_for_the_rules),
                cmocka_unit_test(a_handle_that_names_nothing_is_malformed_wherever_it_is),
                cmocka_unit_test(room_for_handles_is_that_of_the_largest_message),
                cmocka_unit_test(a_start_without_boot_comes_from_the_kernel_and_is_denied),
                cmocka_unit_test(each_start_has_a_sid_of_its_own),
                cmocka_unit_test(a_permissive_run_does_what_is_denied),
        };

        if (argc != 2)
                return EXIT_FAILURE;
        idl = argv[1];
        return cmocka_run_group_tests(tests, NULL, NULL);
}
