/* SPDX-License-Identifier: MIT */
/*
 * Duel: a client between a hostile server and a good one. It calls both in turn; the hostile one is
 * allowed to spoil its own calls, and nothing else.
 */
#pragma once

#include <sys/types.h>

#include <hostile/Target.edl.h>

#include "score.h"
#include "support/link.h"
#include "transport/chan_mem.h"

#define DUEL_CHANNEL "villain"

/* The end of a hostile server, without a runtime. */
typedef struct Villain {
        ChanHeader *mem;
        StatusEntry *entries;
        int mem_fd, ear_fd;
        Score *score;
        uint64_t seed;
} Villain;

uint64_t villain_random(Villain *v);
/* Waits for a call and takes it. Returns the slot. */
uint32_t villain_take(Villain *v);
/* A good answer to the Put in a slot, in its memory but not yet given. */
hostile_ITarget_Put_res *villain_prepare(Villain *v, uint32_t slot);
char *villain_arena(Villain *v, uint32_t slot); /* of that answer; KEY_SIZE bytes are used */
#define VILLAIN_KEY      "hostile"
#define VILLAIN_KEY_SIZE 8u
void villain_answer(Villain *v, uint32_t slot);

/* What the client's call of the hostile server may end with: bits. An answer that is accepted has been
 * looked at once more, and was well-formed. */
enum {
        DUEL_ACCEPTED = 1 << 0,
        DUEL_REFUSED = 1 << 1, /* NK_EINVAL: wrong structure */
        DUEL_NO_ROOM = 1 << 2, /* NK_ENOMEM: larger than the client's room */
        DUEL_TIMEOUT = 1 << 3, /* NK_EAGAIN */
        DUEL_ENDED = 1 << 4,   /* NK_ENOTCONN */
        DUEL_CODE = 1 << 5,    /* any other code but NK_EOK */
};

typedef struct DuelAttack {
        const char *name;    /* a statement that is true when the case passes */
        const char *outcome; /* what the client gets, for the list */
        uint32_t allowed;    /* DUEL_* */
        void (*begin)(Villain *v);
        void (*round)(Villain *v);
        uint32_t n_rounds; /* calls of the client, at least; 0: DUEL_ROUNDS */
} DuelAttack;

#define DUEL_ROUNDS     200
#define DUEL_TIMEOUT_MS 20 /* limit of the client's calls; none where no answer must come too late */

extern const DuelAttack duel_attacks[]; /* ends with a NULL name */
