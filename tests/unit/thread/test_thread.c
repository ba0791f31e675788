/* SPDX-License-Identifier: MIT */
/*
 * Threads: making, waiting, suspending, what each has of its own.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <coresrv/time/time_api.h>
#include <kos/event.h>
#include <kos/thread.h>

#include "support/runner.h"

#define N_THREADS 8

static Tid start(ThreadRoutine routine, void *context, int suspended) {
        Tid tid = 0;

        assert_int_equal(KosThreadCreate(&tid, ThreadPriorityNormal, ThreadStackSizeDefault, routine, context,
                                 suspended),
                rcOk);
        assert_int_not_equal(tid, 0);
        return tid;
}

static int double_it(void *context) {
        *(int *)context *= 2;
        return *(int *)context;
}

static int wait_for_event(void *context) {
        KosEventWait(context, rtl_false);
        return 5;
}

static void thread_gets_its_context_and_gives_its_code(void **state) {
        int number = 21;
        Tid tid = start(double_it, &number, 0);

        (void)state;
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 42);
        assert_int_equal(number, 42);
        assert_int_equal(KosThreadWait(tid, 0), 42);
        assert_int_equal(KosThreadWait(tid, 1), 42);
}

static void bad_arguments_are_refused(void **state) {
        Tid tid = 77;

        (void)state;
        assert_int_equal(KosThreadCreate(NULL, 15, 0, double_it, NULL, 0), rcInvalidArgument);
        assert_int_equal(KosThreadCreate(&tid, 15, 0, NULL, NULL, 0), rcInvalidArgument);
        assert_int_equal(
                KosThreadCreate(&tid, ThreadPriorityHighest + 1, 0, double_it, NULL, 0), rcInvalidArgument);
        assert_int_equal(KosThreadCreate(&tid, UINT32_MAX, 0, double_it, NULL, 0), rcInvalidArgument);
        assert_int_equal(KosThreadCreateDetached(&tid, 15, 0, NULL, NULL, 0), rcInvalidArgument);
        assert_int_equal(KosThreadCreateDetached(NULL, 32, 0, double_it, NULL, 0), rcInvalidArgument);
        assert_int_equal(tid, 77);
}

static void numbers_of_no_thread_are_refused(void **state) {
        static const Tid wrong[] = {0, 1, 4095, 0xfffff000u, UINT32_MAX};

        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                assert_int_equal(KosThreadWait(wrong[i], 0), -1);
                assert_int_equal(KosThreadWait(wrong[i], INFINITE_TIMEOUT), -1);
                assert_int_equal(KosThreadResume(wrong[i]), rcInvalidArgument);
                assert_int_equal(KosThreadSuspend(wrong[i]), rcInvalidArgument);
                assert_int_equal(KosThreadTerminate(wrong[i], 0), rcInvalidArgument);
                assert_null(KosThreadGetStack(wrong[i], NULL));
        }
}

static void wait_for_oneself_is_refused(void **state) {
        (void)state;
        assert_int_equal(KosThreadWait(KosThreadCurrentId(), INFINITE_TIMEOUT), -1);
}

static void wait_has_its_limit(void **state) {
        KosEvent event;
        rtl_size_t before;
        Tid tid;

        (void)state;
        KosEventInit(&event);
        tid = start(wait_for_event, &event, 0);
        assert_int_equal(KosThreadWait(tid, 0), rcTimeout);
        before = KnGetMSecSinceStart();
        assert_int_equal(KosThreadWait(tid, 20), rcTimeout);
        assert_true(KnGetMSecSinceStart() - before >= 19);
        KosEventSet(&event);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 5);
        KosEventDeinit(&event);
}

typedef struct Waiter {
        Tid tid;
        int code;
        Runner runner;
} Waiter;

static void wait_for_thread(void *arg) {
        Waiter *w = arg;

        w->code = KosThreadWait(w->tid, INFINITE_TIMEOUT);
}

static void several_may_wait_for_one(void **state) {
        KosEvent event;
        Waiter waiters[N_THREADS];
        Tid tid;

        (void)state;
        KosEventInit(&event);
        tid = start(wait_for_event, &event, 0);
        for (int i = 0; i < N_THREADS; i++) {
                waiters[i] = (Waiter){.tid = tid};
                t_start(&waiters[i].runner, wait_for_thread, &waiters[i]);
                t_wait_blocked(&waiters[i].runner);
        }
        KosEventSet(&event);
        for (int i = 0; i < N_THREADS; i++) {
                t_join(&waiters[i].runner);
                assert_int_equal(waiters[i].code, 5);
        }
        KosEventDeinit(&event);
}

static int report_self(void *context) {
        *(Tid *)context = KosThreadCurrentId();
        return 0;
}

static void every_thread_has_a_number_of_its_own(void **state) {
        Tid tids[N_THREADS], seen[N_THREADS];

        (void)state;
        for (int i = 0; i < N_THREADS; i++)
                tids[i] = start(report_self, &seen[i], 0);
        for (int i = 0; i < N_THREADS; i++) {
                assert_int_equal(KosThreadWait(tids[i], INFINITE_TIMEOUT), rcOk);
                assert_int_equal(seen[i], tids[i]);
                assert_int_not_equal(tids[i], KosThreadCurrentId());
                for (int k = 0; k < i; k++)
                        assert_int_not_equal(tids[i], tids[k]);
        }
        assert_int_not_equal(KosThreadCurrentId(), 0);
        assert_int_equal(KosThreadCurrentId(), KosThreadCurrentId());
}

/* --- suspending --- */

