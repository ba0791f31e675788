/* SPDX-License-Identifier: MIT */
/*
 * Call, Recv, Reply: what arrives, arguments, sizes, structure. The test's own thread is the
 * server and callers are threads, or the other way round.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <caisson/request.h>
#include <cmocka.h>
#include <services/rtl/nk_msg.h>

#include "fixture.h"
#include "handle/handle_kinds.h"
#include "support/caller.h"
#include "transport/chan_mem.h"

/* --- an exchange --- */

static void request_and_answer_arrive_whole(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(f->server.req.put.value, 41);
        assert_int_equal(f->server.req.base_.size, sizeof(Keeper_Put_req));
        assert_int_equal(nkx_arena_used(&f->server.req_arena), 4);
        assert_memory_equal(f->server.req_buffer, "abc", 4);
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
        assert_int_equal(c.slot, 42);
        assert_string_equal(c.echo, "abc");
}

static void each_client_gets_its_own_answer(void **state) {
        Fixture *f = *state;
        Caller a = CALLER_OF(f->link.clients[0]), b = CALLER_OF(f->link.clients[1]);

        a.value = 100;
        b.value = 200;
        t_caller_start(&a);
        t_caller_start(&b);
        t_server_serve(&f->server, f->link.listener);
        t_server_serve(&f->server, f->link.listener);
        t_caller_join(&a);
        t_caller_join(&b);
        assert_int_equal(a.slot, 101);
        assert_int_equal(b.slot, 201);
}

static uint64_t channel_of_next(Fixture *f, Handle client) {
        Caller c = CALLER_OF(client);
        uint64_t channel;

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        channel = nkx_request_channel(f->link.listener);
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcOk);
        t_caller_join(&c);
        return channel;
}

static void a_request_tells_its_channel(void **state) {
        Fixture *f = *state;
        uint64_t first = channel_of_next(f, f->link.clients[0]);
        uint64_t second = channel_of_next(f, f->link.clients[1]);

        assert_int_not_equal(first, 0);
        assert_int_not_equal(second, 0);
        assert_int_not_equal(first, second);
        assert_int_equal(channel_of_next(f, f->link.clients[0]), first);
        assert_int_equal(nkx_request_channel(f->link.listener), 0); /* it was answered */
        assert_int_equal(nkx_request_channel(INVALID_HANDLE), 0);
}

static void call_waits_for_a_server_that_comes_later(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_wait_asleep(&c.tid);
        t_server_serve(&f->server, f->link.listener);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
}

/* More threads than the channel has slots: the others wait for their turn. */
static void many_threads_may_call_through_one_handle(void **state) {
        enum { N = CHAN_SLOTS + 4 };
        Fixture *f = *state;
        Caller callers[N];
        Serving serving;

        t_serving_start(&serving, f->link.listener, 2);
        for (uint32_t i = 0; i < N; i++) {
                callers[i] = (Caller)CALLER_OF(f->link.clients[0]);
                callers[i].value = i * 1000;
                t_caller_start(&callers[i]);
        }
        for (uint32_t i = 0; i < N; i++) {
                t_caller_join(&callers[i]);
                assert_int_equal(callers[i].rc, rcOk);
                assert_int_equal(callers[i].slot, i * 1000 + 1);
        }
        assert_int_equal(serving.keeper.n_puts, N);
        t_serving_end(&serving);
}

/* --- arguments --- */

static void call_refuses_what_is_no_client_handle(void **state) {
        Fixture *f = *state;
        const Handle bad[] = {INVALID_HANDLE, 0, 4000, f->link.listener};

        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
                Caller c = CALLER_OF(bad[i]);

                t_call(&c);
                assert_int_equal(c.rc, rcInvalidArgument);
        }
}

static void recv_and_reply_refuse_what_is_no_listener(void **state) {
        Fixture *f = *state;
        const Handle bad[] = {INVALID_HANDLE, 0, 4000, f->link.clients[0]};

        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
                assert_int_equal(t_server_recv(&f->server, bad[i], 0, INVALID_HANDLE), rcInvalidArgument);
                assert_int_equal(Reply(bad[i], &f->server.out), rcInvalidArgument);
        }
}

