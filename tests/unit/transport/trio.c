/* SPDX-License-Identifier: MIT */
/*
 * Trio: see trio.h.
 */
#include "trio.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <rtl/retcode.h>

/* --- the judge --- */

static bool judge_request(void *arg, const RelayMessage *m) {
        Trio *t = arg;

        atomic_fetch_add(&t->n_requests, 1);
        atomic_fetch_add(&t->n_malformed, m->malformed != NULL);
        if (t->meddle)
                t->meddle(t);
        return !t->deny_request;
}

static bool judge_response(void *arg, bool is_error, const RelayMessage *m) {
        Trio *t = arg;

        atomic_fetch_add(&t->n_responses, 1);
        atomic_fetch_add(&t->n_malformed, m->malformed != NULL);
        t->last_was_error = is_error;
        if (t->meddle)
                t->meddle(t);
        return !t->deny_response;
}

static bool has_ended(void *arg) {
        return ((const Trio *)arg)->has_ended;
}

static void note_forbidden(void *arg, uint16_t riid, uint16_t mid) {
        Trio *t = arg;

        atomic_fetch_add(&t->n_forbidden, 1);
        t->forbidden = (uint32_t)riid << 16 | mid;
}

static bool deliver(void *arg, uint32_t slot, bool is_answer, struct nk_message *message) {
        Trio *t = arg;

        if (t->deny_delivery)
                return false;
        if (t->put_in_place && !is_answer)
                ((Keeper_Put_req *)(void *)message)->value = t->put_in_place;
        t->last_slot = slot;
        atomic_fetch_add(&t->n_delivered, 1);
        atomic_fetch_add(&t->n_answers_delivered, is_answer);
        return true;
}

static void note_withdrawn(void *arg, uint32_t slot, bool is_answer) {
        Trio *t = arg;

        t->last_slot = slot;
        atomic_fetch_add(is_answer ? &t->n_answers_withdrawn : &t->n_withdrawn, 1);
}

/* --- making --- */

static ChanWay way_of(void *arg, uint16_t riid, uint16_t mid) {
        const Trio *t = arg;

        return riid == KEEPER_STORE_IID && mid == KEEPER_PUT_MID ? t->put_way : t->others_way;
}

static int make_leg(ChanHeader **ret_mem) {
        int fd;

        assert_int_equal(chan_mem_create(&fd), 0);
        assert_int_equal(chan_mem_map(fd, ret_mem), 0);
        return fd;
}

static int make_bell(int ear) {
        int fd;

        assert_int_equal(chan_bell_create(&fd), 0);
        assert_int_equal(chan_ear_add(ear, fd), 0);
        return fd;
}

typedef struct Legs {
        int direct, client, server;
} Legs;

static void open_relay(Trio *t, const Legs *legs) {
        static const RelayJudge judge = {.request = judge_request,
                .response = judge_response,
                .has_ended = has_ended,
                .forbidden = note_forbidden,
                .deliver = deliver,
                .withdrawn = note_withdrawn};
        const RelayPlan plan = {.client_fd = legs->client,
                .server_fd = legs->server,
                .direct_fd = legs->direct,
                .status_fd = t->status_ro,
                .bell_fd = t->news,
                .shape = t->shape,
                .verdicts = t->verdicts,
                .judge = &judge,
                .arg = t};
        int status, ear;

        assert_int_equal(chan_status_create(&status, &t->kernel_status_ro), 0);
        assert_int_equal(chan_ear_create(&ear), 0);
        for (size_t i = 0; i < 2; i++)
                assert_int_equal(chan_kernel_open(&t->ends[i], make_bell(ear), dup(t->kernel_status_ro)), 0);
        assert_int_equal(relay_new(status, ear, &t->relay), 0);
        assert_int_equal(relay_add(t->relay, &plan, &t->route), 0);
}

