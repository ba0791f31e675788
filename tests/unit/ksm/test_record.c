/* SPDX-License-Identifier: MIT */
/*
 * Audit: which results the profiles ask for at which level, and how a record reads as a line.
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

#define TIME UINT64_C(1714564800123456789) /* 2024-05-01 12:00:00 */

static const TStep grant = {.object = T_BASE, .method = KSM_BASE_GRANT};
static const TStep deny = {.object = T_BASE, .method = KSM_BASE_DENY, .condition = true};

static bool is_audited(TStep step) {
        T_RUN(&p, step, grant);
        return p.record.results[0].is_audited;
}

static TStep enter(uint32_t state) {
        return (TStep){.object = T_DOOR, .method = KSM_FLOW_ENTER, .sid = p.a, .index = state};
}

static void the_empty_profile_audits_nothing(void **state) {
        (void)state;
        ksm_set_audit_level(p.ksm, 2);
        T_RUN(&p, grant, deny);
        assert_false(p.record.is_audited);
}

static void the_level_selects_what_is_audited(void **state) {
        (void)state;
        t_use_profile(T_PROFILE_WATCH);
        assert_int_equal(ksm_audit_level(p.ksm), 1);
        assert_true(is_audited(deny));
        assert_false(is_audited(grant));
        ksm_set_audit_level(p.ksm, 2);
        assert_true(is_audited(deny));
        assert_true(is_audited(grant));
        ksm_set_audit_level(p.ksm, 0);
        assert_false(is_audited(deny));
        ksm_set_audit_level(p.ksm, 77);
        assert_false(is_audited(deny));
        assert_int_equal(ksm_audit_level(p.ksm), 77);
}

static void an_event_without_rules_is_audited_at_every_level(void **state) {
        (void)state;
        t_use_profile(T_PROFILE_WATCH);
        ksm_set_audit_level(p.ksm, 77);
        t_run(&p, NULL, 0);
        assert_true(p.record.is_audited);
}

static void a_failed_call_counts_as_denied(void **state) {
        TStep broken = grant;

        (void)state;
        t_use_profile(T_PROFILE_WATCH);
        broken.is_broken = true;
        assert_true(is_audited(broken));
}

static void objects_that_the_profile_leaves_out_are_not_audited(void **state) {
        (void)state;
        t_use_profile(T_PROFILE_WATCH);
        ksm_set_audit_level(p.ksm, 2);
        assert_false(is_audited((TStep){.object = T_SET, .method = KSM_SET_FINI, .sid = p.a}));
        assert_true(is_audited((TStep){.object = T_GATE, .method = KSM_FLOW_FINI, .sid = p.a}));
        assert_false(is_audited((TStep){.object = T_GATE, .method = KSM_FLOW_INIT, .sid = p.a}));
}

static void omit_looks_at_the_state_before_the_call(void **state) {
        (void)state;
        t_use_profile(T_PROFILE_WATCH);
        ksm_set_audit_level(p.ksm, 2);
        assert_true(is_audited((TStep){.object = T_DOOR, .method = KSM_FLOW_INIT, .sid = p.a}));
        assert_false(is_audited((TStep){.object = T_DOOR, .method = KSM_FLOW_QUERY, .sid = p.a}));
        assert_false(is_audited(enter(T_SHUT))); /* denied, from shut */
        assert_false(is_audited(enter(T_OPEN))); /* from shut */
        assert_true(is_audited((TStep){.object = T_DOOR, .method = KSM_FLOW_QUERY, .sid = p.a}));
        assert_true(is_audited(enter(T_SHUT))); /* from open */
        assert_true(
                is_audited((TStep){.object = T_DOOR, .method = KSM_FLOW_QUERY, .sid = p.b})); /* in none */
}

