/* SPDX-License-Identifier: MIT */
/*
 * What is not granted because one of the two has died, before its routes have ended: its peer learns that it
 * is not connected, and of a denial only where there was one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rtl/retcode.h>

#include "trio.h"

typedef struct Case {
        bool has_ended;
        int32_t want; /* status of what is not granted */
} Case;

static const Case cases[] = {
        {.has_ended = true, .want = rcNotConnected}, {.has_ended = false, .want = rcSecurityDisallow}};

#define N_CASES (sizeof cases / sizeof *cases)

static Trio trio;

static Trio *open_case(const Case *of) {
        trio_open(&trio, CHAN_WAY_JUDGED, CHAN_WAY_JUDGED);
        trio.has_ended = of->has_ended;
        return &trio;
}

static void expect_refused(Trio *t, TrioCall *c, int32_t want) {
        TrioServed s;

        trio_call_start(c);
        trio_turn(t);
        trio_call_join(c);
        assert_int_equal(c->result, 0);
        assert_int_equal(c->status, want);
        assert_int_equal(trio_take(t, 0, &s), CHAN_E_TIMEOUT);
}

static void hand_over(Trio *t, TrioCall *c, TrioServed *s) {
        trio_call_start(c);
        do
                trio_settle(t);
        while (trio_take(t, 0, s) != 0);
}

static void expect_answer_refused(Trio *t, TrioCall *c, TrioServed *s, int32_t want) {
        assert_int_equal(trio_answer_judged(t, s), CHAN_E_DENIED);
        trio_call_join(c);
        assert_int_equal(c->result, 0);
        assert_int_equal(c->status, want);
}

static void request_of_or_to_the_dead_is_not_connected(void **state) {
        (void)state;
        for (size_t i = 0; i < N_CASES; i++) {
                Trio *t = open_case(&cases[i]);
                TrioCall c = trio_put(t, 1);

                t->deny_request = true;
                expect_refused(t, &c, cases[i].want);
                trio_close(t);
        }
}

static void request_whose_handles_have_gone_with_the_dead_is_not_connected(void **state) {
        (void)state;
        for (size_t i = 0; i < N_CASES; i++) {
                Trio *t = open_case(&cases[i]);
                TrioCall c = trio_put(t, 1);

                t->deny_delivery = true;
                expect_refused(t, &c, cases[i].want);
                trio_close(t);
        }
}

static void answer_of_or_to_the_dead_is_not_connected(void **state) {
        (void)state;
        for (size_t i = 0; i < N_CASES; i++) {
                Trio *t = open_case(&cases[i]);
                TrioCall c = trio_put(t, 1);
                TrioServed s;

                hand_over(t, &c, &s);
                t->deny_response = true;
                expect_answer_refused(t, &c, &s, cases[i].want);
                trio_close(t);
        }
}

static void answer_whose_handles_have_gone_with_the_dead_is_not_connected(void **state) {
        (void)state;
        for (size_t i = 0; i < N_CASES; i++) {
                Trio *t = open_case(&cases[i]);
                TrioCall c = trio_put(t, 1);
                TrioServed s;

                hand_over(t, &c, &s);
                t->deny_delivery = true;
                expect_answer_refused(t, &c, &s, cases[i].want);
                trio_close(t);
        }
}

/* Posted by hand: a reply would wait for the relay. */
static void code_of_or_to_the_dead_is_not_connected(void **state) {
        (void)state;
        for (size_t i = 0; i < N_CASES; i++) {
                Trio *t = open_case(&cases[i]);
                TrioCall c = trio_put(t, 1);
                ChanSlot *slot;
                TrioServed s;

                hand_over(t, &c, &s);
                t->deny_response = true;
                slot = chan_slot(t->to_server, s.request.slot);
                slot->status = NK_ENOENT;
                atomic_store(&slot->state, CHAN_REPLY);
                chan_post_judged(t->to_server, 1u << s.request.slot, &t->ends[1]);
                trio_turn(t);
                trio_call_join(&c);
                assert_int_equal(c.status, cases[i].want);
                trio_close(t);
        }
}

/* Nobody's death makes a message of the wrong shape a right one. */
static void malformed_request_of_the_dead_stays_malformed(void **state) {
        (void)state;
        for (size_t i = 0; i < N_CASES; i++) {
                Trio *t = open_case(&cases[i]);
                TrioCall c = trio_put(t, 1);

                c.key = (nk_ptr_t){0, 1000};
                expect_refused(t, &c, rcInvalidArgument);
                trio_close(t);
        }
}

/* It is asked about what is not granted alone: what was granted before the death arrives. */
static void what_is_granted_arrives_from_the_dead_too(void **state) {
        (void)state;
        for (size_t i = 0; i < N_CASES; i++) {
                Trio *t = open_case(&cases[i]);
                TrioCall c = trio_put(t, 1);
                TrioServed s;

                hand_over(t, &c, &s);
                assert_int_equal(trio_answer_judged(t, &s), 0);
                trio_call_join(&c);
                assert_int_equal(c.status, rcOk);
                trio_close(t);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(request_of_or_to_the_dead_is_not_connected),
                cmocka_unit_test(request_whose_handles_have_gone_with_the_dead_is_not_connected),
                cmocka_unit_test(answer_of_or_to_the_dead_is_not_connected),
                cmocka_unit_test(answer_whose_handles_have_gone_with_the_dead_is_not_connected),
                cmocka_unit_test(code_of_or_to_the_dead_is_not_connected),
                cmocka_unit_test(malformed_request_of_the_dead_stays_malformed),
                cmocka_unit_test(what_is_granted_arrives_from_the_dead_too),
        };

        return cmocka_run_group_tests_name("relay ended", tests, NULL, NULL);
}
