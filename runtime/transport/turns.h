/* SPDX-License-Identifier: MIT */
/*
 * Turns: the order in which three parties that hand one processor to each other come to run.
 *
 * Two that yield alternate whatever happens. Three go round in a ring, and the ring has two directions:
 * client, relay, server, where each finds what the one before has left for it, and client, server, relay,
 * where every other turn is for nothing. Nothing changes the direction by itself: the scheduler keeps each
 * one's place, also through a sleep. Its place follows from the length of its slices, so the relay, when
 * it keeps coming too early, takes one slice of an odd length and so moves to another place of the ring.
 * Where answers are judged too it takes slices of half the length: it comes twice in each round then.
 *
 * On systems where a thread can't choose its slice this does nothing, and calls cost the wrong ring's turns
 * when they are in it. docs/decisions/0019-relay.md has the measurements.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TURNS_LATE    8u  /* waits in a row that a turn for nothing came before */
#define TURNS_GAP_MAX 64u /* the same after moves that did not help */
#define TURNS_STEADY  64u /* waits in a row without: the next move may come early again */
#define TURNS_MIX     64u /* messages over which the share of answers is taken */

typedef struct Turns {
        uint64_t usual_ns; /* slice; 0: not known */
        uint32_t gap;      /* late waits before the next move */
        uint32_t n_late, n_steady, n_moves;
        uint32_t n_messages, n_answers; /* of the current share */
        bool is_half, is_moving;
} Turns;

/* By the thread whose turns these are. */
void turns_begin(Turns *t);
/* A wait ended after so many yields; 0: without. */
void turns_waited(Turns *t, uint32_t n_yields);
/* A message was handed on: a request, or an answer. */
void turns_handed_on(Turns *t, bool is_answer);
