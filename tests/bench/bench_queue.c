/* SPDX-License-Identifier: MIT */
/*
 * kos/queue.h against a queue of the same interface under one pthread mutex: processor time of an object
 * through Alloc, Push, Pop and Free, by one thread alone and from many producers to as many consumers. Both
 * kinds take turns in every round. Not the time that passed: a thread that finds the queue full or empty
 * yields, and on a busy machine a stranger's time slice would count.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <kos/queue.h>

#include "bench.h"

#define SLOTS       1024u
#define ROUNDS      9
#define OBJECTS     200000u /* of a round */
#define PAIRS_MAX   8
#define N_ROWS      4
#define N_KINDS     2
#define OBJECT_SIZE 64u

/* --- the plain queue --- */

static struct {
        pthread_mutex_t lock;
        char objects[SLOTS][OBJECT_SIZE];
        void *free[SLOTS], *queued[SLOTS];
        unsigned n_free, first, n_queued;
} plain = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *plain_alloc(void) {
        void *obj;

        (void)pthread_mutex_lock(&plain.lock);
        obj = plain.n_free ? plain.free[--plain.n_free] : NULL;
        (void)pthread_mutex_unlock(&plain.lock);
        return obj;
}

static void plain_free(void *obj) {
        (void)pthread_mutex_lock(&plain.lock);
        plain.free[plain.n_free++] = obj;
        (void)pthread_mutex_unlock(&plain.lock);
}

static void plain_push(void *obj) {
        (void)pthread_mutex_lock(&plain.lock);
        plain.queued[(plain.first + plain.n_queued++) % SLOTS] = obj;
        (void)pthread_mutex_unlock(&plain.lock);
}

static void *plain_pop(void) {
        void *obj = NULL;

        (void)pthread_mutex_lock(&plain.lock);
        if (plain.n_queued) {
                obj = plain.queued[plain.first];
                plain.first = (plain.first + 1) % SLOTS;
                plain.n_queued--;
        }
        (void)pthread_mutex_unlock(&plain.lock);
        return obj;
}

/* --- ours --- */

static KosQueueHandle queue;

static void *kos_alloc(void) {
        return KosQueueAlloc(queue);
}

static void kos_free(void *obj) {
        KosQueueFree(queue, obj);
}

static void kos_push(void *obj) {
        KosQueuePush(queue, obj);
}

static void *kos_pop(void) {
        return KosQueuePop(queue, 0);
}

typedef struct Kind {
        const char *name;
        void *(*alloc)(void);
        void (*free)(void *obj);
        void (*push)(void *obj);
        void *(*pop)(void);
} Kind;

static const Kind kinds[N_KINDS] = {
        {"pthread mutex", plain_alloc, plain_free, plain_push, plain_pop},
        {"kos/queue.h", kos_alloc, kos_free, kos_push, kos_pop},
};

/* --- rounds --- */

static const Kind *kind;
static unsigned n_objects; /* of each thread */
static pthread_barrier_t start;

static void *produce(void *arg) {
        (void)pthread_barrier_wait(&start);
        for (unsigned i = 0; i < n_objects;) {
                unsigned *obj = kind->alloc();

                if (!obj) {
                        (void)sched_yield();
                        continue;
                }
                *obj = i++;
                kind->push(obj);
        }
        return arg;
}

static void *consume(void *arg) {
        (void)pthread_barrier_wait(&start);
        for (unsigned i = 0; i < n_objects;) {
                void *obj = kind->pop();

                if (!obj) {
                        (void)sched_yield();
                        continue;
                }
                kind->free(obj);
                i++;
        }
        return arg;
}

static void alone(void) {
        for (unsigned i = 0; i < OBJECTS; i++) {
                kind->push(kind->alloc());
                kind->free(kind->pop());
        }
}

static void together(unsigned n_pairs) {
        pthread_t threads[2 * PAIRS_MAX];

        n_objects = OBJECTS / n_pairs;
        (void)pthread_barrier_init(&start, NULL, 2 * n_pairs);
        for (unsigned i = 0; i < 2 * n_pairs; i++)
                if (pthread_create(&threads[i], NULL, i % 2 ? produce : consume, NULL) != 0)
                        abort();
        for (unsigned i = 0; i < 2 * n_pairs; i++)
                (void)pthread_join(threads[i], NULL);
        (void)pthread_barrier_destroy(&start);
}

static uint64_t used_ns(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static double ns_an_object(unsigned n_pairs) {
        uint64_t before = used_ns();

        if (n_pairs == 0)
                alone();
        else
                together(n_pairs);
        return (double)(used_ns() - before) / OBJECTS;
}

static int compare(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return x < y ? -1 : x > y;
}

/* Returns ours over the plain one, best round of each: in the others somebody was in the way. */
static double row(unsigned n_pairs) {
        double ns[N_KINDS][ROUNDS];

        for (int r = 0; r < ROUNDS; r++) {
                for (int k = 0; k < N_KINDS; k++) {
                        kind = &kinds[k];
                        ns[k][r] = ns_an_object(n_pairs);
                }
        }
        for (int k = 0; k < N_KINDS; k++) {
                qsort(ns[k], ROUNDS, sizeof ns[k][0], compare);
                printf("%2u producers, %2u consumers  %-14s %7.1f ns an object, best round; median %7.1f%s\n",
                        n_pairs, n_pairs, kinds[k].name, ns[k][0], ns[k][ROUNDS / 2],
                        n_pairs == 0 ? " (one thread alone)" : "");
        }
        return ns[1][0] / ns[0][0];
}

int main(void) {
        static const unsigned pairs[N_ROWS] = {1, 2, 4, PAIRS_MAX};
        double sum = 0;

        queue = KosQueueCreate(SLOTS, OBJECT_SIZE, OBJECT_SIZE, RTL_NULL);
        if (!queue)
                return 3;
        for (unsigned i = 0; i < SLOTS; i++)
                plain.free[plain.n_free++] = plain.objects[i];
        (void)row(0);
        for (size_t i = 0; i < N_ROWS; i++)
                sum += row(pairs[i]);
        bench_gate("queue between threads over one under a mutex, mean of the rows", sum / N_ROWS, "<=", 1.0);
        KosQueueDestroy(queue);
        return bench_finish();
}
