/* SPDX-License-Identifier: MIT */
/*
 * A bell: wakes those calls of a session that wait for its streams.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef struct Bell {
        pthread_mutex_t lock; /* of the two below */
        pthread_cond_t rung;
        uint64_t n_rings;
        bool is_broken; /* rings for good: the session has ended */
} Bell;

int bell_init(Bell *b);
void bell_deinit(Bell *b);

/* How often it has rung; look at what you wait for after this. */
uint64_t bell_listen(Bell *b);
/* Waits for a ring after the `heard`-th, until a time of CLOCK_MONOTONIC. False: it is broken. */
bool bell_wait(Bell *b, uint64_t heard, const struct timespec *until);
void bell_ring(Bell *b);
void bell_break(Bell *b);
