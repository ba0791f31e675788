/* SPDX-License-Identifier: MIT */
/*
 * One channel's server end: its legs, and which of their requests may be received.
 *
 * Requests that nobody waits for come first, and others of the same channel not before those are answered: a
 * client that goes on without waiting finds that its later calls are served later.
 */
#pragma once

#include "chan_mem.h"
#include "nk/held.h"

/* One channel's server end. */
typedef struct ChanEnd {
        ChanHeader *mem;    /* the direct leg, or NULL */
        ChanHeader *judged; /* the server's leg, or NULL */
        const ChanKernel *kernel;
        const ChanVerdicts *verdicts;
        const ShapeTable *shape; /* NULL: requests are not checked */
        HeldTable held;
        uint32_t seat;           /* the client's in it */
        uint32_t msg_max;        /* the largest request of the class, constant part */
        uint32_t arena_max;      /* and arena */
        uint64_t number;         /* in the order in which they were added, from 1 */
        char *peer;              /* name of the client's process; NULL: not known */
        _Atomic uint32_t n_open; /* requests that threads hold; they keep the end alive */
        _Atomic uint32_t
                n_unwaited; /* of them, those that nobody waits for: no other is received meanwhile */
        struct ChanEnd *next_retired;
} ChanEnd;

/* All of the plan but its two descriptors is taken over on success. */
int chan_end_new(const ChanEndPlan *plan, ChanEnd **ret_end);
ChanEnd *chan_end_free(ChanEnd *end);
/* Tells the client that its server has gone. */
void chan_end_close(ChanEnd *end);
/* The client has gone. */
bool chan_end_is_gone(ChanEnd *end);

/* --- receiving: on the path of each call --- */

/* Requests that nobody waits for: of a channel's legs only the direct one has them. */
static inline uint32_t chan_end_unwaited(ChanEnd *end) {
        return end->mem ? chan_unwaited(atomic_load(chan_pending(end->mem))) : 0;
}

/* What may be received of a leg whose `pending` was that. Where nobody waits, the client goes on, and what it
 * calls next is to be served after that. */
static inline uint32_t chan_end_receivable(ChanEnd *end, const ChanHeader *leg, uint32_t pending) {
        uint32_t unwaited = leg == end->mem ? chan_unwaited(pending) : 0;

        pending &= CHAN_ALL_SLOTS;
        if (unwaited || !pending)
                return unwaited;
        if (atomic_load(&end->n_unwaited) || (leg != end->mem && chan_end_unwaited(end)))
                return 0;
        return pending;
}

/* A client that posts again what a thread still holds gets two threads into one slot: each has a copy of
 * its own, and both answer into memory that only this client reads. The counts first: n_open keeps the end
 * alive, and who sees one of n_unwaited taken sees it counted. Only while `pending` is as it was looked at.
 */
static inline bool chan_end_try(
        ChanEnd *end, ChanHeader *leg, uint32_t pending, uint32_t bit, bool is_unwaited) {
        ChanSlot *slot = chan_slot(leg, (uint32_t)__builtin_ctz(bit));

        if (leg == end->mem && (*(volatile uint32_t *)&slot->flags & CHAN_TELLS))
                *(volatile uint32_t *)&slot->turn = 1;
        atomic_fetch_add(&end->n_open, 1);
        if (is_unwaited)
                atomic_fetch_add(&end->n_unwaited, 1);
        if (atomic_compare_exchange_strong(chan_pending(leg), &pending, pending & ~chan_both(bit))) {
                if (is_unwaited || !atomic_load(&end->n_unwaited))
                        return true;
                /* Another thread took one between our two looks: ours may be later than that. */
                atomic_fetch_or(chan_pending(leg), bit);
        }
        if (is_unwaited)
                atomic_fetch_sub(&end->n_unwaited, 1);
        atomic_fetch_sub(&end->n_open, 1); /* withdrawn, or another thread was faster */
        return false;
}

#define CHAN_END_TRIES (2 * CHAN_SLOTS) /* a client may change the word as fast as we look */

/* One request of this leg, if it has any. */
static inline bool chan_end_take_from(ChanEnd *end, ChanHeader *leg, ChanRequest *ret_request) {
        for (uint32_t i = 0; i < CHAN_END_TRIES; i++) {
                uint32_t pending = atomic_load_explicit(chan_pending(leg), memory_order_acquire);
                uint32_t open = chan_end_receivable(end, leg, pending), bit = open & -open;
                bool is_unwaited = leg == end->mem && (chan_unwaited(pending) & bit);

                if (!open)
                        return false;
                if (!chan_end_try(end, leg, pending, bit, is_unwaited))
                        continue;
                *ret_request = (ChanRequest){.end = end,
                        .slot = (uint32_t)__builtin_ctz(bit),
                        .way = leg == end->mem ? CHAN_WAY_DIRECT : CHAN_WAY_JUDGED,
                        .is_unwaited = is_unwaited};
                return true;
        }
        return false;
}

/* The legs should take turns in being first. */
static inline bool chan_end_take(ChanEnd *end, bool direct_first, ChanRequest *ret_request) {
        if (!end->judged)
                return chan_end_take_from(end, end->mem, ret_request);
        if (!end->mem)
                return chan_end_take_from(end, end->judged, ret_request);
        if (direct_first)
                return chan_end_take_from(end, end->mem, ret_request) ||
                       chan_end_take_from(end, end->judged, ret_request);
        return chan_end_take_from(end, end->judged, ret_request) ||
               chan_end_take_from(end, end->mem, ret_request);
}

static inline bool chan_end_is_leg_pending(ChanEnd *end, ChanHeader *leg) {
        return leg && chan_end_receivable(end, leg, atomic_load(chan_pending(leg)));
}

static inline bool chan_end_is_pending(ChanEnd *end) {
        return chan_end_is_leg_pending(end, end->mem) || chan_end_is_leg_pending(end, end->judged);
}
