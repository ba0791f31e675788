/* SPDX-License-Identifier: MIT */
/*
 * NkKosTransport, NkKosTransportSync and the ready-made loop: the same rules as the system calls,
 * in the other code space.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/ipc/ipc_api.h>
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/nk/transport-kos.h>

#include "fixture.h"
#include "support/caller.h"

/* One Put through a transport, with `room` bytes for the answer's arena. */
static nk_err_t put(struct nk_transport *t, const char *key, nk_size_t room, nk_uint32_t *ret_slot) {
        NK_ARENA_AUTO(req_arena, KEEPER_KEY_SIZE);
        char buffer[KEEPER_KEY_SIZE];
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(buffer, buffer + room);
        Keeper_Put_req req;
        Keeper_Put_res res;
        nk_err_t err;

        keeper_prepare_put(&req, &req_arena, &res, 41, key);
        err = nk_transport_call(t, &req.base_, &req_arena, &res.base_, &res_arena);
        if (err == NK_EOK)
                *ret_slot = res.slot;
        return err;
}

/* --- NkKosTransport --- */

static void call_through_a_transport_works(void **state) {
        Fixture *f = *state;
        NkKosTransport t;
        Serving serving;
        nk_uint32_t slot = 0;

        t_serving_start(&serving, f->link.listener, 1);
        assert_int_equal(NkKosTransport_Init(&t, f->link.clients[0], NK_NULL, 0), NK_EOK);
        assert_int_equal(put(&t.base, "abc", KEEPER_KEY_SIZE, &slot), NK_EOK);
        assert_int_equal(slot, 42);
        t_serving_end(&serving);
}

static void server_loop_over_a_transport_works(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[0]);
        NkKosTransport t;

        assert_int_equal(NkKosTransport_Init(&t, f->link.listener, NK_NULL, 0), NK_EOK);
        t_caller_start(&c);
        nk_req_reset(&s->req);
        assert_int_equal(nk_transport_recv(&t.base, &s->req.base_, &s->req_arena), NK_EOK);
        assert_int_equal(t_server_dispatch(s), NK_EOK);
        assert_int_equal(nk_transport_reply(&t.base, &s->res.base_, &s->res_arena), NK_EOK);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
        assert_int_equal(c.slot, 42);
}

static void bad_arguments_of_init_are_refused(void **state) {
        NkKosTransport t;
        NkKosTransportSync ts;
        nk_uint32_t slot;

        (void)state;
        assert_int_equal(NkKosTransport_Init(NULL, 1, NK_NULL, 0), NK_EINVAL);
        assert_int_equal(NkKosTransport_Init(&t, INVALID_HANDLE, NK_NULL, 0), NK_EINVAL);
        assert_int_equal(put(&t.base, "", 0, &slot), NK_EINVAL); /* bound all the same */
        assert_int_equal(NkKosTransportSync_Init(NULL, 1, INVALID_HANDLE, INVALID_HANDLE, 0, 0), NK_EINVAL);
        assert_int_equal(NkKosTransportSync_Init(&ts, INVALID_HANDLE, INVALID_HANDLE, INVALID_HANDLE, 0, 0),
                NK_EINVAL);
}

static void transport_over_the_wrong_end_is_invalid(void **state) {
        Fixture *f = *state;
        NkKosTransport client, server;
        nk_uint32_t slot;

        (void)NkKosTransport_Init(&client, f->link.clients[0], NK_NULL, 0);
        (void)NkKosTransport_Init(&server, f->link.listener, NK_NULL, 0);
        nk_req_reset(&f->server.req);
        assert_int_equal(nk_transport_recv(&client.base, &f->server.req.base_, NULL), NK_EINVAL);
        assert_int_equal(nk_transport_reply(&client.base, &f->server.res.base_, NULL), NK_EINVAL);
        assert_int_equal(put(&server.base, "", 0, &slot), NK_EINVAL);
}

static void answer_that_does_not_fit_is_no_memory(void **state) {
        Fixture *f = *state;
        NkKosTransport t;
        Serving serving;
        nk_uint32_t slot;

        t_serving_start(&serving, f->link.listener, 1);
        (void)NkKosTransport_Init(&t, f->link.clients[0], NK_NULL, 0);
        assert_int_equal(put(&t.base, "abc", 3, &slot), NK_ENOMEM);
        assert_int_equal(put(&t.base, "abc", 4, &slot), NK_EOK);
        t_serving_end(&serving);
}

