/* SPDX-License-Identifier: MIT */
/*
 * Visit: a server thread runs for a while where its only caller runs.
 *
 * Where two processors wake each other slowly (a virtual machine), a call between them costs ten
 * times a hand-over on one. A caller that keeps having to sleep for a server elsewhere stays put
 * for the length of that sleep and says so; the server comes over before it answers, and from
 * then on the two hand the processor to each other. A visit ends when another client calls, when
 * the server has nothing to do for a moment, or after VISIT_CALLS calls, so that the scheduler may
 * place the thread anew. A thread that its program pinned never moves. Where to is the caller's word:
 * one that names another processor each time must not keep the thread moving.
 */
#pragma once

#include "chan_layout.h"
#include "platform/linux/affinity.h"

#define VISIT_AFTER   4u     /* requests in a row from one channel before the thread follows its client */
#define VISIT_AGAIN   16u    /* calls from one move to the next: each costs more than a call */
#define VISIT_CALLS   65536u /* calls of one visit */
#define VISIT_IDLE_MS 2u     /* a longer sleep ends it */

/* One server thread's state. */
typedef struct Visit {
        PlatStay stay;
        const void *host;  /* channel of the last request; compared, never followed */
        uint32_t n_calls;  /* requests in a row from it */
        uint32_t moved_at; /* n_calls at the last move of this visit */
} Visit;

/* A request of `host` was received. */
void visit_note(Visit *v, const void *host);
/* Before the answer: comes over if the caller invites and the visit is worth it. */
void visit_follow(Visit *v, uint32_t cpu);
static inline bool visit_is_on(const Visit *v) {
        return v->stay.staying;
}
void visit_end(Visit *v);
