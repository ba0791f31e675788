/* SPDX-License-Identifier: MIT */
/*
 * Time limits and interrupts: CallEx, RecvEx, the channel's deadline, sync objects.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/ipc/ipc_api.h>

#include "fixture.h"
#include "support/caller.h"

static Handle make_sync(void) {
        Handle sync = INVALID_HANDLE;

        assert_int_equal(KnIpcCreateSyncObject(&sync), rcOk);
        return sync;
}

/* --- time --- */

static void call_nobody_receives_times_out(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        c.timeout_ms = 5;
        t_call(&c);
        assert_int_equal(c.rc, rcTimeout);
        /* It was withdrawn: the server does not see it. */
        assert_int_equal(t_server_recv(&f->server, f->link.listener, 0, INVALID_HANDLE), rcTimeout);
        fixture_assert_works(f);
}

static void call_that_is_served_too_long_times_out(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        c.timeout_ms = 50;
        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcTimeout);
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        (void)Reply(f->link.listener, &f->server.out); /* thrown away */
        fixture_assert_works(f);
}

static void call_without_any_time_fails_at_once(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        c.timeout_ms = 0;
        t_call(&c);
        assert_int_equal(c.rc, rcTimeout);
}

static void deadline_of_the_channel_holds_for_calls_without_a_limit(void **state) {
        Link link;
        Caller c;

        (void)state;
        t_link_make(&link, 1, 5);
        c = (Caller)CALLER_OF(link.clients[0]);
        t_call(&c);
        assert_int_equal(c.rc, rcTimeout);
        t_link_end(&link);
}

static void recv_times_out(void **state) {
        Fixture *f = *state;

        assert_int_equal(t_server_recv(&f->server, f->link.listener, 0, INVALID_HANDLE), rcTimeout);
        assert_int_equal(t_server_recv(&f->server, f->link.listener, 5, INVALID_HANDLE), rcTimeout);
        fixture_assert_works(f);
}

static void recv_without_any_time_still_finds_what_is_there(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        t_caller_start(&c);
        t_wait_phase(f->link.mem[0], CHAN_PHASE_POSTED);
        while (t_server_recv(&f->server, f->link.listener, 0, INVALID_HANDLE) == rcTimeout)
                continue; /* posted, and announced a moment later */
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
}

/* --- interrupts --- */

static void fresh_object_does_not_interrupt(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        c.sync = make_sync();
        t_caller_start(&c);
        t_server_serve(&f->server, f->link.listener);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
        assert_int_equal(KnHandleClose(c.sync), rcOk);
}

static void call_that_waits_is_interrupted(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        c.sync = make_sync();
        t_caller_start(&c);
        t_wait_asleep(&c.tid);
        assert_int_equal(KnIpcSetInterrupt(c.sync), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcIpcInterrupt);
        assert_int_equal(KnHandleClose(c.sync), rcOk);
        fixture_assert_works(f);
}

