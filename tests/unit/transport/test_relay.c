/* SPDX-License-Identifier: MIT */
/*
 * Judged calls, step by step: what comes through, what is refused, and that nobody can change or repeat
 * what was judged. The relay looks when a case says so, but for the last cases, which have its thread.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <nk/errno.h>
#include <rtl/retcode.h>

#include "platform/linux/clock.h"
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

/* --- the two ways --- */

static void judged_call_is_judged_both_ways(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 41);
        TrioServed s;

        (void)state;
        assert_null(t->direct);
        trio_hand_over(t, &c, &s);
        assert_int_equal(s.req.value, 41);
        assert_string_equal(s.arena, "key");
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&c);
        trio_expect_ok(&c);
        assert_int_equal(t->n_requests, 1);
        assert_int_equal(t->n_responses, 1);
}

static void straight_answer_passes_nobody(void **state) {
        Trio *t = open_with(CHAN_WAY_STRAIGHT, BOTH_LEGS);
        TrioCall c = trio_put(t, 6);
        TrioServed s;

        (void)state;
        trio_hand_over(t, &c, &s);
        assert_int_equal(trio_answer(t, &s), 0);
        trio_call_join(&c);
        trio_expect_ok(&c);
        assert_int_equal(t->n_requests, 1);
        assert_int_equal(t->n_responses, 0);
}

static void direct_call_needs_no_relay(void **state) {
        Trio *t = open_with(CHAN_WAY_DIRECT, CHAN_WAY_JUDGED);
        TrioCall c = trio_put(t, 7);
        TrioServed s;

        (void)state;
        trio_call_start(&c);
        assert_int_equal(trio_take(t, CHAN_FOREVER, &s), 0);
        assert_int_equal(trio_answer(t, &s), 0);
        trio_call_join(&c);
        trio_expect_ok(&c);
        assert_int_equal(t->n_requests, 0);
}

static void judged_and_direct_calls_share_a_channel(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, BOTH_LEGS);

        (void)state;
        for (uint32_t i = 0; i < 3 * CHAN_SLOTS; i++) {
                TrioCall c = trio_put(t, i);
                TrioServed s;

                if (i % 2) {
                        c.iid = KEEPER_LOG_IID;
                        trio_call_start(&c);
                        assert_int_equal(trio_take(t, CHAN_FOREVER, &s), 0);
                        assert_int_equal(trio_answer(t, &s), 0);
                } else {
                        trio_hand_over(t, &c, &s);
                        assert_int_equal(trio_answer_judged(t, &s), 0);
                }
                trio_call_join(&c);
                assert_int_equal(c.result, 0);
                assert_int_equal(c.status, rcOk);
        }
        assert_int_equal(t->n_requests, 3 * CHAN_SLOTS / 2);
}

/* --- denials --- */

static void denied_request_never_reaches_the_server(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 1);
        TrioServed s;

        (void)state;
        t->deny_request = true;
        trio_call_start(&c);
        trio_turn(t);
        trio_call_join(&c);
        trio_expect_status(&c, rcSecurityDisallow);
        assert_int_equal(trio_take(t, 1, &s), CHAN_E_TIMEOUT);
}

static void denied_straight_request_is_answered_where_the_caller_waits(void **state) {
        Trio *t = open_with(CHAN_WAY_STRAIGHT, BOTH_LEGS);
        TrioCall c = trio_put(t, 1);

        (void)state;
        t->deny_request = true;
        trio_call_start(&c);
        trio_turn(t);
        trio_call_join(&c);
        trio_expect_status(&c, rcSecurityDisallow);
}

static void denied_response_is_told_to_both_ends(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 1);
        TrioServed s;

        (void)state;
        t->deny_response = true;
        trio_hand_over(t, &c, &s);
        assert_int_equal(trio_answer_judged(t, &s), CHAN_E_DENIED);
        trio_call_join(&c);
        trio_expect_status(&c, rcSecurityDisallow);

        t->deny_response = false;
        c = trio_put(t, 2);
        trio_hand_over(t, &c, &s);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&c);
        trio_expect_ok(&c);
}

static void malformed_request_is_denied_whatever_the_judge_says(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 1);

        (void)state;
        c.key = (nk_ptr_t){0, 1000};
        trio_call_start(&c);
        trio_turn(t);
        trio_call_join(&c);
        trio_expect_status(&c, rcInvalidArgument);
        assert_int_equal(t->n_malformed, 1);
}

