/* SPDX-License-Identifier: MIT */
/*
 * Threads that end before their routine returns: by themselves, and by others, at each ending point. What
 * they waited for must be as good as before.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <coresrv/thread/thread_api.h>
#include <kos/condvar.h>
#include <kos/event.h>
#include <kos/mutex.h>
#include <kos/queue.h>
#include <kos/semaphore.h>
#include <kos/thread.h>

#include "support/caller.h"
#include "support/runner.h"

#define CODE    -77
#define N_RACES 300

static struct {
        KosEvent event;
        KosSemaphore semaphore;
        KosMutex mutex;
        KosCondvar condvar;
        KosQueueHandle queue;
        _Atomic Tid never; /* a thread that does not end */
        _Atomic int tid;
        _Atomic int n_cleaned, n_begun;
} w;

static int sleep_for_ever(void *context) {
        (void)context;
        (void)KnSleep(INFINITE_TIMEOUT);
        return 1;
}

static Tid start(ThreadRoutine routine, void *context) {
        Tid tid;

        assert_int_equal(KosThreadCreate(&tid, ThreadPriorityNormal, 0, routine, context, 0), rcOk);
        return tid;
}

static int set_up(void **state) {
        (void)state;
        KosEventInit(&w.event);
        assert_int_equal(KosSemaphoreInit(&w.semaphore, 0), rcOk);
        KosMutexInitEx(&w.mutex, 1);
        KosCondvarInit(&w.condvar);
        w.queue = KosQueueCreate(2, 8, 8, NULL);
        w.never = start(sleep_for_ever, NULL);
        w.n_cleaned = 0;
        return w.queue ? 0 : -1;
}

static int tear_down(void **state) {
        (void)state;
        assert_int_equal(KosThreadTerminate(w.never, 0), rcOk);
        assert_int_equal(KosThreadWait(w.never, INFINITE_TIMEOUT), 0);
        KosQueueDestroy(w.queue);
        KosCondvarDeinit(&w.condvar);
        KosMutexDeinit(&w.mutex);
        assert_int_equal(KosSemaphoreDeinit(&w.semaphore), rcOk);
        KosEventDeinit(&w.event);
        return 0;
}

/* --- by itself --- */

static void count_clean_up(void *unused) {
        (void)unused;
        w.n_cleaned++;
}

static int exit_early(void *context) {
        pthread_cleanup_push(count_clean_up, NULL);
        KosThreadExit(*(int *)context);
        pthread_cleanup_pop(0);
        return 1;
}

static int terminate_itself(void *context) {
        (void)KosThreadTerminate(KosThreadCurrentId(), *(int *)context);
        return 1;
}

static void thread_exits_with_its_code(void **state) {
        int code = CODE;

        (void)state;
        assert_int_equal(KosThreadWait(start(exit_early, &code), INFINITE_TIMEOUT), CODE);
        assert_int_equal(w.n_cleaned, 1);
        assert_int_equal(KosThreadWait(start(terminate_itself, &code), INFINITE_TIMEOUT), CODE);
}

static void *exit_stranger(void *arg) {
        KosThreadExit(*(int *)arg);
        return NULL;
}

static void thread_of_others_exits_too(void **state) {
        int code = CODE;
        pthread_t thread;
        void *result;

        (void)state;
        assert_int_equal(pthread_create(&thread, NULL, exit_stranger, &code), 0);
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_int_equal((int)(intptr_t)result, CODE);
}

/* --- by others --- */

static void wait_event(void) {
        KosEventWait(&w.event, rtl_false);
}

static void wait_event_limited(void) {
        (void)KosEventWaitTimeout(&w.event, rtl_true, 1000000);
}

static void wait_semaphore(void) {
        (void)KosSemaphoreWait(&w.semaphore);
}

static void wait_semaphore_limited(void) {
        (void)KosSemaphoreWaitTimeout(&w.semaphore, 1000000);
}

static void wait_condvar(void) {
        KosMutexLock(&w.mutex);
        KosMutexLock(&w.mutex);
        (void)KosCondvarWait(&w.condvar, &w.mutex);
}

static void wait_condvar_limited(void) {
        KosMutexLock(&w.mutex);
        (void)KosCondvarWaitTimeout(&w.condvar, &w.mutex, 1000000);
}

static void wait_queue(void) {
        (void)KosQueuePop(w.queue, INFINITE_TIMEOUT);
}

static void wait_thread(void) {
        (void)KosThreadWait(w.never, INFINITE_TIMEOUT);
}

static void wait_sleep(void) {
        (void)KosThreadSleep(1000000);
}

static void wait_sleep_for_ever(void) {
        (void)KnSleep(INFINITE_TIMEOUT);
}

static void wait_suspended(void) {
        (void)KosThreadSuspend(KosThreadCurrentId());
}

