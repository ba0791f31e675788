/* SPDX-License-Identifier: MIT */
/*
 * What a process does with itself alone: a pool of threads that take jobs from a queue.
 *
 * The main thread puts ranges of numbers into the queue, workers count the primes in them, and the last
 * one who finishes says so with an event. Then the main thread shows two ways out of a wait: a time
 * limit, and an end from outside. Nothing here needs another process, a channel or a file.
 */
#include <stdio.h>
#include <stdlib.h>

#include <coresrv/time/time_api.h>
#include <kos/event.h>
#include <kos/mutex.h>
#include <kos/queue.h>
#include <kos/thread.h>

#define N_WORKERS 4
#define N_JOBS    100
#define JOB_SIZE  100 /* numbers of a job */
#define SLOTS     8   /* jobs that may wait: fewer than there are, so the main thread waits too */
#define SHORT_MS  20

typedef struct Job {
        int first; /* of JOB_SIZE numbers; negative: there are no more jobs */
} Job;

static KosQueueHandle jobs;
static KosEvent all_done;
static KosMutex results_lock;
static int n_primes, n_jobs_left = N_JOBS; /* under results_lock */

static int is_prime(int n) {
        for (int i = 2; i * i <= n; i++)
                if (n % i == 0)
                        return 0;
        return n > 1;
}

static void add_result(int n) {
        KosMutexLock(&results_lock);
        n_primes += n;
        if (--n_jobs_left == 0)
                KosEventSet(&all_done);
        KosMutexUnlock(&results_lock);
}

/* Routine of a worker: its result, how many jobs it did, is what KosThreadWait returns. */
static int work(void *context) {
        int n_done = 0;

        (void)context;
        for (;;) {
                Job *job = KosQueuePop(jobs, INFINITE_TIMEOUT);
                int first = job->first, n = 0;

                KosQueueFree(jobs, job);
                if (first < 0)
                        return n_done;
                for (int i = first; i < first + JOB_SIZE; i++)
                        n += is_prime(i);
                add_result(n);
                n_done++;
        }
}

static void put_job(int first) {
        Job *job = KosQueueAlloc(jobs);

        while (!job) { /* all slots are taken: let the workers catch up */
                KosThreadYield();
                job = KosQueueAlloc(jobs);
        }
        job->first = first;
        KosQueuePush(jobs, job);
}

static int count_primes(void) {
        Tid workers[N_WORKERS];
        int n_done = 0;

        for (int i = 0; i < N_WORKERS; i++)
                if (KosThreadCreate(&workers[i], ThreadPriorityNormal, ThreadStackSizeDefault, work, RTL_NULL,
                            0) != rcOk)
                        return -1;
        for (int i = 0; i < N_JOBS; i++)
                put_job(i * JOB_SIZE);
        KosEventWait(&all_done, rtl_true);
        for (int i = 0; i < N_WORKERS; i++)
                put_job(-1);
        for (int i = 0; i < N_WORKERS; i++)
                n_done += KosThreadWait(workers[i], INFINITE_TIMEOUT);
        return n_done;
}

static void wait_in_vain(void) {
        rtl_size_t before = KnGetMSecSinceStart();

        if (KosEventWaitTimeout(&all_done, rtl_false, SHORT_MS) == rcTimeout &&
                KnGetMSecSinceStart() - before + 1 >= SHORT_MS)
                fprintf(stderr, "A wait for nothing ended after its %d ms.\n", SHORT_MS);
}

/* A worker without jobs waits for ever; ended from outside it ends there, and its code is ours. */
static void end_a_worker(void) {
        Tid worker;

        if (KosThreadCreate(&worker, ThreadPriorityNormal, 0, work, RTL_NULL, 0) == rcOk &&
                KosThreadTerminate(worker, -5) == rcOk)
                fprintf(stderr, "The worker without jobs ended with %d.\n",
                        KosThreadWait(worker, INFINITE_TIMEOUT));
}

int main(void) {
        int n_done;

        jobs = KosQueueCreate(SLOTS, sizeof(Job), _Alignof(Job), RTL_NULL);
        if (!jobs)
                return EXIT_FAILURE;
        KosEventInit(&all_done);
        KosMutexInit(&results_lock);

        n_done = count_primes();
        fprintf(stderr, "%d workers did %d jobs and found %d primes.\n", N_WORKERS, n_done, n_primes);
        wait_in_vain();
        end_a_worker();

        KosMutexDeinit(&results_lock);
        KosEventDeinit(&all_done);
        KosQueueDestroy(jobs);
        return EXIT_SUCCESS;
}
