/* SPDX-License-Identifier: MIT */
/*
 * What a process does with itself alone, tried from inside a chamber: threads, waits, memory, time, random
 * numbers, and the limits of the chamber as the library's functions show them. Speaks TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/time/time_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <kos/alloc.h>
#include <kos/queue.h>
#include <kos/random/random_api.h>
#include <kos/sync_api.h>
#include <kos/thread.h>

#define N_THREADS   8u
#define N_ROUNDS    500
#define THREADS_MAX 2000u
#define CHUNK       ((rtl_size_t)256 << 20)
#define CHUNKS_MAX  64u /* 16 GiB, far above the limit */
#define ABOVE_LIMIT ((rtl_size_t)3 << 30)

static struct {
        KosMutex mutex;
        KosCondvar condvar;
        KosRWLock rwlock;
        KosSemaphore semaphore;
        KosEvent event;
        KosQueueHandle queue;
        int n_ready, counter;
} w;

static Tid tids[THREADS_MAX];

static rtl_bool start(unsigned i, ThreadRoutine routine, rtl_uint32_t priority, rtl_uint32_t stack) {
        return KosThreadCreate(&tids[i], priority, stack, routine, RTL_NULL, 0) == rcOk;
}

/* Sum of the exit codes of the first n. */
static int wait_all(unsigned n) {
        int sum = 0;

        for (unsigned i = 0; i < n; i++)
                sum += KosThreadWait(tids[i], INFINITE_TIMEOUT);
        return sum;
}

/* --- threads and locks --- */

static int use_locks(void *context) {
        for (int i = 0; i < N_ROUNDS; i++) {
                KosMutexLock(&w.mutex);
                w.counter++;
                KosMutexUnlock(&w.mutex);
                KosRWLockRead(&w.rwlock);
                KosRWLockUnlock(&w.rwlock);
                if (KosSemaphoreWaitTimeout(&w.semaphore, 100000) != rcOk)
                        return 1;
                (void)KosSemaphoreSignal(&w.semaphore);
        }
        return context != RTL_NULL;
}

static rtl_bool threads_of_all_priorities_share_locks(void) {
        for (unsigned i = 0; i < N_THREADS; i++)
                if (!start(i, use_locks, i * 4, ThreadStackSizeDefault))
                        return rtl_false;
        return wait_all(N_THREADS) == 0 && w.counter == (int)N_THREADS * N_ROUNDS;
}

static int get_ready(void *context) {
        KosMutexLock(&w.mutex);
        w.n_ready++;
        KosCondvarSignal(&w.condvar);
        KosMutexUnlock(&w.mutex);
        KosEventWait(&w.event, rtl_false);
        return context != RTL_NULL;
}

static rtl_bool waits_end_when_they_should(void) {
        for (unsigned i = 0; i < N_THREADS; i++)
                if (!start(i, get_ready, ThreadPriorityNormal, 0))
                        return rtl_false;
        KosMutexLock(&w.mutex);
        while (w.n_ready < (int)N_THREADS)
                if (KosCondvarWait(&w.condvar, &w.mutex) != rcOk)
                        return rtl_false;
        KosMutexUnlock(&w.mutex);
        KosEventSet(&w.event);
        return wait_all(N_THREADS) == 0;
}

static rtl_bool waits_have_their_limits(void) {
        rtl_size_t before = KnGetMSecSinceStart();
        rtl_bool is_right;

        KosEventReset(&w.event);
        KosMutexLock(&w.mutex);
        is_right = KosEventWaitTimeout(&w.event, rtl_true, 10) == rcTimeout &&
                   KosCondvarWaitTimeout(&w.condvar, &w.mutex, 10) == rcTimeout &&
                   KosMutexLockTimeout(&w.mutex, 10) == rcTimeout && KosQueuePop(w.queue, 10) == RTL_NULL &&
                   KnSleep(10) == rcOk;
        KosMutexUnlock(&w.mutex);
        return is_right && KnGetMSecSinceStart() - before >= 45;
}

