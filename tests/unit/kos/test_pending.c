/* SPDX-License-Identifier: MIT */
/*
 * Who may answer what, and that every client is released: replies out of order, from other
 * threads, without a result, and ends that die or are closed in between.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <services/rtl/nk_msg.h>

#include "fixture.h"
#include "kos/ipc.h"
#include "support/caller.h"

/* --- whose request --- */

static void reply_without_a_request_is_an_invalid_operation(void **state) {
        Fixture *f = *state;

        assert_int_equal(Reply(f->link.listener, &f->server.out), rcInvalidOperation);
        fixture_assert_works(f);
}

static void second_reply_is_an_invalid_operation(void **state) {
        Fixture *f = *state;

        fixture_assert_works(f);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcInvalidOperation);
}

typedef struct OtherThread {
        Fixture *f;
        Retcode rc;
} OtherThread;

static void *reply_elsewhere(void *arg) {
        OtherThread *o = arg;

        o->rc = Reply(o->f->link.listener, &o->f->server.out);
        return NULL;
}

static void reply_from_another_thread_is_an_invalid_operation(void **state) {
        Fixture *f = *state;
        OtherThread o = {.f = f};
        Caller c = CALLER_OF(f->link.clients[0]);
        pthread_t thread;

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        assert_int_equal(pthread_create(&thread, NULL, reply_elsewhere, &o), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(o.rc, rcInvalidOperation);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcOk); /* still ours */
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
}

static void second_recv_drops_the_first_request(void **state) {
        Fixture *f = *state;
        Caller first = CALLER_OF(f->link.clients[0]), second = CALLER_OF(f->link.clients[1]);

        t_caller_start(&first);
        t_server_take(&f->server, f->link.listener);
        t_caller_start(&second);
        t_server_serve(&f->server, f->link.listener);
        t_caller_join(&first);
        t_caller_join(&second);
        assert_int_equal(first.rc, rcFail);
        assert_int_equal(second.rc, rcOk);
}

static void recv_that_times_out_drops_the_request_too(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(t_server_recv(&f->server, f->link.listener, 0, INVALID_HANDLE), rcTimeout);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcFail);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcInvalidOperation);
}

static void *take_and_leave(void *arg) {
        Fixture *f = arg;

        (void)t_server_recv(&f->server, f->link.listener, INFINITE_TIMEOUT, INVALID_HANDLE);
        return NULL;
}

static void thread_that_ends_releases_its_client(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);
        pthread_t thread;

        t_caller_start(&c);
        assert_int_equal(pthread_create(&thread, NULL, take_and_leave, f), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcFail);
        fixture_assert_works(f);
}

/* --- several listeners in one thread --- */

static void thread_holds_exactly_its_limit_of_requests(void **state) {
        enum { N = RECV_PENDING_MAX + 1 };
        Link links[N];
        Caller callers[N];
        Server server;

        (void)state;
        t_server_init(&server);
        for (uint32_t i = 0; i < N; i++) {
                t_link_make(&links[i], 1, 0);
                callers[i] = (Caller)CALLER_OF(links[i].clients[0]);
                t_caller_start(&callers[i]);
        }
        for (uint32_t i = 0; i < N - 1; i++)
                t_server_take(&server, links[i].listener);
        assert_int_equal(t_server_recv(&server, links[N - 1].listener, INFINITE_TIMEOUT, INVALID_HANDLE),
                rcQuotaExceeded);

        assert_int_equal(t_server_dispatch(&server), NK_EOK);
        assert_int_equal(Reply(links[3].listener, &server.out), rcOk);
        t_server_serve(&server, links[N - 1].listener);
        /* A listener that is closed gives its place back as well. */
        assert_int_equal(KnHandleClose(links[4].listener), rcOk);
        for (uint32_t i = 0; i < N; i++)
                t_link_end(&links[i]);
        for (uint32_t i = 0; i < N; i++)
                t_caller_join(&callers[i]);
        assert_int_equal(callers[3].rc, rcOk);
        assert_int_equal(callers[N - 1].rc, rcOk);
        assert_int_equal(callers[4].rc, rcNotConnected);
}

