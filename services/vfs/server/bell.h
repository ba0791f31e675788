/* SPDX-License-Identifier: MIT */
/*
 * A bell: wakes those calls of a process that wait for its streams.
 */
#pragma once

#include <pthread.h>
#include <stdint.h>
#include <time.h>

typedef struct Bell {
        pthread_mutex_t lock; /* of all below */
        pthread_cond_t rung;
        uint64_t n_rings;
} Bell;

int bell_init(Bell *b);
void bell_deinit(Bell *b);

/* How often it has rung; look at what you wait for after this. */
uint64_t bell_listen(Bell *b);
/* Waits for a ring after the `heard`-th, until a time of CLOCK_MONOTONIC. */
void bell_wait(Bell *b, uint64_t heard, const struct timespec *until);
void bell_ring(Bell *b);
