/* SPDX-License-Identifier: MIT */
/*
 * Ringing and waiting: see bell.h.
 */
#include "bell.h"

int bell_init(Bell *b) {
        pthread_condattr_t attr;
        int r = pthread_condattr_init(&attr);

        if (r)
                return -r;
        *b = (Bell){.n_rings = 0};
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        r = pthread_cond_init(&b->rung, &attr);
        (void)pthread_condattr_destroy(&attr);
        if (r)
                return -r;
        r = pthread_mutex_init(&b->lock, NULL);
        if (r)
                (void)pthread_cond_destroy(&b->rung);
        return -r;
}

void bell_deinit(Bell *b) {
        (void)pthread_cond_destroy(&b->rung);
        (void)pthread_mutex_destroy(&b->lock);
}

uint64_t bell_listen(Bell *b) {
        uint64_t n;

        (void)pthread_mutex_lock(&b->lock);
        n = b->n_rings;
        (void)pthread_mutex_unlock(&b->lock);
        return n;
}

void bell_wait(Bell *b, uint64_t heard, const struct timespec *until) {
        int r = 0;

        (void)pthread_mutex_lock(&b->lock);
        while (r == 0 && b->n_rings == heard)
                r = pthread_cond_timedwait(&b->rung, &b->lock, until);
        (void)pthread_mutex_unlock(&b->lock);
}

void bell_ring(Bell *b) {
        (void)pthread_mutex_lock(&b->lock);
        b->n_rings++;
        (void)pthread_cond_broadcast(&b->rung);
        (void)pthread_mutex_unlock(&b->lock);
}
