/* SPDX-License-Identifier: MIT */
/*
 * Attack: something a hostile client does again and again, each from a channel and a process of its
 * own, while the neighbour goes on.
 */
#pragma once

#include "raw.h"

typedef struct Attack {
        const char *name;    /* a statement that is true when the case passes */
        const char *outcome; /* what the attacker gets, for the list */
        void (*begin)(Raw *r);
        void (*round)(Raw *r);
        uint32_t n_rounds; /* at least; 0: ATTACK_ROUNDS */
} Attack;

#define ATTACK_ROUNDS 300

/* Tables end with a NULL name. */
extern const Attack message_attacks[];  /* wrong messages, each answered with its code */
extern const Attack protocol_attacks[]; /* wrong words, bells, sleeps, descriptors */