static void open_ends(Trio *t, const Legs *legs, int ear, const HeldTable *held, uint32_t seat) {
        const ChanEndPlan end = {.mem_fd = legs->direct < 0 ? -1 : dup(legs->direct),
                .judged_fd = legs->server,
                .kernel = &t->ends[1],
                .verdicts = t->verdicts,
                .shape = t->shape,
                .held = held,
                .seat = seat};
        const ChanClientPlan plan = {.mem_fd = legs->direct,
                .bell_fd = legs->direct < 0 ? -1 : make_bell(ear),
                .status_fd = legs->direct < 0 ? -1 : dup(t->status_ro),
                .judged_fd = legs->client,
                .kernel = &t->ends[0],
                .verdicts = t->verdicts,
                .shape = t->shape};

        assert_int_equal(listener_add_end(t->listener, &end), 0);
        assert_int_equal(chan_client_open(&plan, &t->client), 0);
}

static void open_all(Trio *t, const HeldTable *held, uint32_t seat) {
        Legs legs = {.direct = -1};
        uint32_t n_direct;
        int ear;

        t->verdicts = calloc(1, verdicts_size(t->shape));
        assert_non_null(t->verdicts);
        n_direct = verdicts_fill(t->verdicts, t->shape, way_of, t);
        if (n_direct)
                legs.direct = make_leg(&t->direct);
        legs.client = make_leg(&t->from_client);
        legs.server = make_leg(&t->to_server);
        assert_int_equal(chan_status_create(&t->status_fd, &t->status_ro), 0);
        assert_int_equal(chan_ear_create(&ear), 0);
        t->news = make_bell(ear);
        open_relay(t, &legs);
        assert_int_equal(listener_new(t->status_fd, 0, ear, &t->listener), 0);
        open_ends(t, &legs, ear, held, seat);
}

void trio_open(Trio *t, ChanWay put_way, ChanWay others_way) {
        *t = (Trio){.shape = keeper_shape(), .put_way = put_way, .others_way = others_way};
        open_all(t, NULL, 0);
}

void trio_open_use(Trio *t, const ShapeTable *shape, const HeldTable *held, uint32_t seat) {
        *t = (Trio){.shape = shape, .put_way = CHAN_WAY_USE, .others_way = CHAN_WAY_JUDGED};
        open_all(t, held, seat);
}

void trio_close(Trio *t) {
        relay_stop(t->relay);
        chan_client_free(t->client);
        listener_free(t->listener);
        relay_free(t->relay);
        chan_mem_unmap(t->direct);
        chan_mem_unmap(t->from_client);
        chan_mem_unmap(t->to_server);
        for (size_t i = 0; i < 2; i++)
                chan_kernel_close(&t->ends[i]);
        (void)close(t->status_fd);
        (void)close(t->status_ro);
        (void)close(t->kernel_status_ro);
        (void)close(t->news);
        free(t->verdicts);
}

void trio_start(Trio *t) {
        assert_int_equal(relay_start(t->relay), 0);
}

void trio_turn(Trio *t) {
        while (!relay_turn(t->relay))
                (void)sched_yield();
}

void trio_settle(Trio *t) {
        while (relay_turn(t->relay))
                ;
}

/* --- calls --- */

TrioCall trio_put(Trio *t, uint32_t value) {
        return (TrioCall){.trio = t,
                .wait = {.timeout_ms = CHAN_FOREVER},
                .iid = KEEPER_STORE_IID,
                .mid = KEEPER_PUT_MID,
                .value = value,
                .key = {0, 4}};
}

void trio_call(TrioCall *c) {
        bool is_put = c->iid == KEEPER_STORE_IID && c->mid == KEEPER_PUT_MID;
        Keeper_Put_req req = {.value = c->value, .key = c->key};
        uint32_t size = is_put ? sizeof req : sizeof req.base_;
        ChanOut out = {.msg = &req.base_, .msg_size = size, .arena = "key", .arena_size = is_put ? 4 : 0};
        ChanIn in = {
                .msg = &c->res.base_, .msg_max = sizeof c->res, .arena = c->arena, .arena_max = TRIO_ARENA};

        nk_message_make_req(&req.base_, size);
        nkx_message_set_method_id(&req.base_, c->iid, c->mid);
        c->result = chan_call(c->trio->client, &out, &in, &c->wait, &c->status);
        c->is_done = true;
}

