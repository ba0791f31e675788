/* SPDX-License-Identifier: MIT */
/*
 * Read-write locks, on those of the C library, which prefer readers.
 */
#include <kos/rwlock.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include <coresrv/time/timeout.h>

#include "park.h"

typedef struct __attribute__((may_alias)) RWLock {
        pthread_rwlock_t lock;
} RWLock;

_Static_assert(sizeof(RWLock) <= sizeof(KosRWLock), "a lock fits its public type");

static pthread_rwlock_t *inside(KosRWLock *lock) {
        return &((RWLock *)lock)->lock;
}

/* The C library notices some of those who wait for themselves; they are to wait all the same, because
 * the caller can't be told. It refuses more readers than it can count, who may try again. */
static void insist(int (*take)(pthread_rwlock_t *lock), pthread_rwlock_t *lock) {
        int r = take(lock);

        while (r == EAGAIN) {
                (void)sched_yield();
                r = take(lock);
        }
        if (r == EDEADLK)
                park_nowhere(INFINITE_TIMEOUT);
}

void KosRWLockInit(KosRWLock *lock) {
        (void)pthread_rwlock_init(inside(lock), NULL);
}

void KosRWLockDeinit(KosRWLock *lock) {
        (void)pthread_rwlock_destroy(inside(lock));
}

void KosRWLockRead(KosRWLock *lock) {
        insist(pthread_rwlock_rdlock, inside(lock));
}

void KosRWLockWrite(KosRWLock *lock) {
        insist(pthread_rwlock_wrlock, inside(lock));
}

Retcode KosRWLockTryRead(KosRWLock *lock) {
        int r = pthread_rwlock_tryrdlock(inside(lock));

        if (r == EAGAIN)
                return rcOutOfMemory;
        return r == 0 ? rcOk : rcBusy;
}

Retcode KosRWLockTryWrite(KosRWLock *lock) {
        return pthread_rwlock_trywrlock(inside(lock)) == 0 ? rcOk : rcBusy;
}

void KosRWLockUnlock(KosRWLock *lock) {
        (void)pthread_rwlock_unlock(inside(lock));
}
