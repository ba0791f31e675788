/* SPDX-License-Identifier: MIT */
/*
 * The table of threads at its limit: what is remembered, what is forgotten, and that nothing is left of
 * threads that nobody waited for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <kos/event.h>
#include <kos/thread.h>

#include "kos/threads.h"

#define N_MORE 64

static int end_with(void *context) {
        return (int)(intptr_t)context;
}

static Tid start(int code) {
        Tid tid;

        assert_int_equal(KosThreadCreate(&tid, 15, 0, end_with, (void *)(intptr_t)code, 0), rcOk);
        return tid;
}

static void numbers_are_not_given_out_again_soon(void **state) {
        Tid first = start(1), last = first;

        (void)state;
        assert_int_equal(KosThreadWait(first, INFINITE_TIMEOUT), 1);
        for (int i = 0; i < N_MORE; i++) {
                Tid tid = start(2);

                assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 2);
                assert_int_not_equal(tid, first);
                assert_int_not_equal(tid, last);
                last = tid;
        }
        assert_int_equal(KosThreadWait(first, 0), 1);
}

/* Far more than there is room for: the stacks of all together would not fit a chamber either. */
static void ended_threads_are_forgotten_in_their_order(void **state) {
        static Tid tids[KOS_THREAD_MAX];
        Tid first = start(3);

        (void)state;
        assert_int_equal(KosThreadWait(first, INFINITE_TIMEOUT), 3);
        for (unsigned i = 0; i < KOS_THREAD_MAX; i++) {
                tids[i] = start(4);
                if (i % 8 == 0)
                        assert_int_equal(KosThreadWait(tids[i], INFINITE_TIMEOUT), 4);
        }
        for (unsigned i = 0; i < N_MORE; i++)
                assert_int_equal(KosThreadWait(start(5), INFINITE_TIMEOUT), 5);
        for (unsigned i = 0; i < KOS_THREAD_MAX; i++) {
                int code = KosThreadWait(tids[i], INFINITE_TIMEOUT);

                assert_true(code == 4 || (code == -1 && i <= 2 * N_MORE));
        }
        assert_int_equal(KosThreadWait(first, 0), -1);
}

/* --- at the limit, with records instead of threads --- */

static void table_has_its_limit(void **state) {
        static Thread *added[KOS_THREAD_MAX];
        unsigned n = 0;
        Tid tid;

        (void)state;
        (void)KosThreadCurrentId();
        (void)pthread_mutex_lock(&threads_lock);
        while (n < KOS_THREAD_MAX && (added[n] = threads_add()) != NULL)
                n++;
        (void)pthread_mutex_unlock(&threads_lock);
        assert_int_equal(n, KOS_THREAD_MAX - 1); /* and this one */

        assert_int_equal(KosThreadCreate(&tid, 15, 0, end_with, NULL, 0), rcQuotaExceeded);
        assert_int_equal(KosThreadCreateDetached(NULL, 15, 0, end_with, NULL, 0), rcQuotaExceeded);
        (void)pthread_mutex_lock(&threads_lock);
        threads_drop(added[--n]);
        (void)pthread_mutex_unlock(&threads_lock);
        tid = start(6);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 6);
        tid = start(7);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 7);

        (void)pthread_mutex_lock(&threads_lock);
        while (n > 0)
                threads_drop(added[--n]);
        (void)pthread_mutex_unlock(&threads_lock);
}

static int set_event(void *context) {
        KosEventSet(context);
        return 0;
}

static void detached_threads_leave_nothing(void **state) {
        KosEvent event;
        Tid tid;

        (void)state;
        KosEventInit(&event);
        for (unsigned i = 0; i < N_MORE; i++) {
                assert_int_equal(
                        KosThreadCreateDetached(i % 2 ? &tid : NULL, 15, 0, set_event, &event, 0), rcOk);
                KosEventWait(&event, rtl_true);
        }
        assert_int_equal(KosThreadCreateDetached(&tid, 15, 0, set_event, &event, 1), rcOk);
        assert_int_equal(KosThreadWait(tid, 0), -1);
        assert_int_equal(KosThreadResume(tid), rcOk);
        KosEventWait(&event, rtl_true);
        while (KosThreadResume(tid) != rcInvalidArgument)
                KosThreadYield();
        KosEventDeinit(&event);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_are_not_given_out_again_soon),
                cmocka_unit_test(ended_threads_are_forgotten_in_their_order),
                cmocka_unit_test(table_has_its_limit),
                cmocka_unit_test(detached_threads_leave_nothing),
        };

        return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
