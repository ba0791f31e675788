/* SPDX-License-Identifier: MIT */
/*
 * Server and neighbour: see target.h.
 */
#include "target.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <hostile/ITarget.idl.h>
#include <hostile/Target.edl.h>

#include "visit.h"

#define THREADS_MAX 8

/* --- server --- */

typedef struct Target {
        struct hostile_ITarget base; /* first: the methods get its address */
        Score *score;
} Target;

/* Everything that comes from a peer, looked at twice: what is private does not change. The process dies of
 * what should not have come here, and the test notices. */
static nk_uint32_t receive(
        struct hostile_ITarget *self, const struct nk_message *req, const struct nk_arena *arena) {
        const hostile_Target_entity_req *any = (const hostile_Target_entity_req *)(const void *)req;
        Score *score = ((Target *)(void *)self)->score;
        nk_uint32_t sum, again;
        const char *complaint = visit_request(any, arena, &sum);

        if (!complaint && (visit_request(any, arena, &again) || again != sum))
                complaint = "a message that changes";
        if (complaint) {
                score_complain(score, "the server was given %s", complaint);
                abort();
        }
        atomic_fetch_add_explicit(&score->n_served, 1, memory_order_relaxed);
        return sum;
}

static nk_err_t put(struct hostile_ITarget *self, const hostile_ITarget_Put_req *req,
        const struct nk_arena *req_arena, hostile_ITarget_Put_res *res, struct nk_arena *res_arena) {
        nk_uint32_t n;
        const nk_char_t *key = nk_arena_get(const nk_char_t, req_arena, &req->key, &n);

        (void)receive(self, &req->base_, req_arena);
        res->slot = req->value + 1;
        return key ? nk_arena_store(nk_char_t, res_arena, &res->echo, key, n) : NK_EOK;
}

static nk_err_t all(struct hostile_ITarget *self, const hostile_ITarget_All_req *req,
        const struct nk_arena *req_arena, hostile_ITarget_All_res *res, struct nk_arena *res_arena) {
        (void)res_arena;
        res->sum = receive(self, &req->base_, req_arena);
        return NK_EOK;
}

static nk_err_t bulk(struct hostile_ITarget *self, const hostile_ITarget_Bulk_req *req,
        const struct nk_arena *req_arena, hostile_ITarget_Bulk_res *res, struct nk_arena *res_arena) {
        nk_uint32_t n;
        const nk_uint8_t *data = nk_arena_get(const nk_uint8_t, req_arena, &req->data, &n);

        (void)receive(self, &req->base_, req_arena);
        return data ? nk_arena_store(nk_uint8_t, res_arena, &res->back, data, n) : NK_EOK;
}

static nk_err_t give(struct hostile_ITarget *self, const hostile_ITarget_Give_req *req,
        const struct nk_arena *req_arena, hostile_ITarget_Give_res *res, struct nk_arena *res_arena) {
        (void)res, (void)res_arena;
        (void)receive(self, &req->base_, req_arena);
        return NK_EOK;
}

typedef struct Serving {
        Handle listener;
        NkKosDispatchInfo info;
} Serving;

static void *serve_in_thread(void *arg) {
        const Serving *s = arg;

        (void)NkKosDoDispatch(s->listener, &s->info);
        return NULL;
}

int target_serve(Score *score, unsigned n_threads) {
        static const hostile_ITarget_ops ops = {.Put = put, .All = all, .Bulk = bulk, .Give = give};
        Target target = {.base = {.ops = &ops}, .score = score};
        hostile_Target_entity entity;
        Serving s = {.listener = ServiceLocatorRegister(TARGET_CHANNEL, NULL, 0, NULL),
                .info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(hostile_Target, entity)};
        pthread_t threads[THREADS_MAX];

        hostile_Target_entity_init(&entity, &target.base);
        for (unsigned i = 1; i < n_threads && i < THREADS_MAX; i++)
                if (pthread_create(&threads[i], NULL, serve_in_thread, &s) != 0)
                        return 2;
        return (int)NkKosDoDispatch(s.listener, &s.info);
}

/* --- neighbour --- */

typedef struct Caller {
        NkKosTransport transport;
        hostile_ITarget_proxy proxy;
        struct nk_arena req_arena, res_arena;
        nk_uint8_t req_buffer[hostile_Target_entity_req_arena_size];
        nk_uint8_t res_buffer[hostile_Target_entity_res_arena_size];
} Caller;

