/* SPDX-License-Identifier: MIT */
/*
 * Parking: how the synchronisation objects of a process put a thread to sleep.
 *
 * A mutex and a condition of the C library, the monotonic clock, and one loop for all of them. It is also
 * where a thread may be ended from outside (KosThreadTerminate): threads that the library made have
 * cancellation off, and only here, and in sleep, it is on. So nobody ends with an object half changed.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* A wait. The lock is held when it begins, and free when it is over. */
typedef struct Park {
        pthread_mutex_t *lock;
        pthread_cond_t *wake;        /* of park_init */
        bool (*is_ready)(void *arg); /* takes what was waited for, if it is there */
        void (*leave)(void *arg);    /* called once, also when the thread is ended; NULL: nothing to do */
        void *arg;                   /* of both, which run under the lock */
} Park;

/* A plain mutex, and a condition that park() can wait on. */
void park_init(pthread_mutex_t *lock, pthread_cond_t *wake);
void park_init_wake(pthread_cond_t *wake);
void park_deinit(pthread_mutex_t *lock, pthread_cond_t *wake);

/* True: is_ready was. False: the time passed; 0 ms: only a look. Does not return when the thread is ended. */
bool park(Park *p, uint32_t msec);

/* Locks a plain mutex. False: it did not come free in `msec` (not INFINITE_TIMEOUT). */
bool park_lock(pthread_mutex_t *lock, uint32_t msec);

/* The moment `msec` from now, by the monotonic clock. */
struct timespec park_deadline(uint32_t msec);

/* From now on the calling thread may be ended by pthread_cancel, but only between the two below. */
void park_let_end(void);
/* Around a call of the C library that waits. Returns what park_closed needs. */
int park_open(void);
void park_closed(int before);

/* Waits for nothing, for ever: threads that wait for themselves. */
void park_for_ever(void);
