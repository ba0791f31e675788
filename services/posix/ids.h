/* SPDX-License-Identifier: MIT */
/*
 * Free places of an array, as numbers: a stack without locks, so that a signal handler may take one while the
 * thread it interrupted does.
 *
 * Always true: a number is either in the stack or somebody's. The head carries a count of its changes, so a
 * number that came back in between is noticed.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#define IDS_NONE UINT32_MAX

typedef struct Ids {
        _Atomic uint64_t head;   /* changes << 32 | the top number + 1, 0: empty */
        _Atomic uint32_t fresh;  /* numbers from here on were never taken */
        uint32_t n;              /* how many there are */
        _Atomic uint32_t *below; /* for each number, what is under it: a number + 1, 0: nothing */
} Ids;

/* All n numbers are free. */
#define IDS_FULL(links)                                                                                      \
        { .n = sizeof(links) / sizeof *(links), .below = (links) }

/* All numbers that were ever taken are below. */
static inline uint32_t ids_touched(const Ids *ids) {
        return atomic_load(&ids->fresh);
}

/* A number, or IDS_NONE. */
uint32_t ids_take(Ids *ids);
void ids_put(Ids *ids, uint32_t id);