static _Atomic int flag, n_steps;

static int set_flag(void *context) {
        flag = 1;
        return context == NULL ? 9 : 0;
}

static void suspended_thread_begins_when_it_is_resumed(void **state) {
        Tid tid;

        (void)state;
        flag = 0;
        tid = start(set_flag, NULL, 1);
        assert_int_equal(KosThreadWait(tid, 10), rcTimeout);
        assert_int_equal(flag, 0);
        assert_int_equal(KosThreadResume(tid), rcOk);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 9);
        assert_int_equal(flag, 1);
        assert_int_equal(KosThreadResume(tid), rcInvalidThreadState);
}

static int suspend_twice(void *context) {
        Retcode rc = context == NULL ? rcOk : rcFail;

        for (int i = 0; i < 2 && rc == rcOk; i++) {
                n_steps++;
                rc = KosThreadSuspend(KosThreadCurrentId());
        }
        return rc;
}

static void thread_stops_itself_and_goes_on(void **state) {
        Tid tid = start(suspend_twice, NULL, 0);

        (void)state;
        for (int i = 1; i <= 2; i++) {
                while (KosThreadResume(tid) != rcOk)
                        KosThreadYield();
                assert_true(n_steps >= i);
        }
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), rcOk);
}

static void only_oneself_can_be_stopped(void **state) {
        KosEvent event;
        Tid tid;

        (void)state;
        KosEventInit(&event);
        tid = start(wait_for_event, &event, 0);
        assert_int_equal(KosThreadSuspend(tid), rcInvalidOperation);
        assert_int_equal(KosThreadResume(tid), rcInvalidThreadState);
        assert_int_equal(KosThreadResume(KosThreadCurrentId()), rcInvalidThreadState);
        KosEventSet(&event);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 5);
        KosEventDeinit(&event);
}

/* --- what each has --- */

static int use_pointer(void *context) {
        int mine = 0;

        if (KosThreadTlsGet() != NULL || KosThreadTlsSet(&mine) != rcOk)
                return 1;
        for (int i = 0; i < 100; i++) {
                if (KosThreadTlsGet() != &mine)
                        return 2;
                KosThreadYield();
        }
        return context != NULL;
}

static void every_thread_has_its_own_pointer(void **state) {
        Tid tids[N_THREADS];
        int mine;

        (void)state;
        assert_null(KosThreadTlsGet());
        assert_int_equal(KosThreadTlsSet(&mine), rcOk);
        for (int i = 0; i < N_THREADS; i++)
                tids[i] = start(use_pointer, NULL, 0);
        for (int i = 0; i < N_THREADS; i++)
                assert_int_equal(KosThreadWait(tids[i], INFINITE_TIMEOUT), 0);
        assert_ptr_equal(KosThreadTlsGet(), &mine);
        assert_int_equal(KosThreadTlsSet(NULL), rcOk);
}

