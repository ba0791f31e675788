/* SPDX-License-Identifier: MIT */
/*
 * Verdicts, the order of rules, and places in messages, as the resolved policy says them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "nkc_policy.h"
#include "psl/path.h"
#include "support/descriptions.h"

#define HEAD                                                                                                 \
        "policy object base : Base {}\n"                                                                     \
        "policy object door : Flow { type State = \"open\" | \"shut\" config = {states : [\"open\", "        \
        "\"shut\"], "                                                                                        \
        "initial : \"shut\", transitions : {}} }\n"                                                          \
        "use EDL demo.Client\nuse EDL demo.Server\n"

static int setup(void **state) {
        static Descr d;

        descr_init(&d);
        descr_put(&d, "demo/ICall.idl",
                "package demo.ICall\nstruct Item { UInt8 kind; UInt32 id; }\n"
                "interface { Put(in sequence<Item, 4> items, in array<UInt16, 3> codes, out UInt32 rc);\n"
                "Send(in Handle object); Get(out Handle object); Fail(error Handle object); }\n");
        descr_put(&d, "demo/Client.edl", "entity demo.Client\n");
        descr_put(&d, "demo/Server.edl", "entity demo.Server\nendpoints { call : demo.ICall }\n");
        *state = &d;
        return 0;
}

static int teardown(void **state) {
        descr_deinit(*state);
        return 0;
}

static const PolPolicy *compile(Descr *d, const char *rules) {
        char text[4096], path[256];

        snprintf(text, sizeof text, "%s%s", HEAD, rules);
        descr_put(d, "security.psl", text);
        snprintf(path, sizeof path, "%s/security.psl", d->folder);
        return nkc_policy_compile(d->session, path, NULL);
}

static const PolDecision *request(const PolPolicy *p, uint32_t mid) {
        return pol_decision(
                p, PSL_REQUEST, pol_find_class(p, "demo.Client"), pol_find_class(p, "demo.Server"), 0, mid);
}

static void event_without_rules_is_never_granted(void **state) {
        const PolPolicy *p = compile(*state, "response { grant () }\n");

        assert_non_null(p);
        assert_int_equal(request(p, 0)->verdict, POL_NEVER);
        assert_int_equal(request(p, 0)->index, 0);
}

static void constant_grant_is_always_granted(void **state) {
        const PolPolicy *p = compile(*state, "request { grant () assert (1 + 1 == 2) deny (false) }\n");

        assert_non_null(p);
        assert_int_equal(request(p, 0)->verdict, POL_ALWAYS);
}

static void constant_denial_beats_all_grants(void **state) {
        const PolPolicy *p = compile(
                *state, "request { grant () }\nrequest src=demo.Client dst=demo.Server { deny () }\n");

        assert_non_null(p);
        assert_int_equal(request(p, 0)->verdict, POL_NEVER);
        assert_int_equal(request(p, 0)->statements.n, 2);
}

static PolPath path(const PolPolicy *p, uint32_t mid) {
        return pol_way(p, pol_find_class(p, "demo.Client"), pol_find_class(p, "demo.Server"), 0, mid).path;
}

static void handle_in_a_reply_makes_a_granted_call_mediated(void **state) {
        const PolPolicy *p =
                compile(*state, "request { grant () }\nresponse { grant () }\nerror { grant () }\n");

        assert_non_null(p);
        assert_int_equal(path(p, 0), POL_PATH_DIRECT);
        assert_int_equal(path(p, 1), POL_PATH_USE);
        assert_int_equal(path(p, 2), POL_PATH_JUDGED);
        assert_int_equal(path(p, 3), POL_PATH_JUDGED);
        for (uint32_t mid = 0; mid < 4; mid++)
                assert_int_equal(request(p, mid)->verdict, POL_ALWAYS);
}

static void method_that_uses_handles_is_straight_if_its_request_is_judged(void **state) {
        const PolPolicy *p =
                compile(*state, "request { grant () }\nresponse { grant () }\nerror { grant () }\n"
                                "request dst=demo.Server method=Send { assert (src_sid != 1) }\n");

        assert_non_null(p);
        assert_int_equal(path(p, 1), POL_PATH_STRAIGHT);
}

static void handles_to_use_are_enough_for_memory_in_common(void **state) {
        const PolPolicy *p =
                compile(*state, "request { grant () }\nresponse { grant () }\nerror { grant () }\n"
                                "request dst=demo.Server method=Put { assert (src_sid != 1) }\n");

        assert_non_null(p);
        assert_int_equal(path(p, 0), POL_PATH_STRAIGHT);
}

static void audit_of_grants_makes_a_call_mediated(void **state) {
        const PolPolicy *p = compile(*state, "audit profile all = {0 : {}, 3 : {base : {kss : "
                                             "[\"granted\"]}}}\nrequest { audit all grant () }\n");

        assert_non_null(p);
        assert_int_equal(request(p, 0)->verdict, POL_DEPENDS);
}

static void rules_run_in_the_order_of_the_text(void **state) {
        const PolPolicy *p = compile(*state,
                "request { door.init {sid : src_sid}\n match method=Put { door.fini {sid : src_sid} }\n"
                "door.enter {sid : src_sid, state : \"open\"} }\n");
        const PolDecision *d;

        assert_non_null(p);
        d = request(p, 0);
        assert_int_equal(d->n_sites, 3);
        assert_int_equal(d->sites[0]->method, POL_FLOW_INIT);
        assert_int_equal(d->sites[1]->method, POL_FLOW_FINI);
        assert_int_equal(d->sites[2]->method, POL_FLOW_ENTER);
        assert_int_equal(request(p, 1)->n_sites, 2);
}

static void section_in_a_choice_belongs_to_its_events_only(void **state) {
        const PolPolicy *p = compile(*state, "request { choice (door.query {sid : src_sid}) { \"open\" : { "
                                             "match method=Put { grant () } } _ : "
                                             "deny () } }\n");

        assert_non_null(p);
        assert_int_equal(request(p, 0)->statements.items[0]->branches[0].body.n, 1);
        assert_int_equal(request(p, 1)->statements.items[0]->branches[0].body.n, 0);
}

static void fields_of_messages_become_places(void **state) {
        const PolPolicy *p = compile(
                *state, "request method=Put { assert (message.items.[src_sid].id == message.codes.[2]) }\n");
        const PolExpr *e;

        assert_non_null(p);
        e = request(p, 0)->statements.items[0]->call->condition;
        assert_int_equal(e->kind, POL_EQUAL);
        assert_int_equal(e->items[0]->place.steps->kind, POL_STEP_ELEMENT);
        assert_int_equal(e->items[0]->place.steps->stride, 8);
        assert_int_equal(e->items[0]->place.offset, 4);
        assert_int_equal(e->items[0]->number, POL_U32);
        assert_null(e->items[1]->place.steps);
        assert_int_equal(e->items[1]->place.offset, LAY_HEADER_SIZE + LAY_PTR_SIZE + 4);
        assert_true(e->may_fail);
}

static void equal_lists_of_rules_are_one_decision(void **state) {
        const PolPolicy *p = compile(*state, "request { door.init {sid : src_sid} }\n");

        assert_non_null(p);
        assert_ptr_equal(request(p, 0), request(p, 1));
}

static void unknown_numbers_get_the_empty_decision(void **state) {
        const PolPolicy *p = compile(*state, "request { grant () }\n");

        assert_non_null(p);
        assert_int_equal(request(p, 4)->index, 0);
        assert_int_equal(pol_decision(p, PSL_REQUEST, 0, POL_NONE, 0, 0)->index, 0);
}

static void question_by_names_is_answered(void **state) {
        Descr *d = *state;
        const NkcPolicy *p = compile(d, "request { grant () }\n");
        NkcQuestion q = {.event = NKC_REQUEST,
                .src = "demo.Client",
                .dst = "demo.Server",
                .endpoint = "call",
                .method = "Put"};
        NkcDecision out;
        const char *problem;

        assert_true(nkc_policy_decide(d->session, p, &q, &out, &problem));
        assert_int_equal(out.verdict, NKC_ALWAYS);
        assert_int_equal(out.n_rules, 1);
        assert_string_equal(out.rules[0].text, "grant ()");
        q.method = "Putt";
        assert_false(nkc_policy_decide(d->session, p, &q, &out, &problem));
        assert_string_equal(problem, "unknown method 'Putt'; did you mean 'Put'?");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(event_without_rules_is_never_granted, setup, teardown),
                cmocka_unit_test_setup_teardown(constant_grant_is_always_granted, setup, teardown),
                cmocka_unit_test_setup_teardown(constant_denial_beats_all_grants, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        handle_in_a_reply_makes_a_granted_call_mediated, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        method_that_uses_handles_is_straight_if_its_request_is_judged, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        handles_to_use_are_enough_for_memory_in_common, setup, teardown),
                cmocka_unit_test_setup_teardown(audit_of_grants_makes_a_call_mediated, setup, teardown),
                cmocka_unit_test_setup_teardown(rules_run_in_the_order_of_the_text, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        section_in_a_choice_belongs_to_its_events_only, setup, teardown),
                cmocka_unit_test_setup_teardown(fields_of_messages_become_places, setup, teardown),
                cmocka_unit_test_setup_teardown(equal_lists_of_rules_are_one_decision, setup, teardown),
                cmocka_unit_test_setup_teardown(unknown_numbers_get_the_empty_decision, setup, teardown),
                cmocka_unit_test_setup_teardown(question_by_names_is_answered, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