/* Headers of a Put without a key. */
static void bind_put(Keeper_Put_req *req, Keeper_Put_res *res, SMsgHdr *out, SMsgHdr *in) {
        keeper_prepare_put(req, NULL, res, 1, "");
        PackOutMsg(out, &req->base_, NULL);
        PackInMsg(in, &res->base_, NULL);
}

static void headers_bound_the_wrong_way_are_refused(void **state) {
        Fixture *f = *state;
        Handle client = f->link.clients[0], listener = f->link.listener;
        SMsgHdr out, in, none = {.out_msg = NULL};
        Keeper_Put_req req;
        Keeper_Put_res res;

        bind_put(&req, &res, &out, &in);
        assert_int_equal(Call(client, &in, &in), rcInvalidArgument);
        assert_int_equal(Call(client, &out, &out), rcInvalidArgument);
        assert_int_equal(Call(client, NULL, &in), rcInvalidArgument);
        assert_int_equal(Call(client, &out, NULL), rcInvalidArgument);
        assert_int_equal(Recv(listener, &out), rcInvalidArgument);
        assert_int_equal(Recv(listener, &none), rcInvalidArgument);
        assert_int_equal(Recv(listener, NULL), rcInvalidArgument);
}

static void message_smaller_than_its_header_is_refused(void **state) {
        Fixture *f = *state;
        SMsgHdr out, in;
        Keeper_Put_req req;
        Keeper_Put_res res;

        bind_put(&req, &res, &out, &in);
        req.base_.size = sizeof(struct nk_message) - 1;
        assert_int_equal(Call(f->link.clients[0], &out, &in), rcInvalidArgument);
        req.base_.size = sizeof req;
        res.base_.size = sizeof(struct nk_message) - 1;
        assert_int_equal(Call(f->link.clients[0], &out, &in), rcInvalidArgument);
        assert_int_equal(Recv(f->link.listener, &in), rcInvalidArgument);
}

static void arena_with_mixed_up_pointers_is_refused(void **state) {
        Fixture *f = *state;
        char buffer[16];
        struct nk_arena arena = {.start = buffer + 8, .current = buffer, .end = buffer + 4};
        SMsgHdr out, in;
        Keeper_Put_req req;
        Keeper_Put_res res;

        bind_put(&req, &res, &out, &in);
        PackOutMsg(&out, &req.base_, &arena);
        assert_int_equal(Call(f->link.clients[0], &out, &in), rcInvalidArgument);
        PackOutMsg(&out, &req.base_, NULL);
        PackInMsg(&in, &res.base_, &arena);
        assert_int_equal(Call(f->link.clients[0], &out, &in), rcInvalidArgument);
}

/* --- sizes --- */

/* A Put with `size` bytes of arena, none of which its key uses; nobody receives it. */
static Retcode post_with_arena(Fixture *f, uint32_t size) {
        char *bytes = calloc(1, size);
        struct nk_arena arena = {.start = bytes, .current = bytes + size, .end = bytes + size};
        SMsgHdr out, in;
        Keeper_Put_req req;
        Keeper_Put_res res;
        Retcode rc;

        bind_put(&req, &res, &out, &in);
        PackOutMsg(&out, &req.base_, &arena);
        rc = CallEx(f->link.clients[0], &out, &in, 1, INVALID_HANDLE);
        free(bytes);
        return rc;
}

static void largest_message_is_sent_and_a_larger_one_is_not(void **state) {
        const uint32_t most = CALL_MESSAGE_MAX - (uint32_t)sizeof(Keeper_Put_req);

        assert_int_equal(post_with_arena(*state, most - 1), rcTimeout);
        assert_int_equal(post_with_arena(*state, most), rcTimeout);
        assert_int_equal(post_with_arena(*state, most + 1), rcInvalidArgument);
        fixture_assert_works(*state);
}

static Retcode put_with_room(Fixture *f, uint32_t room) {
        Caller c = CALLER_OF(f->link.clients[0]);

        c.room = room;
        t_caller_start(&c);
        t_server_serve(&f->server, f->link.listener);
        t_caller_join(&c);
        return c.rc;
}

/* The answer has 4 bytes of arena: "abc" and its end. */
static void answer_too_large_for_the_client_is_out_of_memory(void **state) {
        assert_int_equal(put_with_room(*state, 5), rcOk);
        assert_int_equal(put_with_room(*state, 4), rcOk);
        assert_int_equal(put_with_room(*state, 3), rcOutOfMemory);
        assert_int_equal(put_with_room(*state, 0), rcOutOfMemory);
        fixture_assert_works(*state);
}