static int pass_on(void *context) {
        void *obj = KosQueuePop(w.queue, INFINITE_TIMEOUT);
        int number = *(int *)obj;

        KosQueueFree(w.queue, obj);
        return context == RTL_NULL ? number : 0;
}

static rtl_bool queues_carry_objects(void) {
        int expected = 0;

        for (unsigned i = 0; i < N_THREADS; i++)
                if (!start(i, pass_on, ThreadPriorityNormal, 0))
                        return rtl_false;
        for (int i = 1; i <= (int)N_THREADS; i++) {
                int *number = KosQueueAlloc(w.queue);

                if (!number)
                        return rtl_false;
                *number = i;
                expected += i;
                KosQueuePush(w.queue, number);
        }
        return wait_all(N_THREADS) == expected;
}

static int sleep_for_ever(void *context) {
        (void)KnSleep(INFINITE_TIMEOUT);
        return context != RTL_NULL;
}

static int exit_at_once(void *context) {
        KosThreadExit(context == RTL_NULL ? 7 : 8);
}

static rtl_bool threads_end_early(void) {
        if (!start(0, sleep_for_ever, ThreadPriorityNormal, 0) || KosThreadTerminate(tids[0], 5) != rcOk)
                return rtl_false;
        if (!start(1, exit_at_once, ThreadPriorityNormal, 0))
                return rtl_false;
        return wait_all(2) == 12;
}

static rtl_bool stacks_are_told_but_the_main_one(void) {
        rtl_uint32_t size = 0;
        rtl_bool is_right;

        if (KosThreadGetStack(KosThreadCurrentId(), RTL_NULL) != RTL_NULL)
                return rtl_false;
        if (!start(0, sleep_for_ever, ThreadPriorityNormal, 100000))
                return rtl_false;
        is_right = KosThreadGetStack(tids[0], &size) != RTL_NULL && size >= 100000;
        return KosThreadTerminate(tids[0], 0) == rcOk && wait_all(1) == 0 && is_right;
}

/* --- limits of the chamber --- */

static rtl_bool too_many_threads_are_refused_and_then_welcome_again(void) {
        unsigned n = 0;

        for (int round = 0; round < 2; round++) {
                Retcode rc = rcOk;

                for (n = 0; n < THREADS_MAX && rc == rcOk; n += rc == rcOk)
                        rc = KosThreadCreate(&tids[n], 15, 0, sleep_for_ever, RTL_NULL, 0);
                if (rc != rcOutOfMemory || n < 500)
                        return rtl_false;
                for (unsigned i = 0; i < n; i++)
                        if (KosThreadTerminate(tids[i], 0) != rcOk)
                                return rtl_false;
                if (wait_all(n) != 0)
                        return rtl_false;
        }
        return rtl_true;
}

static rtl_bool too_much_memory_is_refused_and_then_there_again(void) {
        void *chunks[CHUNKS_MAX];

        for (int round = 0; round < 2; round++) {
                unsigned n = 0;

                while (n < CHUNKS_MAX && (chunks[n] = KosMemAlloc(CHUNK)) != RTL_NULL)
                        n++;
                if (n == 0 || n == CHUNKS_MAX)
                        return rtl_false;
                while (n > 0)
                        KosMemFree(chunks[--n]);
        }
        return rtl_true;
}

static rtl_bool memory_is_aligned_and_zero(void) {
        char *memory = KosMemAllocEx(10000, 4096, 1);
        rtl_bool is_right = memory && (rtl_uintptr_t)memory % 4096 == 0 && memory[0] == 0 &&
                            memcmp(memory, memory + 1, 9999) == 0 && KosMemGetSize(memory) >= 10000;

        KosMemFree(memory);
        return is_right;
}

