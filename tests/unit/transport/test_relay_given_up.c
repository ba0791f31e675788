/* SPDX-License-Identifier: MIT */
/*
 * Judged calls that come to nothing: their client gives up, or is interrupted, or what was granted can't be
 * delivered. A slot comes back once, and nobody gets what was taken back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rtl/retcode.h>

#include "trio.h"

#define BOTH_LEGS CHAN_WAY_DIRECT /* of the other methods: there is a direct leg */
#define NO_DIRECT CHAN_WAY_JUDGED

static Trio trio;

static int teardown(void **state) {
        (void)state;
        trio_close(&trio);
        return 0;
}

static Trio *open_with(ChanWay put_way, ChanWay others) {
        trio_open(&trio, put_way, others);
        return &trio;
}

static void call_the_relay_has_not_taken_is_withdrawn(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 5);

        (void)state;
        c.wait.timeout_ms = 1;
        trio_call(&c);
        assert_int_equal(c.result, CHAN_E_TIMEOUT);
        assert_false(relay_turn(t->relay));
        assert_int_equal(t->n_requests, 0);
}

static void call_the_server_has_not_taken_is_given_back(void **state) {
        Trio *t = open_with(CHAN_WAY_STRAIGHT, BOTH_LEGS);
        TrioServed s;

        (void)state;
        for (uint32_t i = 0; i < 2 * CHAN_SLOTS; i++) {
                TrioCall c = trio_put(t, 5);

                c.wait.timeout_ms = 5;
                trio_call_start(&c);
                while (!c.is_done)
                        trio_settle(t);
                trio_call_join(&c);
                assert_int_equal(c.result, CHAN_E_TIMEOUT);
                trio_settle(t);
        }
        assert_int_equal(trio_take(t, 1, &s), CHAN_E_TIMEOUT);
}

static void call_being_served_times_out_and_its_slot_comes_back(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);

        (void)state;
        for (uint32_t n = 0; n < 2 * CHAN_SLOTS;) {
                TrioCall c = trio_put(t, 5);
                TrioServed s;
                bool is_served;

                c.wait.timeout_ms = 5;
                is_served = trio_try_hand_over(t, &c, &s);
                trio_call_join(&c);
                assert_int_equal(c.result, CHAN_E_TIMEOUT);
                if (is_served)
                        assert_int_equal(trio_answer_judged(t, &s), 0);
                n += is_served;
        }
}

static void what_was_granted_may_be_changed_before_it_is_handed_on(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 41);
        TrioServed s;

        (void)state;
        t->put_in_place = 77;
        trio_hand_over(t, &c, &s);
        assert_int_equal(s.req.value, 77);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&c);
        assert_int_equal(c.status, rcOk);
        assert_int_equal(t->n_delivered, 2);
        assert_int_equal(t->n_withdrawn, 0);
}

static void request_that_cannot_be_delivered_never_reaches_the_server(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 41);
        TrioServed s;

        (void)state;
        t->deny_delivery = true;
        assert_false(trio_try_hand_over(t, &c, &s));
        trio_call_join(&c);
        trio_expect_status(&c, rcSecurityDisallow);
        assert_int_equal(t->n_requests, 1);
}

static void response_that_cannot_be_delivered_is_told_to_both_ends(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 41);
        TrioServed s;

        (void)state;
        trio_hand_over(t, &c, &s);
        t->deny_delivery = true;
        assert_int_equal(trio_answer_judged(t, &s), CHAN_E_DENIED);
        trio_call_join(&c);
        trio_expect_status(&c, rcSecurityDisallow);
}

static void what_is_given_back_is_said_once(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 1);

        (void)state;
        c.wait.timeout_ms = 50;
        trio_call_start(&c);
        while (!c.is_done)
                (void)relay_turn(t->relay);
        trio_call_join(&c);
        trio_settle(t); /* the wish may have come after its last look */
        assert_int_equal(c.result, CHAN_E_TIMEOUT);
        assert_int_equal(t->n_withdrawn, t->n_delivered);
        assert_in_range(t->n_withdrawn, 0, 1); /* its time may be over before the relay has looked */
}