static void unknown_method_is_denied(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, BOTH_LEGS);
        TrioCall c = trio_put(t, 1);

        (void)state;
        c.mid = 99;
        trio_call_start(&c);
        trio_turn(t);
        trio_call_join(&c);
        trio_expect_status(&c, rcSecurityDisallow);
        assert_int_equal(t->n_malformed, 1);
}

static void malformed_response_is_denied(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 1);
        TrioServed s;

        (void)state;
        trio_hand_over(t, &c, &s);
        s.req.key.offset = 5000;
        assert_int_equal(trio_answer_judged(t, &s), CHAN_E_DENIED);
        trio_call_join(&c);
        trio_expect_status(&c, rcInvalidArgument);
        assert_int_equal(t->n_malformed, 1);
}

/* --- answers without a message --- */

static void answer_status(Trio *t, int32_t status, int32_t want) {
        TrioCall c = trio_put(t, 1);
        TrioServed s;

        trio_hand_over(t, &c, &s);
        /* Posted by hand: a reply would wait for the relay. */
        chan_slot(t->to_server, s.request.slot)->status = status;
        atomic_store(&chan_slot(t->to_server, s.request.slot)->state, CHAN_REPLY);
        chan_post_judged(t->to_server, 1u << s.request.slot, &t->ends[1]);
        trio_turn(t);
        trio_call_join(&c);
        trio_expect_status(&c, want);
}

static void codes_pass_and_numbers_do_not(void **state) {
        static const int32_t codes[] = {NK_ENOENT, 255, rcResourceNotFound, rcInvalidArgument};
        static const int32_t numbers[] = {256, INT32_MAX, INT32_MIN, -77777};
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);

        (void)state;
        for (int i = 0; i < 4; i++) {
                answer_status(t, codes[i], codes[i]);
                answer_status(t, numbers[i], rcFail);
        }
}

static void a_code_alone_is_judged_as_an_error(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);

        (void)state;
        answer_status(t, NK_ENOENT, NK_ENOENT);
        assert_int_equal(t->n_responses, 1);
        assert_true(t->last_was_error);
        t->deny_response = true;
        answer_status(t, NK_ENOENT, rcSecurityDisallow);
        answer_status(t, rcFail, rcSecurityDisallow);
        assert_int_equal(t->n_malformed, 0);
}

/* --- what is judged is what arrives --- */

static void overwrite_request(Trio *t) {
        Keeper_Put_req *req = (Keeper_Put_req *)(void *)chan_slot_data(chan_slot(t->from_client, 0));

        req->value = 666;
        req->base_.mid = KEEPER_DROP_MID;
}

static void request_changed_while_it_is_judged_arrives_as_it_was_judged(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 5);
        TrioServed s;

        (void)state;
        t->meddle = overwrite_request;
        trio_hand_over(t, &c, &s);
        t->meddle = NULL;
        assert_int_equal(s.req.value, 5);
        assert_int_equal(s.req.base_.mid, KEEPER_PUT_MID);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&c);
        trio_expect_ok(&c);
}

static void overwrite_response(Trio *t) {
        Keeper_Put_res *res = (Keeper_Put_res *)(void *)chan_slot_data(chan_slot(t->to_server, 0));

        res->slot = 666;
}

static void response_changed_while_it_is_judged_arrives_as_it_was_judged(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 5);
        TrioServed s;

        (void)state;
        trio_hand_over(t, &c, &s);
        t->meddle = overwrite_response;
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&c);
        trio_expect_ok(&c);
}

/* The direct leg is there for another method. */
static void server_cannot_answer_a_judged_call_on_the_direct_leg(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, BOTH_LEGS);
        TrioCall c = trio_put(t, 5);
        TrioServed s;

        (void)state;
        c.wait.timeout_ms = 300;
        trio_hand_over(t, &c, &s);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++) {
                chan_slot(t->direct, i)->status = rcOk;
                chan_say_answered(chan_slot(t->direct, i), CHAN_REPLY);
        }
        trio_call_join(&c);
        assert_int_equal(c.result, CHAN_E_TIMEOUT);
        (void)trio_answer_judged(t, &s);
}

/* --- posting what is not there, and again --- */

static void bits_without_calls_are_refused_or_ignored(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, BOTH_LEGS);
        TrioServed s;

        (void)state;
        atomic_store(chan_judged(t->from_client), CHAN_ALL_SLOTS);
        atomic_store(chan_judged(t->to_server), CHAN_ALL_SLOTS);
        atomic_store(chan_notes(t->from_client), UINT32_MAX);
        atomic_store(chan_notes(t->to_server), UINT32_MAX);
        trio_settle(t);
        assert_int_equal(t->n_malformed, CHAN_SLOTS);
        assert_int_equal(t->n_responses, 0);
        assert_int_equal(trio_take(t, 1, &s), CHAN_E_TIMEOUT);
}

