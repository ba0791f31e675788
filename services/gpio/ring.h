/* SPDX-License-Identifier: MIT */
/*
 * Ring: a queue of things of one size that never grows and never loses silently.
 *
 * When it is full, what comes is counted, and so is all that comes after it until everything was taken: what
 * is lost lies at one place in the order, behind the last thing that was kept. Not for several threads.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Ring {
        char *items;
        uint32_t item_size; /* bytes */
        uint32_t capacity;
        uint32_t head; /* index of the oldest */
        uint32_t n_items;
        uint64_t n_lost; /* since the last one that was kept */
} Ring;

/* 0, -ENOMEM. */
int ring_init(Ring *r, uint32_t item_size, uint32_t capacity);
void ring_deinit(Ring *r); /* also one that is all zeros */

/* False: it was counted as lost. */
bool ring_put(Ring *r, const void *item);

/* Moves the oldest ones to `items`, at most n_max. Returns how many. *ret_lost: how many were lost behind the
 * last of them; not 0 only when the ring is empty afterwards. */
uint32_t ring_take(Ring *r, void *items, uint32_t n_max, uint64_t *ret_lost);