/* Its context: how large its stack should be at least. */
static int look_at_stack(void *context) {
        rtl_uint32_t size = 0;
        char *stack = KosThreadGetStack(KosThreadCurrentId(), &size);
        char *here = __builtin_frame_address(0);

        if (!stack || here < stack || here >= stack + size)
                return 1;
        return size < (uintptr_t)context ? 2 : 0;
}

static void stack_has_the_size_asked_for_and_a_minimum(void **state) {
        static const rtl_uint32_t sizes[] = {0, 1, 4096, NKX_THREAD_STACK_MIN - 1, NKX_THREAD_STACK_MIN,
                NKX_THREAD_STACK_MIN + 1, ThreadStackSizeDefault, 5000001};

        (void)state;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                uintptr_t least = sizes[i] > NKX_THREAD_STACK_MIN ? sizes[i] : NKX_THREAD_STACK_MIN;
                Tid tid;

                assert_int_equal(KosThreadCreate(&tid, 15, sizes[i], look_at_stack, (void *)least, 0), rcOk);
                assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 0);
                assert_null(KosThreadGetStack(tid, NULL));
        }
}

static void stack_of_another_thread_is_told(void **state) {
        Tid tid = start(set_flag, NULL, 1);
        rtl_uint32_t size = 0;

        (void)state;
        assert_non_null(KosThreadGetStack(tid, &size));
        assert_true(size >= ThreadStackSizeDefault);
        assert_non_null(KosThreadGetStack(KosThreadCurrentId(), &size));
        assert_true(size > 0);
        assert_int_equal(KosThreadResume(tid), rcOk);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 9);
}

static void threads_of_every_priority_run(void **state) {
        (void)state;
        for (rtl_uint32_t priority = ThreadPriorityLowest; priority <= ThreadPriorityHighest; priority++) {
                int number = 4;
                Tid tid;

                assert_int_equal(KosThreadCreate(&tid, priority, 0, double_it, &number, 0), rcOk);
                assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 8);
        }
}

static int policy_of_self(void *context) {
        (void)context;
        return sched_getscheduler(0);
}

static void low_priorities_go_back(void **state) {
        static const struct {
                rtl_uint32_t priority;
                int policy;
        } rows[] = {
                {0, SCHED_IDLE}, {1, SCHED_BATCH}, {14, SCHED_BATCH}, {15, SCHED_OTHER}, {31, SCHED_OTHER}};

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Tid tid;

                assert_int_equal(KosThreadCreate(&tid, rows[i].priority, 0, policy_of_self, NULL, 0), rcOk);
                assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), rows[i].policy);
        }
}

/* --- callbacks --- */

static _Thread_local int mark;
static _Atomic int n_created, n_destroyed, n_wrong;

static void count_first(KosThreadCallbackReason reason) {
        if (reason == KosThreadCallbackReasonCreate) {
                n_wrong += mark++ != 0;
                n_created++;
        } else {
                n_wrong += --mark != 0;
                n_destroyed++;
        }
}

static void count_second(KosThreadCallbackReason reason) {
        if (reason == KosThreadCallbackReasonCreate)
                n_wrong += mark++ != 1;
        else
                n_wrong += --mark != 1;
}

static int look_at_mark(void *context) {
        return context == NULL ? mark : -1;
}

static void callbacks_embrace_the_routine(void **state) {
        Tid tid;

        (void)state;
        assert_int_equal(KosThreadCallbackRegister(NULL), rcInvalidArgument);
        assert_int_equal(KosThreadCallbackUnregister(NULL), rcInvalidArgument);
        assert_int_equal(KosThreadCallbackUnregister(count_first), rcResourceNotFound);
        assert_int_equal(KosThreadCallbackRegister(count_first), rcOk);
        assert_int_equal(KosThreadCallbackRegister(count_first), rcAlreadyExists);
        assert_int_equal(KosThreadCallbackRegister(count_second), rcOk);
        tid = start(look_at_mark, NULL, 0);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 2);
        assert_int_equal(n_created, 1);
        assert_int_equal(n_destroyed, 1);
        assert_int_equal(KosThreadCallbackUnregister(count_first), rcOk);
        assert_int_equal(KosThreadCallbackUnregister(count_second), rcOk);
        tid = start(look_at_mark, NULL, 0);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 0);
        assert_int_equal(n_created, 1);
        assert_int_equal(n_wrong, 0);
}

