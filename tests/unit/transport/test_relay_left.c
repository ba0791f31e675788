/* SPDX-License-Identifier: MIT */
/*
 * Messages that were handed on and that nobody receives: their handles have to go back. The judge of the trio
 * counts what is delivered and what is withdrawn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>
#include <rtl/retcode.h>

#include "trio.h"

static Trio trio;

static int teardown(void **state) {
        (void)state;
        trio_close(&trio);
        return 0;
}

static Trio *open_with(ChanWay way) {
        trio_open(&trio, way, way == CHAN_WAY_STRAIGHT ? CHAN_WAY_DIRECT : CHAN_WAY_JUDGED);
        return &trio;
}

/* --- the client leaves --- */

/* Looks at nothing while the client's time passes, so its wish is seen with the next look. */
static void call_late(Trio *t, TrioServed *s) {
        TrioCall c = trio_put(t, 1);

        c.wait.timeout_ms = 100;
        while (!trio_try_hand_over(t, &c, s))
                trio_call_join(&c);
        trio_call_join(&c);
        t->n_withdrawn = 0; /* of attempts whose time was over before */
        assert_int_equal(c.result, CHAN_E_TIMEOUT);
}

static void answer_that_nobody_waits_for_is_not_delivered(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);
        TrioServed s;

        (void)state;
        call_late(t, &s);
        trio_settle(t);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        assert_int_equal(t->n_responses, 1);
        assert_int_equal(t->n_answers_delivered, 0);
        assert_int_equal(t->n_withdrawn, 0); /* the server has received the request */
}

/* The relay hands the answer on before it looks at the wish. */
static void answer_that_came_too_late_is_taken_back(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);
        TrioAnswer a = {.trio = t};
        TrioServed s;
        uint32_t wish;

        (void)state;
        call_late(t, &s);
        wish = atomic_exchange(chan_notes(t->from_client), 0);
        assert_int_not_equal(wish, 0);
        a.served = &s;
        trio_answer_start(&a);
        while (!a.is_done)
                (void)relay_turn(t->relay);
        assert_int_equal(trio_answer_join(&a), 0);
        assert_int_equal(t->n_answers_delivered, 1);
        atomic_fetch_or(chan_notes(t->from_client), wish);
        trio_settle(t);
        assert_int_equal(t->n_answers_withdrawn, 1);
}

/* It uses the slot again, and the relay has not seen the wish by then. */
static void answer_that_was_left_is_taken_back_with_the_next_request(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);
        TrioCall next = trio_put(t, 2);
        TrioServed s;

        (void)state;
        call_late(t, &s);
        (void)atomic_exchange(chan_notes(t->from_client), 0);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_hand_over(t, &next, &s);
        assert_int_equal(t->n_answers_withdrawn, 1);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&next);
        assert_int_equal(next.status, rcOk);
        trio_settle(t);
        assert_int_equal(t->n_answers_delivered, 2);
        assert_int_equal(t->n_answers_withdrawn, 1);
}

/* That was said in a request which was taken back: it must be said again. */
static void answer_that_was_left_is_not_forgotten_with_a_request_that_came_to_nothing(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);
        TrioCall vain = trio_put(t, 2), next = trio_put(t, 3);
        TrioServed s;

        (void)state;
        call_late(t, &s);
        (void)atomic_exchange(chan_notes(t->from_client), 0);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        vain.wait.timeout_ms = 1;
        trio_call(&vain); /* nobody looks */
        assert_int_equal(vain.result, CHAN_E_TIMEOUT);
        trio_hand_over(t, &next, &s);
        assert_int_equal(t->n_answers_withdrawn, 1);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        trio_call_join(&next);
}

static void answer_that_was_taken_stays(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);
        TrioServed s;

        (void)state;
        for (uint32_t i = 0; i < 3; i++) {
                TrioCall c = trio_put(t, i);

                trio_hand_over(t, &c, &s);
                assert_int_equal(trio_answer_judged(t, &s), 0);
                trio_call_join(&c);
                trio_settle(t);
        }
        assert_int_equal(t->n_answers_delivered, 3);
        assert_int_equal(t->n_answers_withdrawn, 0);
        assert_int_equal(t->n_withdrawn, 0);
}

typedef struct Small {
        pthread_t thread;
        int result;
} Small;

/* With room for less than the answer. */
static void *call_small(void *arg) {
        Small *call = arg;
        Keeper_Put_req req = {.value = 1, .key = {0, 4}};
        struct nk_message res;
        char arena[TRIO_ARENA];
        ChanOut out = {.msg = &req.base_, .msg_size = sizeof req, .arena = "key", .arena_size = 4};
        ChanIn in = {.msg = &res, .msg_max = sizeof res, .arena = arena, .arena_max = sizeof arena};
        int32_t status;

        nk_req_reset(&req);
        nk_msg_set_method_id(&req, KEEPER_STORE_IID, KEEPER_PUT_MID);
        call->result = chan_call(trio.client, &out, &in, &(ChanWait){.timeout_ms = CHAN_FOREVER}, &status);
        return NULL;
}

