/* SPDX-License-Identifier: MIT */
/*
 * The server side of a test: see server.h.
 */
#include "server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>
#include <coresrv/handle/handle_api.h>
#include <services/rtl/nk_msg.h>

void t_server_init(Server *s) {
        *s = (Server){.keeper = {.put_result = NK_EOK}};
        nk_arena_init(&s->req_arena, s->req_buffer, s->req_buffer + sizeof s->req_buffer);
        nk_arena_init(&s->res_arena, s->res_buffer, s->res_buffer + sizeof s->res_buffer);
        PackInMsg(&s->in, &s->req.base_, &s->req_arena);
        PackOutMsg(&s->out, &s->res.base_, &s->res_arena);
}

Retcode t_server_recv(Server *s, Handle listener, uint32_t timeout_ms, Handle sync) {
        nk_req_reset(&s->req);
        nk_arena_reset(&s->req_arena);
        nk_arena_reset(&s->res_arena);
        return RecvEx(listener, &s->in, timeout_ms, sync);
}

void t_server_take(Server *s, Handle listener) {
        assert_int_equal(t_server_recv(s, listener, INFINITE_TIMEOUT, INVALID_HANDLE), rcOk);
}

nk_err_t t_server_dispatch(Server *s) {
        return Keeper_entity_dispatch(&s->keeper, &s->req.base_, &s->req_arena, &s->res.base_, &s->res_arena);
}

void t_server_serve(Server *s, Handle listener) {
        t_server_take(s, listener);
        assert_int_equal(t_server_dispatch(s), NK_EOK);
        assert_int_equal(Reply(listener, &s->out), rcOk);
}

static void *serve_in_thread(void *arg) {
        ServingThread *t = arg;

        t->tid = gettid();
        t->result = NkKosDoDispatch(t->serving->listener, &t->serving->info);
        return NULL;
}

void t_serving_start(Serving *s, Handle listener, uint32_t n_threads) {
        *s = (Serving){.listener = listener,
                .n_threads = n_threads,
                .info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(Keeper, s->keeper)};
        for (uint32_t i = 0; i < n_threads; i++) {
                s->threads[i].serving = s;
                assert_int_equal(
                        pthread_create(&s->threads[i].thread, NULL, serve_in_thread, &s->threads[i]), 0);
        }
}

void t_serving_join(Serving *s) {
        for (uint32_t i = 0; i < s->n_threads; i++)
                assert_int_equal(pthread_join(s->threads[i].thread, NULL), 0);
}

void t_serving_end(Serving *s) {
        (void)KnHandleClose(s->listener);
        t_serving_join(s);
}