#define CALLBACK(n)                                                                                          \
        static void callback_##n(KosThreadCallbackReason reason) {                                           \
                n_created += reason == KosThreadCallbackReasonCreate && n >= 0;                              \
        }
#define EACH(m) m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7) m(8) m(9) m(10) m(11) m(12) m(13) m(14) m(15) m(16)
EACH(CALLBACK)
#define NAME(n) callback_##n,

static void callbacks_have_their_limit(void **state) {
        static KosThreadCallback *const callbacks[KOS_THREAD_CALLBACKS_MAX + 1] = {EACH(NAME)};
        unsigned last = KOS_THREAD_CALLBACKS_MAX;
        Tid tid;

        (void)state;
        n_created = 0;
        for (unsigned i = 0; i < last; i++)
                assert_int_equal(KosThreadCallbackRegister(callbacks[i]), rcOk);
        assert_int_equal(KosThreadCallbackRegister(callbacks[last]), rcQuotaExceeded);
        tid = start(look_at_mark, NULL, 0);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), 0);
        assert_int_equal(n_created, KOS_THREAD_CALLBACKS_MAX);
        assert_int_equal(KosThreadCallbackUnregister(callbacks[3]), rcOk);
        assert_int_equal(KosThreadCallbackRegister(callbacks[last]), rcOk);
        for (unsigned i = 0; i <= last; i++)
                assert_int_equal(
                        KosThreadCallbackUnregister(callbacks[i]), i == 3 ? rcResourceNotFound : rcOk);
}

/* --- once --- */

static KosThreadOnceState once = KOS_THREAD_ONCE_INIT;
static int n_once;

static void count_once(void) {
        KosThreadYield();
        n_once++;
}

static int do_once(void *context) {
        return KosThreadOnce(context, count_once) == rcOk ? n_once : -1;
}

static void once_is_once_and_done_before_anybody_goes_on(void **state) {
        Tid tids[N_THREADS];

        (void)state;
        for (int i = 0; i < N_THREADS; i++)
                tids[i] = start(do_once, &once, 0);
        for (int i = 0; i < N_THREADS; i++)
                assert_int_equal(KosThreadWait(tids[i], INFINITE_TIMEOUT), 1);
        assert_int_equal(KosThreadOnce(NULL, count_once), rcInvalidArgument);
        assert_int_equal(KosThreadOnce(&once, NULL), rcInvalidArgument);
        assert_int_equal(n_once, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(thread_gets_its_context_and_gives_its_code),
                cmocka_unit_test(bad_arguments_are_refused),
                cmocka_unit_test(numbers_of_no_thread_are_refused),
                cmocka_unit_test(wait_for_oneself_is_refused),
                cmocka_unit_test(wait_has_its_limit),
                cmocka_unit_test(several_may_wait_for_one),
                cmocka_unit_test(every_thread_has_a_number_of_its_own),
                cmocka_unit_test(suspended_thread_begins_when_it_is_resumed),
                cmocka_unit_test(thread_stops_itself_and_goes_on),
                cmocka_unit_test(only_oneself_can_be_stopped),
                cmocka_unit_test(every_thread_has_its_own_pointer),
                cmocka_unit_test(stack_has_the_size_asked_for_and_a_minimum),
                cmocka_unit_test(stack_of_another_thread_is_told),
                cmocka_unit_test(threads_of_every_priority_run),
                cmocka_unit_test(low_priorities_go_back),
                cmocka_unit_test(callbacks_embrace_the_routine),
                cmocka_unit_test(callbacks_have_their_limit),
                cmocka_unit_test(once_is_once_and_done_before_anybody_goes_on),
        };

        return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