/* The server has answered; it says so again, with another answer. */
static void answer_said_again_goes_nowhere(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 5);
        TrioServed s;

        (void)state;
        trio_hand_over(t, &c, &s);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&c);
        trio_expect_ok(&c);
        chan_slot(t->from_client, 0)->status = 1234;
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                chan_post_judged(t->to_server, 1u << i, &t->ends[1]);
        trio_settle(t);
        assert_int_equal(t->n_responses, 1);
        assert_int_equal(chan_slot(t->from_client, 0)->status, 1234);
}

static void post_again(Trio *t, uint32_t n) {
        for (uint32_t i = 0; i < n; i++) {
                atomic_fetch_or(chan_judged(t->from_client), 1);
                trio_turn(t);
        }
}

static void slot_posted_again_while_it_is_held_is_refused(void **state) {
        static const ChanWay ways[] = {CHAN_WAY_JUDGED, CHAN_WAY_STRAIGHT};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                Trio *t = open_with(ways[i], BOTH_LEGS);
                TrioCall c = trio_put(t, 5);
                TrioServed s, none;

                c.wait.timeout_ms = 1000000;
                trio_hand_over(t, &c, &s);
                post_again(t, 3);
                assert_int_equal(trio_take(t, 1, &none), CHAN_E_TIMEOUT);
                trio_call_join(&c);
                trio_expect_status(&c, rcInvalidOperation);
                if (ways[i] == CHAN_WAY_JUDGED)
                        (void)trio_answer_judged(t, &s);
                else
                        (void)trio_answer(t, &s);
                if (i == 0)
                        trio_close(t);
        }
}

static void judged_method_sent_directly_is_refused_and_reported(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, BOTH_LEGS);
        ChanSlot *slot;
        struct nk_message msg;
        TrioServed s;

        (void)state;
        slot = chan_slot(t->direct, 3);
        nk_message_make_req(&msg, sizeof msg);
        nkx_message_set_method_id(&msg, KEEPER_STORE_IID, KEEPER_PUT_MID);
        chan_put(slot, &(ChanOut){.msg = &msg, .msg_size = sizeof msg});
        atomic_store(&slot->state, CHAN_CALL);
        atomic_fetch_or(chan_pending(t->direct), 1u << 3);
        assert_int_equal(trio_take(t, 1, &s), CHAN_E_TIMEOUT);
        trio_turn(t);
        assert_int_equal(t->n_forbidden, 1);
        assert_int_equal(t->forbidden, (uint32_t)KEEPER_STORE_IID << 16 | KEEPER_PUT_MID);
        assert_int_equal(atomic_load(&slot->state) & CHAN_STATE, CHAN_REPLY);
        assert_int_equal(slot->status, rcSecurityDisallow);
}

static void say_forbidden(Trio *t, uint32_t i, uint16_t riid, uint16_t mid) {
        t->to_server->forbidden[i] = (uint32_t)riid << 16 | mid;
        atomic_fetch_or(chan_notes(t->to_server), 1u << i);
        trio_settle(t);
}

static void server_cannot_accuse_a_client_of_what_may_come_directly(void **state) {
        Trio *t = open_with(CHAN_WAY_DIRECT, CHAN_WAY_JUDGED);

        (void)state;
        say_forbidden(t, 0, KEEPER_STORE_IID, KEEPER_PUT_MID);
        assert_int_equal(t->n_forbidden, 0);
        say_forbidden(t, 0, KEEPER_STORE_IID, KEEPER_PUT_MID + 1);
        assert_int_equal(t->n_forbidden, 1);
        say_forbidden(t, 0, UINT16_MAX, 0);
        assert_int_equal(t->n_forbidden, 2);
}

/* --- ends --- */

static void death_of_the_server_wakes_callers_on_each_way(void **state) {
        static const ChanWay ways[] = {CHAN_WAY_JUDGED, CHAN_WAY_STRAIGHT};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                Trio *t = open_with(ways[i], BOTH_LEGS);
                TrioCall c = trio_put(t, 5), later = trio_put(t, 6);
                TrioServed s;

                trio_hand_over(t, &c, &s);
                relay_end(t->relay, t->route, CHAN_SERVER_GONE);
                chan_mem_close(t->direct, CHAN_SERVER_GONE, -1);
                trio_call_join(&c);
                assert_int_equal(c.result, CHAN_E_CLOSED);
                trio_call(&later);
                assert_int_equal(later.result, CHAN_E_CLOSED);
                s.request.end = NULL;
                if (i == 0)
                        trio_close(t);
        }
}

