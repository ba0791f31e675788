/* SPDX-License-Identifier: MIT */
/*
 * Mutexes, on those of the C library. Who owns one, and how often, is noted beside it: then a condition
 * variable can free a recursive one, and an unlock by a stranger is recognised.
 */
#include <kos/mutex.h>

#include <pthread.h>
#include <stdatomic.h>

#include "lock.h"
#include "park.h"

typedef struct __attribute__((may_alias)) Mutex {
        pthread_mutex_t lock;    /* a plain one: whoever locks it twice waits for himself */
        _Atomic uintptr_t owner; /* 0: free. Each thread only asks whether it is itself */
        uint32_t depth;          /* the owner's */
        bool is_recursive;
} Mutex;

_Static_assert(sizeof(Mutex) <= sizeof(KosMutex), "a mutex fits its public type");

static Mutex *inside(KosMutex *mutex) {
        return (Mutex *)mutex;
}

static bool is_owner(Mutex *m) {
        return atomic_load_explicit(&m->owner, memory_order_relaxed) == (uintptr_t)pthread_self();
}

static void own(Mutex *m, uint32_t depth) {
        atomic_store_explicit(&m->owner, (uintptr_t)pthread_self(), memory_order_relaxed);
        m->depth = depth;
}

static void disown(Mutex *m) {
        atomic_store_explicit(&m->owner, 0, memory_order_relaxed);
        (void)pthread_mutex_unlock(&m->lock);
}

static bool lock_again(Mutex *m) {
        if (!m->is_recursive || !is_owner(m))
                return false;
        m->depth++;
        return true;
}

void KosMutexInit(KosMutex *mutex) {
        KosMutexInitEx(mutex, 0);
}

void KosMutexInitEx(KosMutex *mutex, int recursive) {
        Mutex *m = inside(mutex);

        (void)pthread_mutex_init(&m->lock, NULL);
        atomic_init(&m->owner, 0);
        m->depth = 0;
        m->is_recursive = recursive != 0;
}

void KosMutexDeinit(KosMutex *mutex) {
        (void)pthread_mutex_destroy(&inside(mutex)->lock);
}

void KosMutexLock(KosMutex *mutex) {
        Mutex *m = inside(mutex);

        if (lock_again(m))
                return;
        (void)pthread_mutex_lock(&m->lock);
        own(m, 1);
}

Retcode KosMutexTryLock(KosMutex *mutex) {
        Mutex *m = inside(mutex);

        if (lock_again(m))
                return rcOk;
        if (pthread_mutex_trylock(&m->lock) != 0)
                return rcBusy;
        own(m, 1);
        return rcOk;
}

Retcode KosMutexLockTimeout(KosMutex *mutex, rtl_uint32_t mdelay) {
        Mutex *m = inside(mutex);

        if (mdelay == INFINITE_TIMEOUT) {
                KosMutexLock(mutex);
                return rcOk;
        }
        if (KosMutexTryLock(mutex) == rcOk)
                return rcOk;
        if (mdelay == 0 || !park_lock(&m->lock, mdelay))
                return rcTimeout;
        own(m, 1);
        return rcOk;
}

void KosMutexUnlock(KosMutex *mutex) {
        Mutex *m = inside(mutex);

        if (is_owner(m) && --m->depth == 0)
                disown(m);
}

rtl_bool KosMutexIsLocked(const KosMutex *mutex) {
        const Mutex *m = (const Mutex *)mutex;

        return atomic_load_explicit(&m->owner, memory_order_relaxed) != 0;
}

uint32_t lock_give_up(KosMutex *mutex) {
        Mutex *m = inside(mutex);
        uint32_t depth;

        if (!is_owner(m))
                return 0;
        depth = m->depth;
        disown(m);
        return depth;
}

void lock_have_back(KosMutex *mutex, uint32_t depth) {
        Mutex *m = inside(mutex);

        (void)pthread_mutex_lock(&m->lock);
        own(m, depth);
}
