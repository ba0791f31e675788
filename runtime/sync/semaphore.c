/* SPDX-License-Identifier: MIT */
/*
 * Semaphores, on parking: those of the C library neither count who waits nor use the monotonic clock.
 */
#include <kos/semaphore.h>

#include <stdatomic.h>

#include "park.h"

#define ALIVE 0x73656d6170686f72ull /* no plausible pattern of memory that was never initialised */

typedef struct __attribute__((may_alias)) Semaphore {
        _Atomic uint64_t mark; /* ALIVE between Init and Deinit */
        pthread_mutex_t lock;
        pthread_cond_t wake;
        uint32_t count;
        uint32_t n_waiters;
} Semaphore;

_Static_assert(sizeof(Semaphore) <= sizeof(KosSemaphore), "a semaphore fits its public type");

/* NULL: no semaphore. */
static Semaphore *inside(KosSemaphore *semaphore) {
        Semaphore *s = (Semaphore *)semaphore;

        return s && atomic_load(&s->mark) == ALIVE ? s : NULL;
}

static bool take(void *arg) {
        Semaphore *s = arg;

        if (s->count == 0)
                return false;
        s->count--;
        return true;
}

/* A thread may be ended after it was woken and before it took its permit: then it is another's turn. */
static void leave(void *arg) {
        Semaphore *s = arg;

        s->n_waiters--;
        if (s->count > 0 && s->n_waiters > 0)
                (void)pthread_cond_signal(&s->wake);
}

Retcode KosSemaphoreInit(KosSemaphore *semaphore, unsigned count) {
        Semaphore *s = (Semaphore *)semaphore;

        if (!s)
                return rcInvalidArgument;
        if (count > KOS_SEMAPHORE_VALUE_MAX)
                return rcFail;
        park_init(&s->lock, &s->wake);
        s->count = count;
        s->n_waiters = 0;
        atomic_store(&s->mark, ALIVE);
        return rcOk;
}

Retcode KosSemaphoreDeinit(KosSemaphore *semaphore) {
        Semaphore *s = inside(semaphore);
        bool is_busy;

        if (!s)
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&s->lock);
        is_busy = s->n_waiters > 0;
        if (!is_busy)
                atomic_store(&s->mark, 0);
        (void)pthread_mutex_unlock(&s->lock);
        if (is_busy)
                return rcBusy;
        park_deinit(&s->lock, &s->wake);
        return rcOk;
}

Retcode KosSemaphoreWait(KosSemaphore *semaphore) {
        return KosSemaphoreWaitTimeout(semaphore, INFINITE_TIMEOUT);
}

Retcode KosSemaphoreWaitTimeout(KosSemaphore *semaphore, rtl_uint32_t mdelay) {
        Semaphore *s = inside(semaphore);
        Park p;

        if (!s)
                return rcInvalidArgument;
        park_check_end();
        p = (Park){.lock = &s->lock, .wake = &s->wake, .is_ready = take, .leave = leave, .arg = s};
        (void)pthread_mutex_lock(&s->lock);
        if (take(s)) {
                (void)pthread_mutex_unlock(&s->lock);
                return rcOk;
        }
        s->n_waiters++;
        return park(&p, mdelay) ? rcOk : rcTimeout;
}

Retcode KosSemaphoreTryWait(KosSemaphore *semaphore) {
        Semaphore *s = inside(semaphore);
        bool is_taken;

        if (!s)
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&s->lock);
        is_taken = take(s);
        (void)pthread_mutex_unlock(&s->lock);
        return is_taken ? rcOk : rcBusy;
}

Retcode KosSemaphoreSignal(KosSemaphore *semaphore) {
        return KosSemaphoreSignalN(semaphore, 1);
}

Retcode KosSemaphoreSignalN(KosSemaphore *semaphore, unsigned n) {
        Semaphore *s = inside(semaphore);
        Retcode rc = rcFail;

        if (!s)
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&s->lock);
        if (n <= KOS_SEMAPHORE_VALUE_MAX - s->count) {
                s->count += n;
                rc = rcOk;
                if (s->n_waiters > 0)
                        (void)(n == 1 ? pthread_cond_signal(&s->wake) : pthread_cond_broadcast(&s->wake));
        }
        (void)pthread_mutex_unlock(&s->lock);
        return rc;
}