static void answer_that_has_no_room_is_taken_back(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);
        TrioServed s;
        Small call;

        (void)state;
        assert_int_equal(pthread_create(&call.thread, NULL, call_small, &call), 0);
        while (trio_take(t, 0, &s) != 0)
                trio_settle(t);
        assert_int_equal(trio_answer_judged(t, &s), 0);
        assert_int_equal(pthread_join(call.thread, NULL), 0);
        assert_int_equal(call.result, CHAN_E_TOO_BIG);
        trio_settle(t);
        assert_int_equal(t->n_answers_delivered, 1);
        assert_int_equal(t->n_answers_withdrawn, 1);
}

static void request_that_was_not_received_goes_back_with_its_client(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);
        TrioCall c = trio_put(t, 1);
        TrioServed s;

        (void)state;
        trio_call_start(&c);
        while (t->n_delivered == 0)
                (void)relay_turn(t->relay);
        chan_client_close(t->client);
        trio_call_join(&c);
        trio_settle(t);
        assert_int_equal(t->n_withdrawn, 1);
        assert_int_not_equal(trio_take(t, 0, &s), 0);
}

/* --- the server refuses --- */

/* A server with less room than the request needs. */
static int take_small(Trio *t) {
        struct nk_message msg;
        ChanIn in = {.msg = &msg, .msg_max = sizeof msg};
        ChanRequest request;

        return listener_recv(t->listener, &in, &(ChanWait){.timeout_ms = 0}, &request);
}

typedef struct Refusal {
        pthread_t thread;
        _Atomic bool is_done;
        int result;
} Refusal;

static void *refuse(void *arg) {
        Refusal *r = arg;

        do
                r->result = take_small(&trio);
        while (r->result == CHAN_E_TIMEOUT);
        r->is_done = true;
        return NULL;
}

static void refuse_one(ChanWay way) {
        Trio *t = open_with(way);
        TrioCall c = trio_put(t, 1), next = trio_put(t, 2);
        Refusal r = {.is_done = false};
        TrioServed s;

        trio_call_start(&c);
        assert_int_equal(pthread_create(&r.thread, NULL, refuse, &r), 0);
        while (!r.is_done)
                (void)relay_turn(t->relay);
        assert_int_equal(pthread_join(r.thread, NULL), 0);
        assert_int_equal(r.result, CHAN_E_TOO_BIG);
        trio_call_join(&c);
        assert_int_equal(c.status, rcOutOfMemory);
        trio_settle(t);
        assert_int_equal(t->n_withdrawn, 1);
        trio_hand_over(t, &next, &s);
        assert_int_equal(way == CHAN_WAY_JUDGED ? trio_answer_judged(t, &s) : trio_answer(t, &s), 0);
        trio_call_join(&next);
        trio_settle(t);
        assert_int_equal(t->n_withdrawn, 1);
}

static void judged_request_without_room_goes_back(void **state) {
        (void)state;
        refuse_one(CHAN_WAY_JUDGED);
}

static void straight_request_without_room_goes_back(void **state) {
        (void)state;
        refuse_one(CHAN_WAY_STRAIGHT);
}

/* --- hostile ends --- */

static void flags_of_a_hostile_client_are_about_its_own_answers(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);

        (void)state;
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                chan_slot(t->from_client, i)->flags = UINT32_MAX;
        for (int i = 0; i < 100; i++) {
                atomic_store(chan_notes(t->from_client), UINT32_MAX);
                atomic_store(chan_refused(t->to_server), UINT32_MAX);
                (void)relay_turn(t->relay);
        }
        assert_int_equal(t->n_answers_withdrawn, 0);
        assert_int_equal(t->n_delivered, 0);
}

/* --- the route leaves --- */

/* Its owner closes the bell as soon as the route is removed, and the next file that is opened has that
 * number.
 */
static void removed_route_rings_nobody_elses_bell(void **state) {
        Trio *t = open_with(CHAN_WAY_JUDGED);
        int other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        uint64_t count;

        (void)state;
        relay_remove(t->relay, t->route, CHAN_CLIENT_GONE | CHAN_SERVER_GONE);
        assert_int_equal(read(t->news, &count, sizeof count), sizeof count);
        assert_int_equal(dup2(other, t->news), t->news);
        trio_settle(t);
        assert_int_equal(read(other, &count, sizeof count), -1);
        assert_int_equal(atomic_load(&t->to_server->closed), CHAN_CLIENT_GONE | CHAN_SERVER_GONE);
        (void)close(other);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(answer_that_nobody_waits_for_is_not_delivered, teardown),
                cmocka_unit_test_teardown(answer_that_came_too_late_is_taken_back, teardown),
                cmocka_unit_test_teardown(answer_that_was_left_is_taken_back_with_the_next_request, teardown),
                cmocka_unit_test_teardown(
                        answer_that_was_left_is_not_forgotten_with_a_request_that_came_to_nothing, teardown),
                cmocka_unit_test_teardown(answer_that_was_taken_stays, teardown),
                cmocka_unit_test_teardown(answer_that_has_no_room_is_taken_back, teardown),
                cmocka_unit_test_teardown(request_that_was_not_received_goes_back_with_its_client, teardown),
                cmocka_unit_test_teardown(judged_request_without_room_goes_back, teardown),
                cmocka_unit_test_teardown(straight_request_without_room_goes_back, teardown),
                cmocka_unit_test_teardown(flags_of_a_hostile_client_are_about_its_own_answers, teardown),
                cmocka_unit_test_teardown(removed_route_rings_nobody_elses_bell, teardown),
        };

        return cmocka_run_group_tests_name("relay left", tests, NULL, NULL);
}
