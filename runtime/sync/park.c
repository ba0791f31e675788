/* SPDX-License-Identifier: MIT */
/*
 * Parking: see park.h.
 */
#include "park.h"

#include <sched.h>
#include <stdatomic.h>

#include <coresrv/time/timeout.h>

#define MSEC_PER_SEC  1000u
#define NSEC_PER_MSEC 1000000l
#define NSEC_PER_SEC  1000000000l

static _Thread_local ParkThread *self; /* NULL: can't be ended */

struct timespec park_deadline(uint32_t msec) {
        struct timespec at;

        (void)clock_gettime(CLOCK_MONOTONIC, &at); /* can't fail with this clock */
        at.tv_sec += (time_t)(msec / MSEC_PER_SEC);
        at.tv_nsec += (long)(msec % MSEC_PER_SEC) * NSEC_PER_MSEC;
        if (at.tv_nsec >= NSEC_PER_SEC) {
                at.tv_sec++;
                at.tv_nsec -= NSEC_PER_SEC;
        }
        return at;
}

/* Not in the list of functions that ThreadSanitizer knows. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#define TELL_LOCKING(lock)          __tsan_mutex_pre_lock(lock, __tsan_mutex_try_lock)
#define TELL_LOCKED(lock, is_taken) __tsan_mutex_post_lock(lock, tsan_outcome(is_taken), 0)

static unsigned tsan_outcome(bool is_taken) {
        return is_taken ? __tsan_mutex_try_lock : __tsan_mutex_try_lock | __tsan_mutex_try_lock_failed;
}
#endif
#endif
#ifndef TELL_LOCKING
#define TELL_LOCKING(lock)          (void)(lock)
#define TELL_LOCKED(lock, is_taken) (void)(lock)
#endif

bool park_lock(pthread_mutex_t *lock, uint32_t msec) {
        struct timespec deadline = park_deadline(msec);
        bool is_taken;

        TELL_LOCKING(lock);
        is_taken = pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &deadline) == 0;
        TELL_LOCKED(lock, is_taken);
        return is_taken;
}

void park_init_wake(pthread_cond_t *wake) {
        pthread_condattr_t attr;

        /* None of these can fail: the C library only writes to memory. */
        (void)pthread_condattr_init(&attr);
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void)pthread_cond_init(wake, &attr);
        (void)pthread_condattr_destroy(&attr);
}

void park_init(pthread_mutex_t *lock, pthread_cond_t *wake) {
        (void)pthread_mutex_init(lock, NULL);
        park_init_wake(wake);
}

void park_deinit(pthread_mutex_t *lock, pthread_cond_t *wake) {
        (void)pthread_cond_destroy(wake);
        (void)pthread_mutex_destroy(lock);
}

/* --- ending --- */

void park_thread_init(ParkThread *t) {
        (void)pthread_mutex_init(&t->lock, NULL);
        t->parked = NULL;
        atomic_init(&t->is_ending, false);
}

void park_set_thread(ParkThread *t) {
        self = t;
}

static bool is_ending(void) {
        return self && atomic_load(&self->is_ending);
}

void park_check_end(void) {
        if (is_ending())
                pthread_exit(NULL);
}

/* Under the lock of the wait. */
static void say_where(Park *p) {
        if (!self)
                return;
        (void)pthread_mutex_lock(&self->lock);
        self->parked = p;
        (void)pthread_mutex_unlock(&self->lock);
}

/* Its wait has a lock, and only with that can we know that the thread sleeps or will look again. It takes
 * both locks the other way round, so we only try. */
static bool wake_parked(ParkThread *t) {
        Park *p = t->parked;

        if (!p)
                return true;
        if (pthread_mutex_trylock(p->lock) != 0)
                return false;
        (void)pthread_cond_broadcast(p->wake);
        (void)pthread_mutex_unlock(p->lock);
        return true;
}

void park_end(ParkThread *t) {
        bool is_done;

        atomic_store(&t->is_ending, true);
        for (;;) {
                (void)pthread_mutex_lock(&t->lock);
                is_done = wake_parked(t);
                (void)pthread_mutex_unlock(&t->lock);
                if (is_done)
                        return;
                (void)sched_yield();
        }
}

/* --- waiting --- */

static void leave(void *arg) {
        const Park *p = arg;

        say_where(NULL);
        if (p->leave)
                p->leave(p->arg);
        (void)pthread_mutex_unlock(p->lock);
}

/* False: the time has passed. */
static bool sleep_once(const Park *p, const struct timespec *deadline) {
        int r = deadline ? pthread_cond_timedwait(p->wake, p->lock, deadline)
                         : pthread_cond_wait(p->wake, p->lock);

        park_check_end();
        return r == 0;
}

static bool wait_ready(Park *p, uint32_t msec) {
        struct timespec deadline;
        bool is_limited = msec != INFINITE_TIMEOUT;

        if (p->is_ready(p->arg))
                return true;
        if (msec == 0)
                return false;
        if (is_limited)
                deadline = park_deadline(msec);
        say_where(p);
        park_check_end();
        while (sleep_once(p, is_limited ? &deadline : NULL))
                if (p->is_ready(p->arg))
                        return true;
        return p->is_ready(p->arg);
}

bool park(Park *p, uint32_t msec) {
        bool is_ready;

        pthread_cleanup_push(leave, p);
        park_check_end();
        is_ready = wait_ready(p, msec);
        pthread_cleanup_pop(1);
        return is_ready;
}

static bool never(void *unused) {
        (void)unused;
        return false;
}

void park_nowhere(uint32_t msec) {
        pthread_mutex_t lock;
        pthread_cond_t wake;
        Park p = {.lock = &lock, .wake = &wake, .is_ready = never};

        park_init(&lock, &wake);
        (void)pthread_mutex_lock(&lock);
        (void)park(&p, msec);
        park_deinit(&lock, &wake);
}
