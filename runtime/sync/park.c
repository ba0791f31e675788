/* SPDX-License-Identifier: MIT */
/*
 * Parking: see park.h.
 */
#include "park.h"

#include <unistd.h>

#include <coresrv/time/timeout.h>

#define MSEC_PER_SEC  1000u
#define NSEC_PER_MSEC 1000000l
#define NSEC_PER_SEC  1000000000l

static _Thread_local bool may_end;

void park_let_end(void) {
        (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
        may_end = true;
}

/* A thread that the library did not make has its own ideas about cancellation. */
int park_open(void) {
        int before = PTHREAD_CANCEL_DISABLE;

        if (may_end)
                (void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
        return before;
}

void park_closed(int before) {
        if (may_end)
                (void)pthread_setcancelstate(before, NULL);
}

void park_for_ever(void) {
        int before = park_open();

        for (;;)
                (void)pause();
        park_closed(before);
}

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

static void leave(void *arg) {
        const Park *p = arg;

        if (p->leave)
                p->leave(p->arg);
        (void)pthread_mutex_unlock(p->lock);
}

static bool sleep_until(const Park *p, const struct timespec *deadline) {
        int before = park_open();
        int r = deadline ? pthread_cond_timedwait(p->wake, p->lock, deadline)
                         : pthread_cond_wait(p->wake, p->lock);

        park_closed(before);
        return r == 0;
}

static bool wait_ready(const Park *p, uint32_t msec) {
        struct timespec deadline;
        bool is_limited = msec != INFINITE_TIMEOUT;

        if (p->is_ready(p->arg))
                return true;
        if (msec == 0)
                return false;
        if (is_limited)
                deadline = park_deadline(msec);
        while (sleep_until(p, is_limited ? &deadline : NULL))
                if (p->is_ready(p->arg))
                        return true;
        return p->is_ready(p->arg);
}

bool park(Park *p, uint32_t msec) {
        bool is_ready;

        pthread_cleanup_push(leave, p);
        is_ready = wait_ready(p, msec);
        pthread_cleanup_pop(1);
        return is_ready;
}