static void request_that_does_not_fit_is_no_memory_on_both_sides(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[0]);
        NkKosTransport t;

        (void)NkKosTransport_Init(&t, f->link.listener, NK_NULL, 0);
        t_caller_start(&c);
        nk_req_reset(&s->req);
        assert_int_equal(nk_transport_recv(&t.base, &s->req.base_, NULL), NK_ENOMEM);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOutOfMemory);
}

static void dead_server_is_not_connected(void **state) {
        Fixture *f = *state;
        NkKosTransport t;
        nk_uint32_t slot;

        (void)NkKosTransport_Init(&t, f->link.clients[0], NK_NULL, 0);
        t_link_server_died(&f->link);
        assert_int_equal(put(&t.base, "abc", KEEPER_KEY_SIZE, &slot), NK_ENOTCONN);
}

/* --- a dispatch that fails --- */

/* A server written as the samples are: it replies whatever the dispatcher said. */
typedef struct Sample {
        pthread_t thread;
        Fixture *f;
        uint32_t n; /* requests to serve */
} Sample;

static void *sample_server(void *arg) {
        Sample *sample = arg;
        Server *s = &sample->f->server;
        NkKosTransport t;

        (void)NkKosTransport_Init(&t, sample->f->link.listener, NK_NULL, 0);
        for (uint32_t i = 0; i < sample->n; i++) {
                nk_req_reset(&s->req);
                nk_arena_reset(&s->req_arena);
                nk_arena_reset(&s->res_arena);
                (void)nk_transport_recv(&t.base, &s->req.base_, &s->req_arena);
                (void)t_server_dispatch(s);
                (void)nk_transport_reply(&t.base, &s->res.base_, &s->res_arena);
        }
        return NULL;
}

static void method_whose_dispatch_failed_is_not_found(void **state) {
        Fixture *f = *state;
        Sample sample = {.f = f, .n = 2};
        NkKosTransport t;
        nk_uint32_t slot;

        (void)NkKosTransport_Init(&t, f->link.clients[0], NK_NULL, 0);
        f->server.keeper.put_result = NK_EOK;
        assert_int_equal(pthread_create(&sample.thread, NULL, sample_server, &sample), 0);
        assert_int_equal(put(&t.base, "abc", KEEPER_KEY_SIZE, &slot), NK_EOK);
        f->server.keeper.put_result = NK_EBADMSG;
        assert_int_equal(put(&t.base, "abc", KEEPER_KEY_SIZE, &slot), NK_ENOENT);
        assert_int_equal(pthread_join(sample.thread, NULL), 0);
}

static void ready_made_loop_tells_why_the_dispatch_failed(void **state) {
        static const struct {
                nk_err_t result, want;
        } rows[] = {
                {NK_EOK, NK_EOK},
                {NK_EPERM, NK_EPERM},
                {NK_ENOTEMPTY, NK_ENOTEMPTY},
                {NK_ELOGIC_MAKE(7), NK_ELOGIC_MAKE(7)},
                {rcBusy, NK_EBADMSG}, /* methods return a Retcode now and then */
                {rcOutOfMemory, NK_ENOMEM},
        };
        Fixture *f = *state;
        NkKosTransport t;
        Serving serving;
        nk_uint32_t slot;

        t_serving_start(&serving, f->link.listener, 1);
        (void)NkKosTransport_Init(&t, f->link.clients[0], NK_NULL, 0);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                serving.keeper.put_result = rows[i].result;
                assert_int_equal(put(&t.base, "abc", KEEPER_KEY_SIZE, &slot), rows[i].want);
        }
        t_serving_end(&serving);
}

/* --- the loop --- */

static void loop_refuses_bad_arguments(void **state) {
        Fixture *f = *state;
        Keeper_entity keeper = {.put_result = NK_EOK};
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(Keeper, keeper), no_entity = info,
                          no_dispatch = info;

        no_entity.entity = NULL;
        no_dispatch.dispatch = NULL;
        assert_int_equal(NkKosDoDispatch(f->link.listener, NULL), NK_EINVAL);
        assert_int_equal(NkKosDoDispatch(f->link.listener, &no_entity), NK_EINVAL);
        assert_int_equal(NkKosDoDispatch(f->link.listener, &no_dispatch), NK_EINVAL);
        assert_int_equal(NkKosDoDispatch(INVALID_HANDLE, &info), NK_EINVAL);
        assert_int_equal(NkKosDoDispatch(f->link.clients[0], &info), NK_EINVAL);
}

