/* SPDX-License-Identifier: MIT */
/*
 * Condition variables: a queue of waiters, and the mutex that they give up and get back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <coresrv/time/time_api.h>
#include <kos/condvar.h>
#include <kos/mutex.h>

#include "support/runner.h"

#define N_WAITERS 5
#define N_ITEMS   5000

typedef struct Meeting {
        KosMutex mutex;
        KosCondvar condvar;
        int order[N_WAITERS]; /* numbers of the waiters as they came out */
        int n_out;
} Meeting;

typedef struct Waiter {
        Meeting *meeting;
        rtl_uint32_t msec;
        int number;
        Retcode rc;
        Runner thread;
} Waiter;

static void meeting_init(Meeting *m, int recursive) {
        *m = (Meeting){.n_out = 0};
        KosMutexInitEx(&m->mutex, recursive);
        KosCondvarInit(&m->condvar);
}

static void meeting_deinit(Meeting *m) {
        KosCondvarDeinit(&m->condvar);
        KosMutexDeinit(&m->mutex);
}

static void wait_once(void *arg) {
        Waiter *w = arg;
        Meeting *m = w->meeting;

        KosMutexLock(&m->mutex);
        w->rc = KosCondvarWaitTimeout(&m->condvar, &m->mutex, w->msec);
        m->order[m->n_out++] = w->number;
        KosMutexUnlock(&m->mutex);
}

/* Blocked and the mutex free: it can only be in the queue. */
static void begin(Waiter *w, Meeting *m, int number, rtl_uint32_t msec) {
        *w = (Waiter){.meeting = m, .number = number, .msec = msec, .rc = rcFail};
        t_start(&w->thread, wait_once, w);
        t_wait_blocked(&w->thread);
        KosMutexLock(&m->mutex);
        KosMutexUnlock(&m->mutex);
}

static void wait_that_is_not_signalled_times_out_with_the_mutex(void **state) {
        Meeting m;
        rtl_size_t before;

        (void)state;
        meeting_init(&m, 0);
        KosMutexLock(&m.mutex);
        assert_int_equal(KosCondvarWaitTimeout(&m.condvar, &m.mutex, 0), rcTimeout);
        before = KnGetMSecSinceStart();
        assert_int_equal(KosCondvarWaitTimeout(&m.condvar, &m.mutex, 20), rcTimeout);
        assert_true(KnGetMSecSinceStart() - before >= 19);
        assert_int_equal(KosMutexTryLock(&m.mutex), rcBusy);
        KosMutexUnlock(&m.mutex);
        assert_false(KosMutexIsLocked(&m.mutex));
        meeting_deinit(&m);
}

static void wait_without_the_mutex_is_refused(void **state) {
        Meeting m;

        (void)state;
        meeting_init(&m, 0);
        assert_int_equal(KosCondvarWait(&m.condvar, &m.mutex), rcInvalidOperation);
        assert_int_equal(KosCondvarWaitTimeout(&m.condvar, &m.mutex, 1), rcInvalidOperation);
        meeting_deinit(&m);
}

static void signal_that_nobody_waits_for_has_no_effect(void **state) {
        Meeting m;

        (void)state;
        meeting_init(&m, 0);
        KosCondvarSignal(&m.condvar);
        KosCondvarBroadcast(&m.condvar);
        KosMutexLock(&m.mutex);
        assert_int_equal(KosCondvarWaitTimeout(&m.condvar, &m.mutex, 1), rcTimeout);
        KosMutexUnlock(&m.mutex);
        meeting_deinit(&m);
}

static void join_all(Waiter *waiters) {
        for (int i = 0; i < N_WAITERS; i++) {
                t_join(&waiters[i].thread);
                assert_int_equal(waiters[i].rc, rcOk);
        }
}

static void signals_wake_in_the_order_of_the_queue(void **state) {
        Meeting m;
        Waiter waiters[N_WAITERS];

        (void)state;
        meeting_init(&m, 0);
        for (int i = 0; i < N_WAITERS; i++)
                begin(&waiters[i], &m, i, i % 2 ? INFINITE_TIMEOUT : 100000);
        for (int i = 0; i < N_WAITERS; i++) {
                KosCondvarSignal(&m.condvar);
                while (!waiters[i].thread.is_done)
                        (void)sched_yield();
                assert_int_equal(m.n_out, i + 1);
                assert_int_equal(m.order[i], i);
        }
        join_all(waiters);
        meeting_deinit(&m);
}

static void broadcast_wakes_all(void **state) {
        Meeting m;
        Waiter waiters[N_WAITERS];

        (void)state;
        meeting_init(&m, 0);
        for (int i = 0; i < N_WAITERS; i++)
                begin(&waiters[i], &m, i, INFINITE_TIMEOUT);
        KosCondvarBroadcast(&m.condvar);
        join_all(waiters);
        assert_int_equal(m.n_out, N_WAITERS);
        meeting_deinit(&m);
}