static void request_too_large_for_the_server_fails_on_both_sides(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[0]);

        nk_arena_init(&s->req_arena, s->req_buffer, s->req_buffer + 3);
        t_caller_start(&c);
        assert_int_equal(t_server_recv(s, f->link.listener, INFINITE_TIMEOUT, INVALID_HANDLE), rcOutOfMemory);
        assert_int_equal(nkx_arena_used(&s->req_arena), 0);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOutOfMemory);
        assert_int_equal(Reply(f->link.listener, &s->out), rcInvalidOperation);
        t_server_init(s);
        fixture_assert_works(f);
}

static void constant_part_too_large_for_the_server_fails_on_both_sides(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        nk_req_reset(&s->req);
        s->req.base_.size = sizeof(Keeper_Put_req) - 1;
        assert_int_equal(Recv(f->link.listener, &s->in), rcOutOfMemory);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOutOfMemory);
        fixture_assert_works(f);
}

/* What no honest client sends must not end a server that stops at the first failure. */
static void request_larger_than_any_of_the_class_fails_at_the_client_only(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[1]);
        ChanSlot *slot = chan_slot(f->link.mem[0], 0);

        slot->msg_size = sizeof(Keeper_Put_req);
        slot->arena_size = KEEPER_KEY_SIZE + 1;
        atomic_store(&slot->state, CHAN_CALL);
        atomic_fetch_or(chan_pending(f->link.mem[0]), 1);
        t_caller_start(&c);
        t_server_serve(s, f->link.listener);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
        assert_int_equal(atomic_load(&slot->state), CHAN_REPLY);
        assert_int_equal(slot->status, rcOutOfMemory);
}

/* --- structure --- */

/* Each sends one message that is wrong in one way, to a server that serves in threads of its own. */
static Retcode put_unended_key(Handle client) {
        NK_ARENA_AUTO(arena, KEEPER_KEY_SIZE);
        SMsgHdr out, in;
        Keeper_Put_req req;
        Keeper_Put_res res;

        bind_put(&req, &res, &out, &in);
        assert_int_equal(nk_arena_store(char, &arena, &req.key, "abc", 3), NK_EOK);
        PackOutMsg(&out, &req.base_, &arena);
        return Call(client, &out, &in);
}

static Retcode put_key_outside(Handle client) {
        SMsgHdr out, in;
        Keeper_Put_req req;
        Keeper_Put_res res;

        bind_put(&req, &res, &out, &in);
        req.key = (nk_ptr_t){.offset = 0, .size = 4};
        return Call(client, &out, &in);
}

static Retcode put_short(Handle client) {
        SMsgHdr out, in;
        Keeper_Put_req req;
        Keeper_Put_res res;

        bind_put(&req, &res, &out, &in);
        req.base_.size = sizeof req - 8;
        return Call(client, &out, &in);
}

static Retcode put_with_handle(Handle client) {
        SMsgHdr out, in;
        Keeper_Put_req req;
        Keeper_Put_res res;

        bind_put(&req, &res, &out, &in);
        nk_msg_set_ncaps(&req, 1);
        return Call(client, &out, &in);
}

static Retcode call_method(Handle client, nk_iid_t iid, nk_mid_t mid) {
        struct {
                struct nk_message base_;
        } req, res;
        SMsgHdr out, in;

        nk_req_reset(&req);
        nk_req_reset(&res);
        nk_msg_set_method_id(&req, iid, mid);
        PackOutMsg(&out, &req.base_, NULL);
        PackInMsg(&in, &res.base_, NULL);
        return Call(client, &out, &in);
}

static void malformed_request_is_refused_and_the_server_goes_on(void **state) {
        Fixture *f = *state;
        Handle client = f->link.clients[0];
        Serving serving;

        t_serving_start(&serving, f->link.listener, 1);
        assert_int_equal(put_unended_key(client), rcInvalidArgument);
        assert_int_equal(put_key_outside(client), rcInvalidArgument);
        assert_int_equal(put_short(client), rcInvalidArgument);
        assert_int_equal(put_with_handle(client), rcInvalidArgument);
        assert_int_equal(serving.keeper.n_puts, 0);
        assert_int_equal(call_method(client, KEEPER_STORE_IID, KEEPER_DROP_MID), rcOk);
        t_serving_end(&serving);
}