/* Addresses cost nothing; memory does, and none of it is code. */
static rtl_bool pages_are_committed_within_the_limit(void) {
        int flags = VMM_FLAG_READ | VMM_FLAG_WRITE | VMM_FLAG_RESERVE;
        char *memory = KnVmAllocate(RTL_NULL, ABOVE_LIMIT, flags | VMM_FLAG_HIGH_GUARD);

        if (!memory || KnVmAllocate(RTL_NULL, ABOVE_LIMIT, flags | VMM_FLAG_COMMIT) != RTL_NULL)
                return rtl_false;
        if (KnVmCommit(memory, ABOVE_LIMIT, flags & VMM_FLAG_RWX_MASK) != rcOutOfMemory)
                return rtl_false;
        if (KnVmCommit(memory, 1, (flags & VMM_FLAG_RWX_MASK) | VMM_FLAG_LOCKED) != rcOk)
                return rtl_false;
        memory[0] = 1;
        return KnVmProtect(memory, 1, VMM_FLAG_READ | VMM_FLAG_EXECUTE) == rcSecurityDisallow &&
               KnVmAllocate(RTL_NULL, 1, VMM_FLAG_EXECUTE | VMM_FLAG_COMMIT) == RTL_NULL &&
               KnVmUnmap(memory, ABOVE_LIMIT) == rcOk;
}

/* --- time and chance --- */

static rtl_bool clocks_can_be_read_and_not_set(void) {
        RtlTimeSpec time, res;
        RtlRtcTime rt;

        return KnGetSystemTime(&time) == rcOk && KnSetSystemTime(&time) == rcSecurityDisallow &&
               KnGetSystemTimeRes(&res) == rcOk && KnGetUpTime(&time) == rcOk && time.sec >= 0 &&
               KnGetUpTimeRes(&res) == rcOk && KnGetRtcTime(&rt) == rcOk && rt.year >= 2020;
}

static rtl_bool random_numbers_are_there(void) {
        static unsigned char a[4096], b[4096];

        return KosRandomGenerate(sizeof a, a) == rcOk && KosRandomGenerate(sizeof b, b) == rcOk &&
               memcmp(a, b, sizeof a) != 0;
}

static rtl_bool process_knows_its_name(void) {
        static const char expected[] = "test.Client";
        char name[sizeof expected] = "as it was";

        return KnTaskGetName(name, sizeof expected - 1) == rcBufferTooSmall &&
               strcmp(name, "as it was") == 0 && KnTaskGetName(name, sizeof expected) == rcOk &&
               strcmp(name, expected) == 0;
}

static const struct {
        const char *name;
        rtl_bool (*is_true)(void);
} cases[] = {
        {"threads_of_all_priorities_share_locks", threads_of_all_priorities_share_locks},
        {"waits_end_when_they_should", waits_end_when_they_should},
        {"waits_have_their_limits", waits_have_their_limits},
        {"queues_carry_objects", queues_carry_objects},
        {"threads_end_early", threads_end_early},
        {"stacks_are_told_but_the_main_one", stacks_are_told_but_the_main_one},
        {"too_many_threads_are_refused_and_then_welcome_again",
                too_many_threads_are_refused_and_then_welcome_again},
        {"too_much_memory_is_refused_and_then_there_again", too_much_memory_is_refused_and_then_there_again},
        {"pages_are_committed_within_the_limit", pages_are_committed_within_the_limit},
        {"memory_is_aligned_and_zero", memory_is_aligned_and_zero},
        {"clocks_can_be_read_and_not_set", clocks_can_be_read_and_not_set},
        {"random_numbers_are_there", random_numbers_are_there},
        {"process_knows_its_name", process_knows_its_name},
};

int main(void) {
        int n_failed = 0;

        KosMutexInit(&w.mutex);
        KosCondvarInit(&w.condvar);
        KosRWLockInit(&w.rwlock);
        KosEventInit(&w.event);
        w.queue = KosQueueCreate(N_THREADS, sizeof(int), sizeof(int), RTL_NULL);
        if (KosSemaphoreInit(&w.semaphore, 2) != rcOk || !w.queue)
                return EXIT_FAILURE;
        printf("1..%zu\n", sizeof cases / sizeof *cases);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                rtl_bool is_true = cases[i].is_true();

                n_failed += !is_true;
                printf("%sok %zu - %s\n", is_true ? "" : "not ", i + 1, cases[i].name);
        }
        return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