static void (*const waits[])(void) = {wait_event, wait_event_limited, wait_semaphore, wait_semaphore_limited,
        wait_condvar, wait_condvar_limited, wait_queue, wait_thread, wait_sleep, wait_sleep_for_ever,
        wait_suspended};

static int wait_somehow(void *context) {
        w.tid = gettid();
        pthread_cleanup_push(count_clean_up, NULL);
        (*(void (*const *)(void))context)();
        pthread_cleanup_pop(0);
        return 1;
}

/* Each object still does its work after somebody was ended on it. */
static void expect_all_well(void) {
        void *obj;

        assert_int_equal(KosEventWaitTimeout(&w.event, rtl_false, 0), rcTimeout);
        assert_int_equal(KosSemaphoreTryWait(&w.semaphore), rcBusy);
        assert_int_equal(KosSemaphoreDeinit(&w.semaphore), rcOk); /* nobody is counted any more */
        assert_int_equal(KosSemaphoreInit(&w.semaphore, 0), rcOk);
        assert_int_equal(KosMutexTryLock(&w.mutex), rcOk);
        KosCondvarSignal(&w.condvar);
        assert_int_equal(KosCondvarWaitTimeout(&w.condvar, &w.mutex, 1), rcTimeout);
        KosMutexUnlock(&w.mutex);
        obj = KosQueueAlloc(w.queue);
        KosQueuePush(w.queue, obj);
        assert_ptr_equal(KosQueuePop(w.queue, 0), obj);
        KosQueueFree(w.queue, obj);
        assert_int_equal(KosThreadWait(w.never, 0), rcTimeout);
}

static void waiting_thread_is_ended(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
                Tid tid;

                w.tid = 0;
                tid = start(wait_somehow, (void *)(uintptr_t)&waits[i]);
                t_wait_asleep(&w.tid);
                assert_int_equal(KosThreadTerminate(tid, CODE), rcOk);
                assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), CODE);
                assert_int_equal(KosThreadTerminate(tid, 1), rcInvalidThreadState);
                assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), CODE);
                assert_int_equal(w.n_cleaned, i + 1);
                expect_all_well();
        }
}

/* The moment is whatever the scheduler makes of it: before, in, or between waits. */
static int wait_again_and_again(void *context) {
        for (unsigned i = 0;; i++) {
                void *obj = KosQueuePop(w.queue, i % 2);

                if (obj)
                        KosQueueFree(w.queue, obj);
                (void)KosEventWaitTimeout(&w.event, rtl_true, 1);
                if (KosSemaphoreWaitTimeout(&w.semaphore, 1) == rcOk)
                        (void)KosSemaphoreSignal(&w.semaphore);
                KosMutexLock(&w.mutex);
                (void)KosCondvarWaitTimeout(&w.condvar, &w.mutex, 1);
                KosMutexUnlock(&w.mutex);
        }
        return context != NULL;
}

static void ends_at_any_moment_leave_everything_whole(void **state) {
        (void)state;
        for (int i = 0; i < N_RACES; i++) {
                Tid tids[2] = {start(wait_again_and_again, NULL), start(wait_again_and_again, NULL)};
                void *obj = KosQueueAlloc(w.queue);

                if (obj)
                        KosQueuePush(w.queue, obj);
                KosEventSet(&w.event);
                (void)KosSemaphoreSignal(&w.semaphore);
                KosCondvarBroadcast(&w.condvar);
                for (int k = 0; k < 2; k++)
                        assert_int_equal(KosThreadTerminate(tids[k], CODE), rcOk);
                for (int k = 0; k < 2; k++)
                        assert_int_equal(KosThreadWait(tids[k], INFINITE_TIMEOUT), CODE);
                KosEventReset(&w.event);
                while (KosSemaphoreTryWait(&w.semaphore) == rcOk)
                        continue;
                KosQueueFlush(w.queue);
        }
        expect_all_well();
}

static int begin(void *context) {
        w.n_begun++;
        return context != NULL;
}

static void thread_that_has_not_begun_never_does(void **state) {
        Tid tid;

        (void)state;
        w.n_begun = 0;
        assert_int_equal(KosThreadCreate(&tid, 15, 0, begin, NULL, 1), rcOk);
        assert_int_equal(KosThreadTerminate(tid, CODE), rcOk);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), CODE);
        assert_int_equal(w.n_begun, 0);
        assert_int_equal(KosThreadResume(tid), rcInvalidThreadState);
}

/* Blocks in the C library, which is no ending point, then returns. */
static int block_elsewhere(void *context) {
        char c;

        w.tid = gettid();
        return read(*(int *)context, &c, 1) == 1 ? c : -2;
}