static void unknown_endpoint_or_method_is_not_found(void **state) {
        Fixture *f = *state;
        Handle client = f->link.clients[0];
        Serving serving;

        t_serving_start(&serving, f->link.listener, 1);
        assert_int_equal(call_method(client, 2, 0), rcResourceNotFound);
        assert_int_equal(call_method(client, KEEPER_STORE_IID, 2), rcResourceNotFound);
        assert_int_equal(call_method(client, INVALID_RIID, 0), rcResourceNotFound);
        assert_int_equal(call_method(client, KEEPER_LOG_IID, KEEPER_WRITE_MID), rcOk);
        t_serving_end(&serving);
}

static void malformed_answer_is_refused_on_both_sides(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_server_take(s, f->link.listener);
        assert_int_equal(t_server_dispatch(s), NK_EOK);
        s->res_buffer[3] = 'd'; /* the end of "abc" */
        assert_int_equal(Reply(f->link.listener, &s->out), rcInvalidArgument);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcInvalidArgument);
        fixture_assert_works(f);
}

/* A server that does not use our Reply. */
static void malformed_answer_of_a_hostile_server_is_refused_by_the_client(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[0]);
        HndEntry *entry = hnd_get(f->link.listener, &hnd_listener);
        Listener *listener = entry->object;
        ChanIn in = {.msg = &s->req.base_,
                .msg_max = sizeof s->req,
                .arena = s->req_buffer,
                .arena_max = sizeof s->req_buffer};
        ChanOut out = {.msg = &s->res.base_, .msg_size = sizeof(Keeper_Put_res), .arena = s->res_buffer};
        ChanWait wait = {.timeout_ms = CHAN_FOREVER};
        ChanRequest request;

        t_caller_start(&c);
        assert_int_equal(listener_recv(listener, &in, &wait, &request), 0);
        assert_int_equal(t_server_dispatch(s), NK_EOK);
        s->res.put.echo.size = 100;
        assert_int_equal(listener_reply(listener, &request, &out, rcOk), 0);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcInvalidArgument);
        hnd_put(entry);
}

static void answer_above_the_limit_is_refused_on_both_sides(void **state) {
        Fixture *f = *state;
        Server *s = &f->server;
        Caller c = CALLER_OF(f->link.clients[0]);
        char *bytes = calloc(1, CALL_MESSAGE_MAX);
        struct nk_arena big = {.start = bytes, .current = bytes + CALL_MESSAGE_MAX};
        SMsgHdr out;

        t_caller_start(&c);
        t_server_take(s, f->link.listener);
        assert_int_equal(t_server_dispatch(s), NK_EOK);
        PackOutMsg(&out, &s->res.base_, &big);
        assert_int_equal(Reply(f->link.listener, &out), rcInvalidArgument);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcInvalidArgument);
        free(bytes);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(request_and_answer_arrive_whole),
                CASE(each_client_gets_its_own_answer),
                CASE(a_request_tells_its_channel),
                CASE(call_waits_for_a_server_that_comes_later),
                CASE(many_threads_may_call_through_one_handle),
                CASE(call_refuses_what_is_no_client_handle),
                CASE(recv_and_reply_refuse_what_is_no_listener),
                CASE(headers_bound_the_wrong_way_are_refused),
                CASE(message_smaller_than_its_header_is_refused),
                CASE(arena_with_mixed_up_pointers_is_refused),
                CASE(largest_message_is_sent_and_a_larger_one_is_not),
                CASE(answer_too_large_for_the_client_is_out_of_memory),
                CASE(request_too_large_for_the_server_fails_on_both_sides),
                CASE(constant_part_too_large_for_the_server_fails_on_both_sides),
                CASE(request_larger_than_any_of_the_class_fails_at_the_client_only),
                CASE(malformed_request_is_refused_and_the_server_goes_on),
                CASE(unknown_endpoint_or_method_is_not_found),
                CASE(malformed_answer_is_refused_on_both_sides),
                CASE(malformed_answer_of_a_hostile_server_is_refused_by_the_client),
                CASE(answer_above_the_limit_is_refused_on_both_sides),
        };

        return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
