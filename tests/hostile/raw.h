/* SPDX-License-Identifier: MIT */
/*
 * Raw: a client end without a runtime. Writes what it likes into the memory of its own channel.
 */
#pragma once

#include <stdint.h>

#include "craft.h"
#include "site.h"
#include "transport/chan_mem.h"

typedef struct Raw {
        ChanHeader *mem;
        int mem_fd, bell_fd, status_fd;
        Score *score;
        uint64_t round; /* from 0 */
        uint64_t seed;
} Raw;

/* Maps the channel of client i; in the client's process. -1: it can't be. */
int raw_open(Raw *r, Site *s, unsigned i);

/* The next of a row of numbers that look random and are the same in every run. */
uint64_t raw_random(Raw *r);

/* Copies it into a slot and says so, as a client does. */
void raw_send(Raw *r, uint32_t slot, const Crafted *c);
/* Says that a slot holds a call, whatever it holds. */
void raw_post(Raw *r, uint32_t slot);
/* Waits for the answer and frees the slot. Returns the status; of no meaning once the attack is to stop. */
int32_t raw_wait(Raw *r, uint32_t slot);
/* send, wait, and complain when the status is another one. */
void raw_expect(Raw *r, const char *what, const Crafted *c, int32_t status);