/* First, last and one in the middle leave the queue by themselves. */
static void those_who_time_out_leave_the_queue(void **state) {
        static const rtl_uint32_t limits[N_WAITERS] = {30, INFINITE_TIMEOUT, 30, INFINITE_TIMEOUT, 30};
        Meeting m;
        Waiter waiters[N_WAITERS];

        (void)state;
        meeting_init(&m, 0);
        for (int i = 0; i < N_WAITERS; i++)
                begin(&waiters[i], &m, i, limits[i]);
        for (int i = 0; i < N_WAITERS; i += 2) {
                t_join(&waiters[i].thread);
                assert_int_equal(waiters[i].rc, rcTimeout);
        }
        for (int i = 1; i < N_WAITERS; i += 2) {
                KosCondvarSignal(&m.condvar);
                t_join(&waiters[i].thread);
                assert_int_equal(waiters[i].rc, rcOk);
        }
        assert_int_equal(m.order[3], 1);
        assert_int_equal(m.order[4], 3);
        meeting_deinit(&m);
}

static void wait_frees_a_recursive_mutex_altogether_and_restores_it(void **state) {
        Meeting m;
        Waiter w;

        (void)state;
        meeting_init(&m, 1);
        begin(&w, &m, 0, INFINITE_TIMEOUT);
        KosMutexLock(&m.mutex);
        KosMutexLock(&m.mutex);
        KosCondvarSignal(&m.condvar);
        assert_int_equal(KosCondvarWaitTimeout(&m.condvar, &m.mutex, 0), rcTimeout);
        while (!w.thread.is_done)
                (void)KosCondvarWaitTimeout(&m.condvar, &m.mutex, 1);
        KosMutexUnlock(&m.mutex);
        assert_true(KosMutexIsLocked(&m.mutex));
        KosMutexUnlock(&m.mutex);
        assert_false(KosMutexIsLocked(&m.mutex));
        t_join(&w.thread);
        meeting_deinit(&m);
}

/* One item at a time between producers and consumers. */
typedef struct Shelf {
        KosMutex mutex;
        KosCondvar filled, emptied;
        int item; /* 0: none */
        long sum;
        int n_taken;
} Shelf;

static Shelf shelf;

static void put_items(void *arg) {
        (void)arg;
        for (int i = 1; i <= N_ITEMS; i++) {
                KosMutexLock(&shelf.mutex);
                while (shelf.item != 0)
                        (void)KosCondvarWait(&shelf.emptied, &shelf.mutex);
                shelf.item = i;
                KosCondvarSignal(&shelf.filled);
                KosMutexUnlock(&shelf.mutex);
        }
}

static void take_items(void *arg) {
        (void)arg;
        KosMutexLock(&shelf.mutex);
        while (shelf.n_taken < 2 * N_ITEMS) {
                if (shelf.item == 0) {
                        (void)KosCondvarWaitTimeout(&shelf.filled, &shelf.mutex, 50);
                        continue;
                }
                shelf.sum += shelf.item;
                shelf.item = 0;
                shelf.n_taken++;
                KosCondvarSignal(&shelf.emptied);
        }
        KosMutexUnlock(&shelf.mutex);
}

static void put_or_take(void *arg) {
        (*(void (**)(void *))arg)(NULL);
}

static void nothing_is_lost_between_producers_and_consumers(void **state) {
        void (*roles[4])(void *) = {put_items, take_items, put_items, take_items};

        (void)state;
        KosMutexInit(&shelf.mutex);
        KosCondvarInit(&shelf.filled);
        KosCondvarInit(&shelf.emptied);
        t_run_all(4, put_or_take, roles, sizeof roles[0]);
        assert_int_equal(shelf.n_taken, 2 * N_ITEMS);
        assert_int_equal(shelf.sum, (long)N_ITEMS * (N_ITEMS + 1));
        KosCondvarDeinit(&shelf.emptied);
        KosCondvarDeinit(&shelf.filled);
        KosMutexDeinit(&shelf.mutex);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(wait_that_is_not_signalled_times_out_with_the_mutex),
                cmocka_unit_test(wait_without_the_mutex_is_refused),
                cmocka_unit_test(signal_that_nobody_waits_for_has_no_effect),
                cmocka_unit_test(signals_wake_in_the_order_of_the_queue),
                cmocka_unit_test(broadcast_wakes_all),
                cmocka_unit_test(those_who_time_out_leave_the_queue),
                cmocka_unit_test(wait_frees_a_recursive_mutex_altogether_and_restores_it),
                cmocka_unit_test(nothing_is_lost_between_producers_and_consumers),
        };

        return cmocka_run_group_tests_name("condvar", tests, NULL, NULL);
}