static void *call_thread(void *arg) {
        trio_call(arg);
        return NULL;
}

void trio_call_start(TrioCall *c) {
        assert_int_equal(pthread_create(&c->thread, NULL, call_thread, c), 0);
}

void trio_call_join(TrioCall *c) {
        assert_int_equal(pthread_join(c->thread, NULL), 0);
}

/* --- the server --- */

int trio_take(Trio *t, uint32_t timeout_ms, TrioServed *s) {
        ChanIn in = {
                .msg = &s->req.base_, .msg_max = sizeof s->req, .arena = s->arena, .arena_max = TRIO_ARENA};
        const ChanWait wait = {.timeout_ms = timeout_ms};

        memset(s->arena, 0, sizeof s->arena);
        s->result = listener_recv(t->listener, &in, &wait, &s->request);
        return s->result;
}

int trio_answer(Trio *t, TrioServed *s) {
        bool is_put = s->req.base_.iid == KEEPER_STORE_IID && s->req.base_.mid == KEEPER_PUT_MID;
        Keeper_Put_res res = {.slot = s->req.value + 1, .echo = s->req.key};
        uint32_t size = is_put ? sizeof res : sizeof res.base_;
        ChanOut out = {.msg = &res.base_, .msg_size = size, .arena = s->arena, .arena_size = is_put ? 4 : 0};

        nk_message_make_req(&res.base_, size);
        nkx_message_set_method_id(&res.base_, s->req.base_.iid, s->req.base_.mid);
        return listener_reply(t->listener, &s->request, &out, rcOk);
}

static void *answer_thread(void *arg) {
        TrioAnswer *a = arg;

        a->result = trio_answer(a->trio, a->served);
        a->is_done = true;
        return NULL;
}

void trio_answer_start(TrioAnswer *a) {
        assert_int_equal(pthread_create(&a->thread, NULL, answer_thread, a), 0);
}

int trio_answer_join(TrioAnswer *a) {
        assert_int_equal(pthread_join(a->thread, NULL), 0);
        return a->result;
}

static void *serve_thread(void *arg) {
        TrioServer *s = arg;
        TrioServed served;

        while (trio_take(s->trio, CHAN_FOREVER, &served) == 0) {
                (void)trio_answer(s->trio, &served);
                s->n_served++;
        }
        return NULL;
}

void trio_serve_start(TrioServer *s) {
        assert_int_equal(pthread_create(&s->thread, NULL, serve_thread, s), 0);
}

void trio_serve_end(TrioServer *s) {
        listener_close(s->trio->listener);
        assert_int_equal(pthread_join(s->thread, NULL), 0);
}

/* --- steps of a case --- */

bool trio_try_hand_over(Trio *t, TrioCall *c, TrioServed *s) {
        c->is_done = false;
        trio_call_start(c);
        for (;;) {
                bool was_done = c->is_done;

                trio_settle(t);
                if (trio_take(t, 0, s) == 0)
                        return true;
                if (was_done)
                        return false;
                (void)sched_yield();
        }
}

void trio_hand_over(Trio *t, TrioCall *c, TrioServed *s) {
        assert_true(trio_try_hand_over(t, c, s));
}

void trio_await_post(Trio *t) {
        while (!(atomic_load(chan_judged(t->from_client)) & 1))
                (void)sched_yield();
}

int trio_answer_judged(Trio *t, TrioServed *s) {
        TrioAnswer a = {.trio = t, .served = s};

        trio_answer_start(&a);
        while (!a.is_done)
                (void)relay_turn(t->relay);
        return trio_answer_join(&a);
}

void trio_expect_ok(const TrioCall *c) {
        assert_int_equal(c->result, 0);
        assert_int_equal(c->status, rcOk);
        assert_int_equal(c->res.slot, c->value + 1);
        assert_string_equal(c->arena, "key");
}

void trio_expect_status(const TrioCall *c, int32_t status) {
        assert_int_equal(c->result, 0);
        assert_int_equal(c->status, status);
}