static void initialiser_takes_the_object_or_a_pointer_to_it(void **state) {
        Keeper_entity keeper = {.put_result = NK_EOK}, *pointer = &keeper;
        NkKosDispatchInfo a = NK_ENTITY_DISPATCH_INFO_INITIALIZER(Keeper, keeper);
        NkKosDispatchInfo b = NK_ENTITY_DISPATCH_INFO_INITIALIZER(Keeper, &keeper);
        NkKosDispatchInfo c = NK_ENTITY_DISPATCH_INFO_INITIALIZER(Keeper, pointer);

        (void)state;
        assert_ptr_equal(a.entity, &keeper);
        assert_ptr_equal(b.entity, &keeper);
        assert_ptr_equal(c.entity, &keeper);
        assert_int_equal(a.req_size, sizeof(Keeper_entity_req));
        assert_int_equal(a.res_arena_size, Keeper_entity_res_arena_size);
}

static void oversize_request_does_not_end_the_loop(void **state) {
        Fixture *f = *state;
        char bytes[KEEPER_KEY_SIZE + 1] = "";
        struct nk_arena arena = {
                .start = bytes, .current = bytes + sizeof bytes, .end = bytes + sizeof bytes};
        Keeper_Put_req req;
        Keeper_Put_res res;
        NkKosTransport t;
        Serving serving;
        nk_uint32_t slot;

        t_serving_start(&serving, f->link.listener, 1);
        (void)NkKosTransport_Init(&t, f->link.clients[0], NK_NULL, 0);
        keeper_prepare_put(&req, NULL, &res, 1, "");
        assert_int_equal(nk_transport_call(&t.base, &req.base_, &arena, &res.base_, NULL), NK_ENOMEM);
        assert_int_equal(put(&t.base, "abc", KEEPER_KEY_SIZE, &slot), NK_EOK);
        t_serving_end(&serving);
}

static void client_that_dies_in_its_call_does_not_end_the_loop(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[1]);
        NkKosTransport t;
        Serving serving;
        nk_uint32_t slot;

        t_caller_start(&c);
        t_wait_phase(f->link.mem[1], CHAN_PHASE_POSTED);
        t_serving_start(&serving, f->link.listener, 1);
        t_link_client_died(&f->link, 1);
        t_caller_join(&c);
        (void)NkKosTransport_Init(&t, f->link.clients[0], NK_NULL, 0);
        assert_int_equal(put(&t.base, "abc", KEEPER_KEY_SIZE, &slot), NK_EOK);
        t_serving_end(&serving);
}

/* A method that stores its result for the first client and forgets to for the others. */
static nk_err_t tell_once(void *entity, const struct nk_message *req, const struct nk_arena *req_arena,
        struct nk_message *res, struct nk_arena *res_arena) {
        Keeper_Put_res *put_res = (Keeper_Put_res *)(void *)res;
        int *n_told = entity;
        nk_iid_t iid = req->iid;
        nk_mid_t mid = req->mid;

        (void)req_arena, (void)res_arena;
        if ((*n_told)++ == 0)
                put_res->slot = 1234567;
        nk_message_make_req(res, sizeof *put_res);
        nkx_message_set_method_id(res, iid, mid);
        return NK_EOK;
}

static void *loop_in_thread(void *arg) {
        Serving *s = arg;

        (void)NkKosDoDispatch(s->listener, &s->info);
        return NULL;
}