static void closed_listener_gives_its_place_back(void **state) {
        enum { N = RECV_PENDING_MAX };
        Link links[N];
        Caller callers[N];
        Server server;

        t_server_init(&server);
        for (uint32_t i = 0; i < N; i++) {
                t_link_make(&links[i], 1, 0);
                callers[i] = (Caller)CALLER_OF(links[i].clients[0]);
                t_caller_start(&callers[i]);
                t_server_take(&server, links[i].listener);
        }
        assert_int_equal(KnHandleClose(links[0].listener), rcOk);
        fixture_assert_works(*state);
        for (uint32_t i = 0; i < N; i++) {
                (void)KnHandleClose(links[i].listener);
                t_caller_join(&callers[i]);
                assert_int_equal(callers[i].rc, rcNotConnected);
                t_link_end(&links[i]);
        }
}

/* --- no result --- */

/* Takes a Put whose dispatch fails, and replies all the same. */
static Retcode put_with_failing_dispatch(Fixture *f, nk_err_t result) {
        Caller c = CALLER_OF(f->link.clients[0]);

        f->server.keeper.put_result = result;
        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(t_server_dispatch(&f->server), result);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcOk);
        t_caller_join(&c);
        f->server.keeper.put_result = NK_EOK;
        return c.rc;
}

static void reply_after_a_failed_dispatch_releases_the_client(void **state) {
        assert_int_equal(put_with_failing_dispatch(*state, NK_EINVAL), rcResourceNotFound);
        fixture_assert_works(*state);
}

static void old_answer_does_not_pass_for_a_new_one(void **state) {
        fixture_assert_works(*state); /* the same method, so RIID and MID fit */
        assert_int_equal(put_with_failing_dispatch(*state, NK_EBADMSG), rcResourceNotFound);
}

static void answer_that_was_only_reset_has_no_result(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        nk_req_reset(&f->server.res.put); /* right size, RIID 0 and MID 0, as the request */
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcResourceNotFound);
}

static void answer_of_another_method_has_no_result(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        nk_msg_set_method_id(&f->server.res, KEEPER_LOG_IID, KEEPER_WRITE_MID);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcResourceNotFound);
}

/* req and res in one memory: the request must not pass for its own answer. */
static void request_sent_back_has_no_result(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);
        SMsgHdr out;

        PackOutMsg(&out, &f->server.req.base_, NULL);
        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(Reply(f->link.listener, &out), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcResourceNotFound);
}

static void reply_without_a_message_releases_the_client(void **state) {
        Fixture *f = *state;
        const SMsgHdr *bad[] = {NULL, &f->server.in};

        for (int i = 0; i < 2; i++) {
                Caller c = CALLER_OF(f->link.clients[0]);

                t_caller_start(&c);
                t_server_take(&f->server, f->link.listener);
                assert_int_equal(Reply(f->link.listener, bad[i]), rcInvalidArgument);
                t_caller_join(&c);
                assert_int_equal(c.rc, rcInvalidArgument);
        }
}

/* The code of a refusal on the way reaches both ends as it is. */
static void denied_answer_reaches_the_client_as_denied(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(ipc_reply_status(f->link.listener, rcSecurityDisallow), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcSecurityDisallow);
        assert_int_equal(ipc_reply_status(f->link.listener, rcFail), rcInvalidOperation);
        assert_int_equal(ipc_reply_status(INVALID_HANDLE, rcFail), rcInvalidArgument);
}

/* --- ends that go away --- */

static void call_to_a_dead_server_is_not_connected(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_link_server_died(&f->link);
        t_call(&c);
        assert_int_equal(c.rc, rcNotConnected);
}

static void death_of_the_server_ends_a_call_that_waits(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_wait_asleep(&c.tid);
        t_link_server_died(&f->link);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcNotConnected);
}

