/* SPDX-License-Identifier: MIT */
/*
 * Due: which sessions are to hear of events, and who is next. They take turns: a client whose pins never rest
 * keeps nobody else waiting. The caller's lock is the bank's.
 */
#pragma once

#include <stdint.h>

#include "bank.h"

typedef struct Due {
        uint32_t ports[BANK_OWNERS_MAX]; /* of each session's place, a bit for each port */
        uint32_t n;                      /* places with a bit */
        uint32_t turn;
} Due;

static inline void due_add(Due *d, uint32_t place, uint32_t ports) {
        d->n += d->ports[place] == 0 && ports != 0;
        d->ports[place] |= ports;
}

/* What it was due. */
static inline uint32_t due_drop(Due *d, uint32_t place) {
        uint32_t ports = d->ports[place];

        d->n -= ports != 0;
        d->ports[place] = 0;
        return ports;
}

/* The next place that is due, which is not due any more; n must not be 0. */
static inline uint32_t due_take(Due *d, uint32_t *ret_ports) {
        uint32_t place = d->turn % BANK_OWNERS_MAX;

        while (!d->ports[place])
                place = (place + 1) % BANK_OWNERS_MAX;
        d->turn = place + 1;
        *ret_ports = due_drop(d, place);
        return place;
}
