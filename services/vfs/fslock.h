/* SPDX-License-Identifier: MIT */
/*
 * The lock of a file system: many share it, or one has it alone, and both come in.
 *
 * The C library's lock lets in whoever shares as long as anybody shares: two clients that never stop reading
 * keep all others from ever writing. Its other kind does the same to those who read. So whoever wants it
 * alone passes a door, and keeps it shut behind him until he has the lock; while anybody does that, those
 * who would share pass the door too. Nobody is overtaken by more than those who crowd there with him, and
 * without writers sharing costs one look more.
 *
 * Not to be taken twice by one thread, not even shared: it would wait for itself at the door.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

typedef struct FsLock {
        pthread_rwlock_t held;
        pthread_mutex_t door;
        _Atomic uint32_t n_alone; /* those who want it alone, and do not have it yet */
} FsLock;

static inline void fslock_init(FsLock *l) {
        (void)pthread_rwlock_init(&l->held, NULL); /* without attributes neither can fail */
        (void)pthread_mutex_init(&l->door, NULL);
        atomic_init(&l->n_alone, 0);
}

static inline void fslock_deinit(FsLock *l) {
        (void)pthread_mutex_destroy(&l->door);
        (void)pthread_rwlock_destroy(&l->held);
}

static inline void fslock_take(FsLock *l) {
        (void)atomic_fetch_add_explicit(&l->n_alone, 1, memory_order_relaxed);
        (void)pthread_mutex_lock(&l->door);
        (void)pthread_rwlock_wrlock(&l->held);
        (void)atomic_fetch_sub_explicit(&l->n_alone, 1, memory_order_relaxed);
        (void)pthread_mutex_unlock(&l->door);
}

static inline void fslock_share(FsLock *l) {
        if (atomic_load_explicit(&l->n_alone, memory_order_relaxed) == 0) {
                (void)pthread_rwlock_rdlock(&l->held);
                return;
        }
        (void)pthread_mutex_lock(&l->door);
        (void)pthread_rwlock_rdlock(&l->held);
        (void)pthread_mutex_unlock(&l->door);
}

static inline void fslock_give(FsLock *l) {
        (void)pthread_rwlock_unlock(&l->held);
}