static void own_end_comes_first_if_it_does(void **state) {
        int ends[2];
        Tid tid;

        (void)state;
        assert_int_equal(pipe(ends), 0);
        w.tid = 0;
        tid = start(block_elsewhere, &ends[0]);
        t_wait_asleep(&w.tid);
        assert_int_equal(KosThreadTerminate(tid, 1), rcOk);
        assert_int_equal(KosThreadTerminate(tid, CODE), rcOk);
        assert_int_equal(KosThreadWait(tid, 10), rcTimeout);
        assert_int_equal(write(ends[1], "x", 1), 1);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 'x');
        (void)close(ends[0]);
        (void)close(ends[1]);
}

static int yield_for_ever(void *context) {
        while (context)
                KosThreadYield();
        return 1;
}

static int block_and_sleep(void *context) {
        (void)block_elsewhere(context);
        (void)KnSleep(INFINITE_TIMEOUT);
        return 1;
}

static void first_request_to_end_counts(void **state) {
        int ends[2];
        Tid tid;

        (void)state;
        assert_int_equal(pipe(ends), 0);
        w.tid = 0;
        tid = start(block_and_sleep, &ends[0]);
        t_wait_asleep(&w.tid);
        assert_int_equal(KosThreadTerminate(tid, CODE), rcOk);
        assert_int_equal(KosThreadTerminate(tid, 1), rcOk);
        assert_int_equal(write(ends[1], "x", 1), 1);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), CODE);
        (void)close(ends[0]);
        (void)close(ends[1]);
}

static void yielding_thread_is_ended(void **state) {
        Tid tid = start(yield_for_ever, &w);

        (void)state;
        assert_int_equal(KosThreadTerminate(tid, CODE), rcOk);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), CODE);
}

/* Every wait succeeds at once. */
static int take_and_give(void *context) {
        while (context) {
                void *obj = KosQueuePop(w.queue, INFINITE_TIMEOUT);

                (void)KosSemaphoreSignal(&w.semaphore);
                (void)KosSemaphoreWait(&w.semaphore);
                KosQueuePush(w.queue, obj);
        }
        return 1;
}

static void thread_that_never_has_to_wait_is_ended(void **state) {
        void *obj[2] = {KosQueueAlloc(w.queue), KosQueueAlloc(w.queue)};
        Tid tid;

        (void)state;
        KosQueuePush(w.queue, obj[0]);
        KosQueuePush(w.queue, obj[1]);
        tid = start(take_and_give, &w);
        assert_int_equal(KosThreadTerminate(tid, CODE), rcOk);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), CODE);
        while (KosSemaphoreTryWait(&w.semaphore) == rcOk)
                continue;
}

static void callback_that_waits(KosThreadCallbackReason reason) {
        if (KosThreadCurrentId() == w.never)
                return;
        if (reason == KosThreadCallbackReasonDestroy)
                (void)KosThreadSleep(1);
        w.n_cleaned++;
}

static void callbacks_run_to_their_end(void **state) {
        Tid tid;

        (void)state;
        assert_int_equal(KosThreadCallbackRegister(callback_that_waits), rcOk);
        tid = start(sleep_for_ever, NULL);
        while (w.n_cleaned == 0)
                KosThreadYield();
        assert_int_equal(KosThreadTerminate(tid, CODE), rcOk);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), CODE);
        assert_int_equal(w.n_cleaned, 2);
        assert_int_equal(KosThreadCallbackUnregister(callback_that_waits), rcOk);
}

/* --- threads that others made --- */

static _Atomic Tid stranger_tid;
static _Atomic int stranger_may_go;

static void be_a_stranger(void *unused) {
        (void)unused;
        stranger_tid = KosThreadCurrentId();
        while (!stranger_may_go)
                (void)sched_yield();
}

static void thread_of_others_is_waited_for_and_not_ended(void **state) {
        Runner stranger;

        (void)state;
        stranger_tid = 0;
        stranger_may_go = 0;
        t_start(&stranger, be_a_stranger, NULL);
        while (stranger_tid == 0)
                (void)sched_yield();
        assert_int_equal(KosThreadTerminate(stranger_tid, CODE), rcInvalidOperation);
        assert_int_equal(KosThreadWait(stranger_tid, 1), rcTimeout);
        assert_non_null(KosThreadGetStack(stranger_tid, NULL));
        stranger_may_go = 1;
        assert_int_equal(KosThreadWait(stranger_tid, INFINITE_TIMEOUT), 0);
        assert_int_equal(KosThreadTerminate(stranger_tid, CODE), rcInvalidThreadState);
        t_join(&stranger);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(thread_exits_with_its_code),
                CASE(thread_of_others_exits_too),
                CASE(waiting_thread_is_ended),
                CASE(ends_at_any_moment_leave_everything_whole),
                CASE(thread_that_has_not_begun_never_does),
                CASE(own_end_comes_first_if_it_does),
                CASE(first_request_to_end_counts),
                CASE(yielding_thread_is_ended),
                CASE(thread_that_never_has_to_wait_is_ended),
                CASE(callbacks_run_to_their_end),
                CASE(thread_of_others_is_waited_for_and_not_ended),
        };

        return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
