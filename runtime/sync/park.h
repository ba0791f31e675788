/* SPDX-License-Identifier: MIT */
/*
 * Parking: how the synchronisation objects of a process put a thread to sleep.
 *
 * A mutex and a condition of the C library, the monotonic clock, and one loop for all of them. It is also
 * where a thread is ended from outside (KosThreadTerminate): here, and nowhere else, it looks whether it
 * is to end, and then calls pthread_exit(). So nobody ends with an object half changed, no signal and no
 * asynchronous unwinding is needed, and clean-up handlers run.
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

/* Sleeps. */
void park_nowhere(uint32_t msec);

/* --- ending --- */

/* A thread that others may end. */
typedef struct ParkThread {
        pthread_mutex_t lock;
        Park *parked; /* the wait that goes on; NULL: none */
        _Atomic bool is_ending;
} ParkThread;

/* Initialises all of it. */
void park_thread_init(ParkThread *t);
/* The calling thread is that one from now on; NULL: it can't be ended, nor any more. */
void park_set_thread(ParkThread *t);
/* Makes a thread end, soon if it is parked. The caller has no lock that a park() is given. */
void park_end(ParkThread *t);
/* A place where the calling thread may end. */
void park_check_end(void);