static void emit_chooses_the_expressions_of_regex(void **state) {
        TStep match = {.object = T_RE, .method = KSM_RE_MATCH, .index = T_RED, .text = "green"};
        TStep select = {.object = T_RE, .method = KSM_RE_SELECT, .text = "green"};

        (void)state;
        t_use_profile(T_PROFILE_WATCH);
        assert_false(is_audited(match));
        ksm_set_audit_level(p.ksm, 2);
        assert_true(is_audited(match));
        assert_false(is_audited(select));
        ksm_set_audit_level(p.ksm, 3);
        assert_false(is_audited(match));
        assert_true(is_audited(select));
}

static void check_text(const char *expected) {
        char line[KSM_LINE_SIZE];
        size_t n = ksm_record_text(p.ksm, &p.record, line, sizeof(line));

        assert_string_equal(line, expected);
        assert_int_equal(n, strlen(line));
}

static void check_json(const char *expected) {
        char line[KSM_LINE_SIZE];
        size_t n = ksm_record_json(p.ksm, &p.record, line, sizeof(line));

        assert_string_equal(line, expected);
        assert_int_equal(n, strlen(line));
}

static void a_denied_event_shows_every_call(void **state) {
        const TStep steps[] = {grant, deny};
        KsmEvent event = {.kind = KSM_REQUEST, .src = p.a, .dst = p.b, .mid = 1, .time_ns = TIME};

        (void)state;
        t_decide(&p, &event, steps, 2);
        check_text(
                "2024-05-01T12:00:00.123456Z denied request test.A 2 -> test.B 3 ctl.door.Close: base.grant "
                "granted test.psl:1; base.deny denied (the policy denies it) test.psl:1");
        check_json(
                "{\"time\":\"2024-05-01T12:00:00.123456Z\",\"decision\":\"denied\",\"event\":\"request\","
                "\"src\":{\"class\":\"test.A\",\"sid\":2},\"dst\":{\"class\":\"test.B\",\"sid\":3},"
                "\"endpoint\":\"ctl.door\",\"method\":\"Close\",\"calls\":[{\"object\":\"base\",\"method\":"
                "\"grant\",\"result\":\"granted\",\"file\":\"test.psl\",\"line\":1},{\"object\":\"base\","
                "\"method\":\"deny\",\"result\":\"denied\",\"why\":\"the policy denies "
                "it\",\"file\":\"test.psl\","
                "\"line\":1}]}");
}

static void a_granted_event_shows_what_was_asked_for(void **state) {
        const TStep steps[] = {grant, {.object = T_DOOR, .method = KSM_FLOW_INIT, .sid = p.a}};
        KsmEvent event = {.kind = KSM_RESPONSE, .src = p.b, .dst = p.a, .time_ns = TIME};

        (void)state;
        t_use_profile(T_PROFILE_WATCH);
        t_decide(&p, &event, steps, 2);
        check_text("2024-05-01T12:00:00.123456Z granted response test.B 3 -> test.A 2 ctl.door.Open");
        ksm_set_audit_level(p.ksm, 2);
        t_decide(&p, &event, steps, 1);
        check_text(
                "2024-05-01T12:00:00.123456Z granted response test.B 3 -> test.A 2 ctl.door.Open: base.grant "
                "granted test.psl:1");
}

static void an_event_of_its_own_kind_reads_well(void **state) {
        KsmEvent event = {.kind = KSM_EXECUTE, .src = KSM_SID_KERNEL, .dst = p.b, .time_ns = TIME};

        (void)state;
        t_decide(&p, &event, &grant, 1);
        check_text("2024-05-01T12:00:00.123456Z granted execute ? 1 -> test.B 3");
        event = (KsmEvent){.kind = KSM_SECURITY, .src = p.a, .time_ns = TIME};
        t_decide(&p, &event, &grant, 1);
        check_text("2024-05-01T12:00:00.123456Z granted security test.A 2 Open");
        event = (KsmEvent){.kind = KSM_ERROR, .src = p.b, .dst = p.a, .time_ns = TIME};
        t_decide(&p, &event, &grant, 1);
        check_text("2024-05-01T12:00:00.123456Z denied error test.B 3 -> test.A 2 ctl.door.Open: no rule is "
                   "bound");
}