static void death_of_the_server_ends_a_call_that_is_served(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        t_link_server_died(&f->link);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcNotConnected);
}

static void reply_to_a_dead_client_is_not_connected(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[1]);

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        t_link_client_died(&f->link, 1);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcNotConnected);
        t_caller_join(&c);
        fixture_assert_works(f); /* the other client */
}

static void requests_of_a_dead_client_vanish(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[1]);

        t_caller_start(&c);
        t_wait_phase(f->link.mem[1], CHAN_PHASE_POSTED);
        t_link_client_died(&f->link, 1);
        assert_int_equal(t_server_recv(&f->server, f->link.listener, 0, INVALID_HANDLE), rcTimeout);
        t_caller_join(&c);
}

static void closing_the_listener_ends_calls_and_receipts(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]), later = CALLER_OF(f->link.clients[1]);
        Serving serving;

        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        t_serving_start(&serving, f->link.listener, 2);
        t_wait_asleep(&serving.threads[0].tid);
        t_wait_asleep(&serving.threads[1].tid);
        assert_int_equal(KnHandleClose(f->link.listener), rcOk);
        t_serving_join(&serving);
        t_caller_join(&c);
        assert_int_equal(serving.threads[0].result, NK_ENOTCONN);
        assert_int_equal(serving.threads[1].result, NK_ENOTCONN);
        assert_int_equal(c.rc, rcNotConnected);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcInvalidArgument);
        t_call(&later);
        assert_int_equal(later.rc, rcNotConnected);
}

static void closing_a_client_handle_ends_its_calls(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]), served = CALLER_OF(f->link.clients[1]);

        t_caller_start(&c);
        t_wait_asleep(&c.tid);
        assert_int_equal(KnHandleClose(f->link.clients[0]), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcNotConnected);
        t_call(&c);
        assert_int_equal(c.rc, rcInvalidArgument);

        t_caller_start(&served);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        assert_int_equal(KnHandleClose(f->link.clients[1]), rcOk);
        t_caller_join(&served);
        assert_int_equal(served.rc, rcNotConnected);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcNotConnected);
}

static void closing_what_is_not_open_is_an_invalid_argument(void **state) {
        Fixture *f = *state;

        assert_int_equal(KnHandleClose(INVALID_HANDLE), rcInvalidArgument);
        assert_int_equal(KnHandleClose(0), rcInvalidArgument);
        assert_int_equal(KnHandleClose(f->link.clients[0]), rcOk);
        assert_int_equal(KnHandleClose(f->link.clients[0]), rcInvalidArgument);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(reply_without_a_request_is_an_invalid_operation),
                CASE(second_reply_is_an_invalid_operation),
                CASE(reply_from_another_thread_is_an_invalid_operation),
                CASE(second_recv_drops_the_first_request),
                CASE(recv_that_times_out_drops_the_request_too),
                CASE(thread_that_ends_releases_its_client),
                cmocka_unit_test(thread_holds_exactly_its_limit_of_requests),
                CASE(closed_listener_gives_its_place_back),
                CASE(reply_after_a_failed_dispatch_releases_the_client),
                CASE(old_answer_does_not_pass_for_a_new_one),
                CASE(answer_that_was_only_reset_has_no_result),
                CASE(answer_of_another_method_has_no_result),
                CASE(request_sent_back_has_no_result),
                CASE(reply_without_a_message_releases_the_client),
                CASE(denied_answer_reaches_the_client_as_denied),
                CASE(call_to_a_dead_server_is_not_connected),
                CASE(death_of_the_server_ends_a_call_that_waits),
                CASE(death_of_the_server_ends_a_call_that_is_served),
                CASE(reply_to_a_dead_client_is_not_connected),
                CASE(requests_of_a_dead_client_vanish),
                CASE(closing_the_listener_ends_calls_and_receipts),
                CASE(closing_a_client_handle_ends_its_calls),
                CASE(closing_what_is_not_open_is_an_invalid_argument),
        };

        return cmocka_run_group_tests_name("pending", tests, NULL, NULL);
}
