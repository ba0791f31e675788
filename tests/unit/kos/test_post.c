/* SPDX-License-Identifier: MIT */
/*
 * caisson/post.h: what is posted arrives, its answer is taken, and every refusal. The slots and the order are
 * tests/unit/transport/test_posted.c's matter.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <caisson/post.h>
#include <cmocka.h>
#include <coresrv/time/timeout.h>
#include <services/rtl/nk_msg.h>

#include "fixture.h"
#include "support/caller.h"
#include "transport/chan_mem.h"

static Retcode post(Handle client, nk_uint32_t value, NkxTicket *ticket) {
        NK_ARENA_AUTO(arena, KEEPER_KEY_SIZE);
        Keeper_Put_req req;
        Keeper_Put_res res;

        keeper_prepare_put(&req, &arena, &res, value, "abc");
        return nkx_post(client, &req.base_, &arena, ticket);
}

typedef struct Taken {
        Retcode rc;
        nk_err_t outcome;
        nk_uint32_t slot;
        char echo[KEEPER_KEY_SIZE];
} Taken;

static Taken take(const NkxTicket *ticket, rtl_uint32_t timeout_ms, uint32_t room) {
        Taken t = {.outcome = -1};
        char buffer[KEEPER_KEY_SIZE];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + room);
        Keeper_Put_res res;
        uint32_t n;
        const char *echo;

        nk_req_reset(&res);
        t.rc = nkx_post_take(ticket, &res.base_, &arena, timeout_ms, &t.outcome);
        if (t.rc != rcOk || t.outcome != NK_EOK)
                return t;
        t.slot = res.slot;
        echo = nk_arena_get(char, &arena, &res.echo, &n);
        if (echo)
                memcpy(t.echo, echo, n);
        return t;
}

static void answer_of_a_posted_request_is_taken_later(void **state) {
        Fixture *f = *state;
        NkxTicket ticket, copy;
        Taken t;

        assert_int_equal(post(f->link.clients[0], 41, &ticket), rcOk);
        copy = ticket;
        assert_int_equal(take(&ticket, 0, KEEPER_KEY_SIZE).rc, rcTimeout);
        t_server_serve(&f->server, f->link.listener);
        t = take(&copy, INFINITE_TIMEOUT, KEEPER_KEY_SIZE);
        assert_int_equal(t.rc, rcOk);
        assert_int_equal(t.outcome, NK_EOK);
        assert_int_equal(t.slot, 42);
        assert_string_equal(t.echo, "abc");
        t = take(&ticket, 0, KEEPER_KEY_SIZE);
        assert_int_equal(t.rc, rcInvalidArgument);
        assert_int_equal(t.outcome, -1);
}

static void what_the_server_answers_instead_is_the_outcome(void **state) {
        Fixture *f = *state;
        NkxTicket ticket;
        Taken t;

        assert_int_equal(post(f->link.clients[0], 41, &ticket), rcOk);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(Reply(f->link.listener, &(SMsgHdr){.out_msg = &f->server.res.base_}), rcOk);
        t = take(&ticket, INFINITE_TIMEOUT, KEEPER_KEY_SIZE);
        assert_int_equal(t.rc, rcOk);
        assert_int_equal(t.outcome, NK_ENOENT);
}

static void only_so_many_are_posted_and_a_call_goes_on(void **state) {
        Fixture *f = *state;
        NkxTicket tickets[NKX_POSTS_MAX], more;

        for (nk_uint32_t i = 0; i < NKX_POSTS_MAX; i++)
                assert_int_equal(post(f->link.clients[0], i, &tickets[i]), rcOk);
        assert_int_equal(post(f->link.clients[0], 9, &more), rcBusy);
        for (nk_uint32_t i = 0; i < NKX_POSTS_MAX; i++)
                t_server_serve(&f->server, f->link.listener);
        fixture_assert_works(f);
        for (nk_uint32_t i = 0; i < NKX_POSTS_MAX; i++)
                assert_int_equal(take(&tickets[i], 0, KEEPER_KEY_SIZE).slot, i + 1);
}

static void answer_that_does_not_fit_is_lost_with_its_ticket(void **state) {
        Fixture *f = *state;

        for (uint32_t i = 0; i < 2 * NKX_POSTS_MAX; i++) {
                NkxTicket ticket;

                assert_int_equal(post(f->link.clients[0], 41, &ticket), rcOk);
                t_server_serve(&f->server, f->link.listener);
                assert_int_equal(take(&ticket, 0, 3).rc, rcInvalidArgument);
                assert_int_equal(take(&ticket, 0, KEEPER_KEY_SIZE).rc, rcInvalidArgument);
        }
}

static void wrong_arguments_are_refused(void **state) {
        Fixture *f = *state;
        const Handle bad[] = {INVALID_HANDLE, 0, 4000, f->link.listener};
        struct nk_message small = {.size = sizeof small - 1};
        NkxTicket ticket;
        nk_err_t outcome;

        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(post(bad[i], 41, &ticket), rcInvalidArgument);
        assert_int_equal(nkx_post(f->link.clients[0], NULL, NULL, &ticket), rcInvalidArgument);
        assert_int_equal(nkx_post(f->link.clients[0], &small, NULL, &ticket), rcInvalidArgument);
        assert_int_equal(post(f->link.clients[0], 41, NULL), rcInvalidArgument);
        assert_int_equal(post(f->link.clients[0], 41, &ticket), rcOk);
        t_server_serve(&f->server, f->link.listener);
        assert_int_equal(nkx_post_take(NULL, &small, NULL, 0, &outcome), rcInvalidArgument);
        assert_int_equal(nkx_post_take(&ticket, NULL, NULL, 0, &outcome), rcInvalidArgument);
        assert_int_equal(take(&(NkxTicket){.client = f->link.clients[1]}, 0, 0).rc, rcInvalidArgument);
        assert_int_equal(take(&ticket, 0, KEEPER_KEY_SIZE).rc, rcOk);
}

static void message_above_the_limit_is_refused(void **state) {
        Fixture *f = *state;
        static char room[CHAN_MESSAGE_MAX];
        struct nk_message req = {.size = sizeof req};
        struct nk_arena arena = {
                .start = room, .current = room + CHAN_MESSAGE_MAX, .end = room + CHAN_MESSAGE_MAX};
        NkxTicket ticket;

        assert_int_equal(nkx_post(f->link.clients[0], &req, &arena, &ticket), rcInvalidArgument);
}

static void end_of_the_server_ends_what_was_posted(void **state) {
        Fixture *f = *state;
        NkxTicket ticket, more;

        assert_int_equal(post(f->link.clients[0], 41, &ticket), rcOk);
        t_link_server_died(&f->link);
        assert_int_equal(take(&ticket, INFINITE_TIMEOUT, KEEPER_KEY_SIZE).rc, rcNotConnected);
        assert_int_equal(take(&ticket, INFINITE_TIMEOUT, KEEPER_KEY_SIZE).rc, rcInvalidArgument);
        assert_int_equal(post(f->link.clients[0], 41, &more), rcNotConnected);
}

static void closed_handle_has_no_tickets(void **state) {
        Fixture *f = *state;
        NkxTicket ticket;

        assert_int_equal(post(f->link.clients[1], 41, &ticket), rcOk);
        assert_int_equal(KnHandleClose(f->link.clients[1]), rcOk);
        f->link.clients[1] = INVALID_HANDLE;
        assert_int_equal(take(&ticket, 0, KEEPER_KEY_SIZE).rc, rcInvalidArgument);
}

static void promise_is_of_a_listener(void **state) {
        Fixture *f = *state;

        assert_int_equal(nkx_receive_again(f->link.clients[0]), rcInvalidArgument);
        assert_int_equal(nkx_receive_again(0), rcInvalidArgument);
        assert_int_equal(nkx_receive_again(f->link.listener), rcOk);
        assert_int_equal(nkx_receive_again(f->link.listener), rcOk);
        fixture_assert_works(f);
        assert_int_equal(nkx_receive_again(INVALID_HANDLE), rcOk);
        assert_int_equal(nkx_receive_again(INVALID_HANDLE), rcOk);
        fixture_assert_works(f);
}

typedef struct Leaver {
        Fixture *f;
        atomic_bool has_received, may_end;
        Retcode rc;
} Leaver;

static void *receive_and_end(void *arg) {
        Leaver *l = arg;
        Handle listener = l->f->link.listener;

        l->rc = nkx_receive_again(listener);
        if (l->rc == rcOk)
                l->rc = t_server_recv(&l->f->server, listener, INFINITE_TIMEOUT, INVALID_HANDLE);
        atomic_store(&l->has_received, true);
        while (!atomic_load(&l->may_end))
                (void)sched_yield();
        return NULL;
}

/* As a method may end its thread under the ready-made loop: what came behind is for one who sleeps. */
static void end_of_a_thread_takes_its_promise_back(void **state) {
        Fixture *f = *state;
        Leaver leaver = {.f = f};
        Caller c = CALLER_OF(f->link.clients[0]);
        Serving serving;
        NkxTicket ticket;
        pthread_t thread;

        assert_int_equal(post(f->link.clients[0], 41, &ticket), rcOk);
        assert_int_equal(pthread_create(&thread, NULL, receive_and_end, &leaver), 0);
        while (!atomic_load(&leaver.has_received))
                (void)sched_yield();
        t_serving_start(&serving, f->link.listener, 1);
        t_wait_asleep(&serving.threads[0].tid);
        t_caller_start(&c);
        t_wait_asleep(&c.tid);
        atomic_store(&leaver.may_end, true);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(leaver.rc, rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
        assert_int_equal(take(&ticket, 0, KEEPER_KEY_SIZE).rc, rcOk);
        t_serving_end(&serving);
}

/* The ready-made loop in several threads: what comes behind is served whoever takes it. */
static void threads_of_a_loop_serve_posts_and_calls(void **state) {
        Fixture *f = *state;
        Serving serving;

        t_serving_start(&serving, f->link.listener, 3);
        for (nk_uint32_t i = 0; i < 2000; i++) {
                Caller c = CALLER_OF(f->link.clients[0]);
                NkxTicket ticket;

                assert_int_equal(post(f->link.clients[0], i, &ticket), rcOk);
                t_call(&c);
                assert_int_equal(c.rc, rcOk);
                assert_int_equal(take(&ticket, 0, KEEPER_KEY_SIZE).slot, i + 1);
        }
        t_serving_end(&serving);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                CASE(answer_of_a_posted_request_is_taken_later),
                CASE(what_the_server_answers_instead_is_the_outcome),
                CASE(only_so_many_are_posted_and_a_call_goes_on),
                CASE(answer_that_does_not_fit_is_lost_with_its_ticket),
                CASE(wrong_arguments_are_refused),
                CASE(message_above_the_limit_is_refused),
                CASE(end_of_the_server_ends_what_was_posted),
                CASE(closed_handle_has_no_tickets),
                CASE(promise_is_of_a_listener),
                CASE(end_of_a_thread_takes_its_promise_back),
                CASE(threads_of_a_loop_serve_posts_and_calls),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