/* The relay has taken the bit and not yet the request when the client says so; by hand, all in one look. */
static void wish_that_comes_while_its_request_is_taken_is_seen(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 1);
        TrioServed s;

        (void)state;
        trio_call_start(&c);
        trio_await_post(t);
        atomic_fetch_or(chan_notes(t->from_client), 1);
        trio_settle(t);
        assert_int_equal(trio_take(t, 1, &s), CHAN_E_TIMEOUT);
        trio_call_join(&c);
        trio_expect_status(&c, rcIpcInterrupt);
        assert_int_equal(t->n_withdrawn, 1);
}

/* A straight answer needs no look of the relay, so the slot may be posted anew with the old wish unseen. */
static void wish_of_one_call_does_not_take_back_the_next(void **state) {
        Trio *t = open_with(CHAN_WAY_STRAIGHT, BOTH_LEGS);
        TrioCall late = trio_put(t, 1), next = trio_put(t, 2);
        TrioServed s;

        (void)state;
        late.wait.timeout_ms = 50;
        while (!trio_try_hand_over(t, &late, &s)) {
                trio_call_join(&late);
                trio_settle(t);
        }
        trio_call_join(&late);
        assert_int_equal(late.result, CHAN_E_TIMEOUT);
        assert_int_equal(atomic_load(chan_notes(t->from_client)), 1u << s.request.slot);
        assert_int_equal(trio_answer(t, &s), 0);
        trio_call_start(&next);
        trio_await_post(t);
        trio_settle(t);
        assert_int_equal(trio_take(t, 0, &s), 0);
        assert_int_equal(s.req.value, 2);
        assert_int_equal(trio_answer(t, &s), 0);
        trio_call_join(&next);
        trio_expect_ok(&next);
        assert_int_equal(t->n_withdrawn, t->n_delivered - 2);
}

static void interrupted_call_comes_back_if_the_server_has_not_taken_it(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 5);
        TrioServed s;

        (void)state;
        assert_int_equal(chan_sync_new(&c.wait.sync), 0);
        trio_call_start(&c);
        trio_turn(t);
        chan_sync_set(c.wait.sync);
        while (!c.is_done)
                trio_settle(t);
        trio_call_join(&c);
        trio_expect_status(&c, rcIpcInterrupt);
        assert_int_equal(trio_take(t, 1, &s), CHAN_E_TIMEOUT);
        chan_sync_free(c.wait.sync);
}

static void call_being_served_is_not_interrupted(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 5);
        TrioServed s;

        (void)state;
        assert_int_equal(chan_sync_new(&c.wait.sync), 0);
        trio_hand_over(t, &c, &s);
        chan_sync_set(c.wait.sync);
        trio_turn(t); /* the note */
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&c);
        trio_expect_ok(&c);
        chan_sync_free(c.wait.sync);
}

#define with_trio(name) cmocka_unit_test_teardown(name, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                with_trio(call_the_relay_has_not_taken_is_withdrawn),
                with_trio(call_the_server_has_not_taken_is_given_back),
                with_trio(call_being_served_times_out_and_its_slot_comes_back),
                with_trio(what_was_granted_may_be_changed_before_it_is_handed_on),
                with_trio(request_that_cannot_be_delivered_never_reaches_the_server),
                with_trio(response_that_cannot_be_delivered_is_told_to_both_ends),
                with_trio(what_is_given_back_is_said_once),
                with_trio(wish_that_comes_while_its_request_is_taken_is_seen),
                with_trio(wish_of_one_call_does_not_take_back_the_next),
                with_trio(interrupted_call_comes_back_if_the_server_has_not_taken_it),
                with_trio(call_being_served_is_not_interrupted),
        };

        return cmocka_run_group_tests_name("relay given up", tests, NULL, NULL);
}