static void death_of_the_client_wakes_the_server_that_waits_for_the_verdict(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 5);
        TrioServed s;
        TrioAnswer a = {.trio = t, .served = &s};

        (void)state;
        trio_hand_over(t, &c, &s);
        trio_answer_start(&a);
        while (!(atomic_load(chan_judged(t->to_server)) & 1))
                (void)sched_yield();
        relay_end(t->relay, t->route, CHAN_CLIENT_GONE);
        assert_int_equal(trio_answer_join(&a), CHAN_E_CLOSED);
        trio_call_join(&c);
}

static void closing_the_clients_end_is_told_to_the_server(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);

        (void)state;
        chan_client_close(t->client);
        trio_settle(t);
        assert_int_equal(atomic_load(&t->to_server->closed), CHAN_CLIENT_GONE);
}

static void closing_the_listener_is_told_to_the_client(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        TrioCall c = trio_put(t, 5);
        TrioServed s;

        (void)state;
        trio_hand_over(t, &c, &s);
        listener_close(t->listener);
        trio_settle(t);
        trio_call_join(&c);
        assert_int_equal(c.result, CHAN_E_CLOSED);
        s.request.end = NULL;
}

typedef struct Sleeper {
        pthread_t thread;
        ChanSlot *slot;
        _Atomic pid_t tid;
        int result;
} Sleeper;

static void *sleep_on_slot(void *arg) {
        Sleeper *s = arg;

        atomic_store(&s->tid, gettid());
        s->result = plat_futex_wait(&s->slot->state, CHAN_REPLY | CHAN_SLEEPS, plat_now_ns() + 10000000000u);
        return NULL;
}

/* By what the kernel says of the thread: "TID (NAME) S ...". */
static void await_sleep(Sleeper *s) {
        char path[64], line[256];
        const char *end = NULL;

        while (!end || strncmp(end, ") S", 3) != 0) {
                FILE *stat;

                (void)sched_yield();
                (void)snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)atomic_load(&s->tid));
                stat = fopen(path, "r");
                end = stat && fgets(line, sizeof line, stat) ? strrchr(line, ')') : NULL;
                if (stat)
                        (void)fclose(stat);
        }
}

/* Two of a server's threads: one is slow to sleep, the other one has answered the next call in that slot. */
static void a_verdict_wakes_everybody_who_sleeps_on_its_slot(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);
        ChanSlot *slot = chan_slot(t->to_server, 0);
        Sleeper sleepers[2] = {{.slot = slot}, {.slot = slot}};

        (void)state;
        atomic_store(&slot->state, CHAN_REPLY | CHAN_SLEEPS);
        for (size_t i = 0; i < 2; i++) {
                assert_int_equal(pthread_create(&sleepers[i].thread, NULL, sleep_on_slot, &sleepers[i]), 0);
                await_sleep(&sleepers[i]);
        }
        chan_say_answered(slot, CHAN_DONE);
        for (size_t i = 0; i < 2; i++) {
                assert_int_equal(pthread_join(sleepers[i].thread, NULL), 0);
                assert_int_equal(sleepers[i].result, 0);
        }
}

/* --- who waits --- */

static void peeking_sees_where_a_call_is(void **state) {
        static const ChanWay ways[] = {CHAN_WAY_JUDGED, CHAN_WAY_STRAIGHT};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                Trio *t = open_with(ways[i], BOTH_LEGS);
                TrioCall c = trio_put(t, 5);
                TrioServed s;
                uint32_t thread;

                assert_int_equal(relay_peek(t->route, 0, &thread), CHAN_PHASE_NONE);
                trio_call_start(&c);
                trio_await_post(t);
                assert_int_equal(relay_peek(t->route, 0, &thread), CHAN_PHASE_POSTED);
                trio_turn(t);
                assert_int_equal(relay_peek(t->route, 0, &thread), CHAN_PHASE_POSTED);
                assert_int_equal(trio_take(t, CHAN_FOREVER, &s), 0);
                assert_int_equal(relay_peek(t->route, 0, &thread), CHAN_PHASE_SERVED);
                assert_true(thread != 0);
                if (ways[i] == CHAN_WAY_JUDGED)
                        (void)trio_answer_judged(t, &s);
                else
                        (void)trio_answer(t, &s);
                trio_call_join(&c);
                assert_int_equal(relay_peek(t->route, 0, &thread), CHAN_PHASE_NONE);
                if (i == 0)
                        trio_close(t);
        }
}