static void call_that_was_received_is_not_interrupted(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        c.sync = make_sync();
        t_caller_start(&c);
        t_server_take(&f->server, f->link.listener);
        assert_int_equal(KnIpcSetInterrupt(c.sync), rcOk);
        t_wait_asleep(&c.tid);
        assert_int_equal(t_server_dispatch(&f->server), NK_EOK);
        assert_int_equal(Reply(f->link.listener, &f->server.out), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
        assert_int_equal(c.slot, 42);
        assert_int_equal(KnHandleClose(c.sync), rcOk);
}

static void interrupt_is_a_level(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        c.sync = make_sync();
        assert_int_equal(KnIpcSetInterrupt(c.sync), rcOk);
        assert_int_equal(KnIpcSetInterrupt(c.sync), rcOk);
        for (int i = 0; i < 2; i++) { /* stays set */
                t_call(&c);
                assert_int_equal(c.rc, rcIpcInterrupt);
        }
        assert_int_equal(KnIpcClearInterrupt(c.sync), rcOk);
        t_caller_start(&c);
        t_server_serve(&f->server, f->link.listener);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
        assert_int_equal(KnHandleClose(c.sync), rcOk);
}

typedef struct Receiver {
        Fixture *f;
        Handle sync;
        _Atomic int tid;
        pthread_t thread;
        Retcode rc;
} Receiver;

static void *receive(void *arg) {
        Receiver *r = arg;

        r->tid = gettid();
        r->rc = t_server_recv(&r->f->server, r->f->link.listener, INFINITE_TIMEOUT, r->sync);
        return NULL;
}

static void receiver_start(Receiver *r) {
        assert_int_equal(pthread_create(&r->thread, NULL, receive, r), 0);
}

static void receiver_join(Receiver *r) {
        assert_int_equal(pthread_join(r->thread, NULL), 0);
}

static void recv_that_waits_is_interrupted(void **state) {
        Fixture *f = *state;
        Receiver r = {.f = f, .sync = make_sync()};

        receiver_start(&r);
        t_wait_asleep(&r.tid);
        assert_int_equal(KnIpcSetInterrupt(r.sync), rcOk);
        receiver_join(&r);
        assert_int_equal(r.rc, rcIpcInterrupt);
        assert_int_equal(KnHandleClose(r.sync), rcOk);
        fixture_assert_works(f);
}

static void recv_with_the_object_set_does_not_wait(void **state) {
        Fixture *f = *state;
        Handle sync = make_sync();

        assert_int_equal(KnIpcSetInterrupt(sync), rcOk);
        assert_int_equal(t_server_recv(&f->server, f->link.listener, INFINITE_TIMEOUT, sync), rcIpcInterrupt);
        assert_int_equal(KnHandleClose(sync), rcOk);
}

static void waits_with_another_object_or_none_go_on(void **state) {
        Fixture *f = *state;
        Caller a = CALLER_OF(f->link.clients[0]), b = CALLER_OF(f->link.clients[1]);
        Handle set = make_sync();

        a.sync = make_sync();
        t_caller_start(&a);
        t_caller_start(&b);
        t_wait_asleep(&a.tid);
        t_wait_asleep(&b.tid);
        assert_int_equal(KnIpcSetInterrupt(set), rcOk);
        t_server_serve(&f->server, f->link.listener);
        t_server_serve(&f->server, f->link.listener);
        t_caller_join(&a);
        t_caller_join(&b);
        assert_int_equal(a.rc, rcOk);
        assert_int_equal(b.rc, rcOk);
        assert_int_equal(KnHandleClose(a.sync), rcOk);
        assert_int_equal(KnHandleClose(set), rcOk);
}

static void closing_the_object_interrupts_its_waiters(void **state) {
        Fixture *f = *state;
        Caller c = CALLER_OF(f->link.clients[0]);

        c.sync = make_sync();
        t_caller_start(&c);
        t_wait_asleep(&c.tid);
        assert_int_equal(KnHandleClose(c.sync), rcOk);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcIpcInterrupt);
        t_call(&c);
        assert_int_equal(c.rc, rcInvalidArgument); /* no object any more */
}

/* --- arguments --- */

static void what_is_no_sync_object_is_refused(void **state) {
        Fixture *f = *state;
        const Handle bad[] = {0, 4000, f->link.clients[0], f->link.listener};

        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
                Caller c = CALLER_OF(f->link.clients[0]);

                c.sync = bad[i];
                t_call(&c);
                assert_int_equal(c.rc, rcInvalidArgument);
                assert_int_equal(t_server_recv(&f->server, f->link.listener, 0, bad[i]), rcInvalidArgument);
                assert_int_equal(KnIpcSetInterrupt(bad[i]), rcInvalidArgument);
                assert_int_equal(KnIpcClearInterrupt(bad[i]), rcInvalidArgument);
        }
        assert_int_equal(KnIpcSetInterrupt(INVALID_HANDLE), rcInvalidArgument);
        assert_int_equal(KnIpcCreateSyncObject(NULL), rcInvalidArgument);
}

static void sync_objects_end_at_the_limit_of_handles(void **state) {
        Handle *syncs = calloc(HANDLE_OPEN_MAX, sizeof *syncs), untouched = 7;
        uint32_t n = 0;
        Retcode rc;

        (void)state;
        while ((rc = KnIpcCreateSyncObject(&syncs[n])) == rcOk)
                assert_true(++n < HANDLE_OPEN_MAX);
        /* Which limit comes first depends on the host's limit of descriptors. */
        assert_true(rc == rcQuotaExceeded || rc == rcOutOfMemory);
        assert_int_equal(KnIpcCreateSyncObject(&untouched), rc);
        assert_int_equal(untouched, 7);
        while (n > 0)
                assert_int_equal(KnHandleClose(syncs[--n]), rcOk);
        free(syncs);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(call_nobody_receives_times_out),
                CASE(call_that_is_served_too_long_times_out),
                CASE(call_without_any_time_fails_at_once),
                cmocka_unit_test(deadline_of_the_channel_holds_for_calls_without_a_limit),
                CASE(recv_times_out),
                CASE(recv_without_any_time_still_finds_what_is_there),
                CASE(fresh_object_does_not_interrupt),
                CASE(call_that_waits_is_interrupted),
                CASE(call_that_was_received_is_not_interrupted),
                CASE(interrupt_is_a_level),
                CASE(recv_that_waits_is_interrupted),
                CASE(recv_with_the_object_set_does_not_wait),
                CASE(waits_with_another_object_or_none_go_on),
                CASE(closing_the_object_interrupts_its_waiters),
                CASE(what_is_no_sync_object_is_refused),
                CASE(sync_objects_end_at_the_limit_of_handles),
        };

        return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