static void a_malformed_event_says_why(void **state) {
        KsmEvent event = {.kind = KSM_REQUEST,
                .src = p.a,
                .dst = p.b,
                .riid = 9,
                .mid = 8,
                .time_ns = TIME,
                .malformed = "a \"chunk\"\n"};

        (void)state;
        t_decide(&p, &event, &grant, 1);
        check_text("2024-05-01T12:00:00.123456Z denied request test.A 2 -> test.B 3 9.8: a "
                   "\\\"chunk\\\"\\u000a");
        check_json("{\"time\":\"2024-05-01T12:00:00.123456Z\",\"decision\":\"denied\",\"event\":\"request\","
                   "\"src\":{\"class\":\"test.A\",\"sid\":2},\"dst\":{\"class\":\"test.B\",\"sid\":3},"
                   "\"riid\":9,"
                   "\"mid\":8,\"reason\":\"a \\\"chunk\\\"\\u000a\",\"calls\":[]}");
}

static void a_long_line_counts_the_calls_it_loses(void **state) {
        static TStep steps[200];
        char line[KSM_LINE_SIZE];
        size_t n;

        (void)state;
        for (size_t i = 0; i < 200; i++)
                steps[i] = deny;
        t_run(&p, steps, 200);
        for (size_t size = KSM_LINE_MIN; size < KSM_LINE_MIN + 200; size++) {
                n = ksm_record_text(p.ksm, &p.record, line, size);
                assert_true(n < size);
                assert_non_null(strstr(line, " more"));
                n = ksm_record_json(p.ksm, &p.record, line, size);
                assert_true(n < size);
                assert_int_equal(n, strlen(line));
                assert_non_null(strstr(line, "}],\"omitted\":"));
                assert_int_equal(line[n - 1], '}');
        }
}

static void every_number_has_its_word(void **state) {
        (void)state;
        for (unsigned i = 0; i < KSM_N_EVENTS; i++)
                assert_non_null(ksm_event_text((KsmEventKind)i));
        for (unsigned i = 0; i < KSM_N_METHODS; i++)
                assert_non_null(ksm_method_text((KsmMethod)i));
        for (unsigned i = 0; i < KSM_N_MODELS; i++)
                assert_non_null(ksm_model_text((KsmModel)i));
        for (unsigned i = 0; i < KSM_N_WHYS; i++)
                assert_non_null(ksm_why_text((KsmWhy)i));
        assert_string_equal(ksm_outcome_text(KSM_FAILED), "failed");
        assert_string_equal(ksm_verdict_text(KSM_DEPENDS), "depends");
        assert_string_equal(ksm_event_text(KSM_N_EVENTS), "unknown");
        assert_string_equal(ksm_why_text(KSM_N_WHYS), "unknown");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(the_empty_profile_audits_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(the_level_selects_what_is_audited, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        an_event_without_rules_is_audited_at_every_level, setup, teardown),
                cmocka_unit_test_setup_teardown(a_failed_call_counts_as_denied, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        objects_that_the_profile_leaves_out_are_not_audited, setup, teardown),
                cmocka_unit_test_setup_teardown(omit_looks_at_the_state_before_the_call, setup, teardown),
                cmocka_unit_test_setup_teardown(emit_chooses_the_expressions_of_regex, setup, teardown),
                cmocka_unit_test_setup_teardown(a_denied_event_shows_every_call, setup, teardown),
                cmocka_unit_test_setup_teardown(a_granted_event_shows_what_was_asked_for, setup, teardown),
                cmocka_unit_test_setup_teardown(an_event_of_its_own_kind_reads_well, setup, teardown),
                cmocka_unit_test_setup_teardown(a_malformed_event_says_why, setup, teardown),
                cmocka_unit_test_setup_teardown(a_long_line_counts_the_calls_it_loses, setup, teardown),
                cmocka_unit_test_setup_teardown(every_number_has_its_word, setup, teardown),
        };

        return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