static void answer_holds_nothing_of_an_earlier_one(void **state) {
        Fixture *f = *state;
        int n_told = 0;
        Serving s = {.listener = f->link.listener,
                .info = {tell_once, &n_told, sizeof(Keeper_Put_req), sizeof(Keeper_Put_res), KEEPER_KEY_SIZE,
                        KEEPER_KEY_SIZE}};
        Caller first = CALLER_OF(f->link.clients[0]), second = CALLER_OF(f->link.clients[1]);
        pthread_t thread;

        assert_int_equal(pthread_create(&thread, NULL, loop_in_thread, &s), 0);
        t_call(&first);
        t_call(&second);
        assert_int_equal(first.slot, 1234567);
        assert_int_equal(second.rc, rcOk);
        assert_int_equal(second.slot, 0);
        (void)KnHandleClose(f->link.listener);
        assert_int_equal(pthread_join(thread, NULL), 0);
}

/* --- NkKosTransportSync --- */

static void limits_of_a_sync_transport_hold(void **state) {
        Fixture *f = *state;
        NkKosTransportSync client, server;
        nk_uint32_t slot;

        assert_int_equal(NkKosTransportSync_Init(&client, f->link.clients[0], INVALID_HANDLE, INVALID_HANDLE,
                                 5, INFINITE_TIMEOUT),
                NK_EOK);
        assert_int_equal(put(&client.base, "abc", KEEPER_KEY_SIZE, &slot), NK_EAGAIN);
        assert_int_equal(NkKosTransportSync_Init(&server, f->link.listener, INVALID_HANDLE, INVALID_HANDLE,
                                 INFINITE_TIMEOUT, 5),
                NK_EOK);
        nk_req_reset(&f->server.req);
        assert_int_equal(
                nk_transport_recv(&server.base, &f->server.req.base_, &f->server.req_arena), NK_EAGAIN);
}

static void objects_of_a_sync_transport_interrupt(void **state) {
        Fixture *f = *state;
        NkKosTransportSync client, server;
        Handle sync;
        nk_uint32_t slot;

        assert_int_equal(KnIpcCreateSyncObject(&sync), rcOk);
        assert_int_equal(KnIpcSetInterrupt(sync), rcOk);
        (void)NkKosTransportSync_Init(
                &client, f->link.clients[0], sync, INVALID_HANDLE, INFINITE_TIMEOUT, INFINITE_TIMEOUT);
        assert_int_equal(put(&client.base, "abc", KEEPER_KEY_SIZE, &slot), NK_EAGAIN);
        (void)NkKosTransportSync_Init(
                &server, f->link.listener, INVALID_HANDLE, sync, INFINITE_TIMEOUT, INFINITE_TIMEOUT);
        nk_req_reset(&f->server.req);
        assert_int_equal(
                nk_transport_recv(&server.base, &f->server.req.base_, &f->server.req_arena), NK_EAGAIN);
        assert_int_equal(KnHandleClose(sync), rcOk);
}

static void sync_transport_serves_without_any_limit(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[0]);
        NkKosTransportSync t;

        (void)NkKosTransportSync_Init(
                &t, f->link.listener, INVALID_HANDLE, INVALID_HANDLE, INFINITE_TIMEOUT, INFINITE_TIMEOUT);
        t_caller_start(&c);
        nk_req_reset(&s->req);
        assert_int_equal(nk_transport_recv(&t.base, &s->req.base_, &s->req_arena), NK_EOK);
        assert_int_equal(t_server_dispatch(s), NK_EOK);
        assert_int_equal(nk_transport_reply(&t.base, &s->res.base_, &s->res_arena), NK_EOK);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(call_through_a_transport_works),
                CASE(server_loop_over_a_transport_works),
                cmocka_unit_test(bad_arguments_of_init_are_refused),
                CASE(transport_over_the_wrong_end_is_invalid),
                CASE(answer_that_does_not_fit_is_no_memory),
                CASE(request_that_does_not_fit_is_no_memory_on_both_sides),
                CASE(dead_server_is_not_connected),
                CASE(method_whose_dispatch_failed_is_not_found),
                CASE(ready_made_loop_tells_why_the_dispatch_failed),
                CASE(loop_refuses_bad_arguments),
                cmocka_unit_test(initialiser_takes_the_object_or_a_pointer_to_it),
                CASE(oversize_request_does_not_end_the_loop),
                CASE(client_that_dies_in_its_call_does_not_end_the_loop),
                CASE(answer_holds_nothing_of_an_earlier_one),
                CASE(limits_of_a_sync_transport_hold),
                CASE(objects_of_a_sync_transport_interrupt),
                CASE(sync_transport_serves_without_any_limit),
        };

        return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