/* --- with its thread --- */

#define CALLERS 20 /* more than slots */
#define CALLS   300

static void *call_many(void *arg) {
        TrioCall *c = arg;

        for (uint32_t i = 0; i < CALLS; i++) {
                c->value++;
                c->iid = i % 3 == 2 ? KEEPER_LOG_IID : KEEPER_STORE_IID;
                trio_call(c);
                if (c->result || c->status || (c->iid == KEEPER_STORE_IID && c->res.slot != c->value + 1))
                        return c;
        }
        return NULL;
}

static void many_callers(ChanWay way, ChanWay others) {
        Trio *t = open_with(way, others);
        TrioServer servers[2] = {{.trio = t}, {.trio = t}};
        TrioCall calls[CALLERS];

        trio_start(t);
        for (size_t i = 0; i < 2; i++)
                trio_serve_start(&servers[i]);
        for (uint32_t i = 0; i < CALLERS; i++) {
                calls[i] = trio_put(t, i * 100000);
                assert_int_equal(pthread_create(&calls[i].thread, NULL, call_many, &calls[i]), 0);
        }
        for (size_t i = 0; i < CALLERS; i++) {
                void *failed;

                assert_int_equal(pthread_join(calls[i].thread, &failed), 0);
                assert_null(failed);
        }
        for (size_t i = 0; i < 2; i++)
                trio_serve_end(&servers[i]);
        assert_int_equal(servers[0].n_served + servers[1].n_served, CALLERS * CALLS);
}

static void many_callers_are_judged_and_all_get_their_answers(void **state) {
        (void)state;
        many_callers(CHAN_WAY_JUDGED, NO_DIRECT);
        assert_int_equal(trio.n_requests, CALLERS * CALLS);
        assert_int_equal(trio.n_responses, CALLERS * CALLS);
}

static void many_callers_of_all_ways_all_get_their_answers(void **state) {
        (void)state;
        many_callers(CHAN_WAY_STRAIGHT, BOTH_LEGS);
        assert_int_equal(trio.n_requests, CALLERS * CALLS / 3 * 2);
}

static void relay_with_nothing_to_do_sleeps(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED, NO_DIRECT);

        (void)state;
        trio_start(t);
        while (!atomic_load(&t->ends[0].status->bell_wanted))
                (void)sched_yield();
        relay_stop(t->relay);
        trio_start(t);
}

#define with_trio(name) cmocka_unit_test_teardown(name, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                with_trio(judged_call_is_judged_both_ways),
                with_trio(straight_answer_passes_nobody),
                with_trio(direct_call_needs_no_relay),
                with_trio(judged_and_direct_calls_share_a_channel),
                with_trio(denied_request_never_reaches_the_server),
                with_trio(denied_straight_request_is_answered_where_the_caller_waits),
                with_trio(denied_response_is_told_to_both_ends),
                with_trio(malformed_request_is_denied_whatever_the_judge_says),
                with_trio(unknown_method_is_denied),
                with_trio(malformed_response_is_denied),
                with_trio(codes_pass_and_numbers_do_not),
                with_trio(a_code_alone_is_judged_as_an_error),
                with_trio(request_changed_while_it_is_judged_arrives_as_it_was_judged),
                with_trio(response_changed_while_it_is_judged_arrives_as_it_was_judged),
                with_trio(server_cannot_answer_a_judged_call_on_the_direct_leg),
                with_trio(bits_without_calls_are_refused_or_ignored),
                with_trio(answer_said_again_goes_nowhere),
                with_trio(slot_posted_again_while_it_is_held_is_refused),
                with_trio(judged_method_sent_directly_is_refused_and_reported),
                with_trio(server_cannot_accuse_a_client_of_what_may_come_directly),
                with_trio(death_of_the_server_wakes_callers_on_each_way),
                with_trio(death_of_the_client_wakes_the_server_that_waits_for_the_verdict),
                with_trio(closing_the_clients_end_is_told_to_the_server),
                with_trio(closing_the_listener_is_told_to_the_client),
                with_trio(a_verdict_wakes_everybody_who_sleeps_on_its_slot),
                with_trio(peeking_sees_where_a_call_is),
                with_trio(many_callers_are_judged_and_all_get_their_answers),
                with_trio(many_callers_of_all_ways_all_get_their_answers),
                with_trio(relay_with_nothing_to_do_sleeps),
        };

        return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