static int connect_caller(Caller *c) {
        Handle handle = ServiceLocatorConnect(TARGET_CHANNEL);
        nk_iid_t riid = ServiceLocatorGetRiid(handle, "target");

        if (riid == INVALID_RIID)
                return -1;
        (void)NkKosTransport_Init(&c->transport, handle, NK_NULL, 0);
        hostile_ITarget_proxy_init(&c->proxy, &c->transport.base, riid);
        nk_arena_init(&c->req_arena, c->req_buffer, c->req_buffer + sizeof c->req_buffer);
        nk_arena_init(&c->res_arena, c->res_buffer, c->res_buffer + sizeof c->res_buffer);
        return 0;
}

static void reset(Caller *c) {
        nk_arena_reset(&c->req_arena);
        nk_arena_reset(&c->res_arena);
}

static nk_err_t call_put(Caller *c, nk_uint32_t value) {
        hostile_ITarget_Put_req req = {.value = value};
        hostile_ITarget_Put_res res;
        char key[32];
        const nk_char_t *echo;
        nk_uint32_t n = (nk_uint32_t)snprintf(key, sizeof key, "key %u", value) + 1, n_echo;
        nk_err_t err;

        reset(c);
        (void)nk_arena_store(nk_char_t, &c->req_arena, &req.key, key, n);
        err = hostile_ITarget_Put(&c->proxy.base, &req, &c->req_arena, &res, &c->res_arena);
        if (err != NK_EOK)
                return err;
        echo = nk_arena_get(const nk_char_t, &c->res_arena, &res.echo, &n_echo);
        return res.slot == value + 1 && echo && n_echo == n && memcmp(echo, key, n) == 0 ? NK_EOK
                                                                                         : NK_EBADMSG;
}

static nk_err_t call_all(Caller *c, nk_uint32_t value) {
        hostile_ITarget_All_req req = {.choice = {.tag_ = hostile_ITarget_Choice_word_tag}};
        hostile_ITarget_All_res res;
        const nk_uint32_t numbers[2] = {value % 200, 7};
        const nk_uint8_t data[2] = {4, 5};
        hostile_ITarget_Item *items;
        nk_err_t err;

        reset(c);
        (void)nk_arena_store(nk_char_t, &c->req_arena, &req.text, "\001\002", 3);
        (void)nk_arena_store(nk_uint32_t, &c->req_arena, &req.numbers, numbers, 2);
        items = nk_arena_alloc(hostile_ITarget_Item, &c->req_arena, &req.items, 1);
        items->id = 10;
        (void)nk_arena_store(nk_char_t, &c->req_arena, &items->name, "\003", 2);
        (void)nk_arena_store(nk_uint8_t, &c->req_arena, &items->data, data, 2);
        (void)nk_arena_store(nk_char_t, &c->req_arena, &req.choice.word, "\006", 2);
        err = hostile_ITarget_All(&c->proxy.base, &req, &c->req_arena, &res, NULL);
        if (err != NK_EOK)
                return err;
        return res.sum == 3 + value % 200 + 7 + 10 + 3 + 9 + 6 ? NK_EOK : NK_EBADMSG;
}

static nk_err_t call_bulk(Caller *c, nk_uint32_t value) {
        hostile_ITarget_Bulk_req req;
        hostile_ITarget_Bulk_res res;
        nk_uint32_t n = value % hostile_ITarget_BulkMax + 1, n_back;
        nk_uint8_t *data;
        const nk_uint8_t *back;
        nk_err_t err;

        reset(c);
        data = nk_arena_alloc(nk_uint8_t, &c->req_arena, &req.data, n);
        memset(data, (int)(value % 251), n);
        err = hostile_ITarget_Bulk(&c->proxy.base, &req, &c->req_arena, &res, &c->res_arena);
        if (err != NK_EOK)
                return err;
        back = nk_arena_get(const nk_uint8_t, &c->res_arena, &res.back, &n_back);
        return back && n_back == n && memcmp(back, data, n) == 0 ? NK_EOK : NK_EBADMSG;
}

static nk_err_t call_next(Caller *c, nk_uint32_t i) {
        if (i % 64 == 0)
                return call_bulk(c, i * 31);
        return i % 8 == 0 ? call_all(c, i) : call_put(c, i);
}

int target_visit(Score *score) {
        static Caller c;

        if (connect_caller(&c) < 0) {
                score_complain(score, "the neighbour can't connect");
                return 1;
        }
        for (nk_uint32_t i = 0; !score->stop; i++) {
                nk_err_t err = call_next(&c, i);

                if (err != NK_EOK) {
                        score_complain(score, "the neighbour's call %u ended with %d", i, err);
                        return 1;
                }
                atomic_fetch_add(&score->n_calls, 1);
        }
        return 0;
}

int target_visit_blindly(Score *score) {
        static Caller c;

        if (connect_caller(&c) < 0)
                return 1;
        for (nk_uint32_t i = 0;; i++) {
                (void)call_next(&c, i);
                atomic_fetch_add(&score->n_rounds, 1);
        }
}
