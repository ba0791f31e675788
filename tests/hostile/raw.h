/* SPDX-License-Identifier: MIT */
/*
 * Raw: a client end without a runtime. Writes what it likes into the memory of its own channel.
 */
#pragma once

#include <stdint.h>

#include <hostile/Target.edl.h>

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

/* A message in private memory, to be spoilt and sent. */
typedef struct Crafted {
        hostile_Target_entity_req msg;
        _Alignas(8) uint8_t arena[512];
        uint32_t msg_size, arena_size; /* what the slot will say; no more than the above is copied */
} Crafted;

/* Well-formed ones. In All: text at 0, 4 bytes; numbers at 4, 2 of them; items at 12, 2 of them; their
 * texts and data from 52 on; the choice is a string at 80. */
void craft_put(Crafted *c);
void craft_all(Crafted *c);
void craft_give(Crafted *c);
#define CRAFT_TEXT    0u
#define CRAFT_NUMBERS 4u
#define CRAFT_ITEMS   12u
#define CRAFT_NAMES   52u
#define CRAFT_DATA    64u
#define CRAFT_WORD    80u
#define CRAFT_USED    88u
hostile_ITarget_Item *craft_item(Crafted *c, unsigned i);

/* Copies it into a slot and says so, as a client does. */
void raw_send(Raw *r, uint32_t slot, const Crafted *c);
/* Says that a slot holds a call, whatever it holds. */
void raw_post(Raw *r, uint32_t slot);
/* Waits for the answer and frees the slot. Returns the status; of no meaning once the attack is to stop. */
int32_t raw_wait(Raw *r, uint32_t slot);
/* send, wait, and complain when the status is another one. */
void raw_expect(Raw *r, const char *what, const Crafted *c, int32_t status);
