/* SPDX-License-Identifier: MIT */
/*
 * The short wait before a sleep: spin while that has paid, then offer the processor a few times.
 *
 * A hand-over on one processor by yielding costs about half of one by sleeping, and a reply from
 * another processor that really runs comes within a microsecond; a sleep is the safe rest of it.
 * Which of them works changes with the load and, on a virtual machine, from second to second, so
 * each waiter learns: what has not paid is left out and tried again only now and then. Nothing
 * here is unbounded. docs/decisions/0005-waiting.md has the measurements.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/linux/clock.h"
#include "platform/linux/cpu.h"
#include "platform/linux/rseq.h"

#define WAIT_SPIN_MAX_NS   20000u /* longest spin as a habit */
#define WAIT_SPIN_START_NS 2000u
#define WAIT_SPIN_FLOOR_NS 1000u   /* shortest; catches a peer that answers at once */
#define WAIT_SPIN_MISSES   64u     /* after so many misses in a row only probes spin */
#define WAIT_SPIN_CHECKS   16      /* looks between two clock reads */
#define WAIT_PROBE_NS      100000u /* a probe outlasts a wake-up on another processor */
#define WAIT_PROBE_GAP     8u      /* waits before the first probe; doubles with each that fails */
#define WAIT_PROBE_GAP_MAX 4096u
#define WAIT_SPIN_STEADY   64u /* so many hits in a row: both ends run; probe early again when that ends */
#define WAIT_YIELDS        4
#define WAIT_YIELD_MISSES  16u      /* after so many fruitless waits in a row, stop yielding */
#define WAIT_YIELD_PROBE   31u      /* but try again in every 32nd wait */
#define WAIT_YIELD_SLOW_NS 1000000u /* a stranger had his time slice: many callers in turn take less */
#define WAIT_YIELD_SHARE   256u     /* quick ones took this part of a slow one: it was others' turn */
#define WAIT_PROGRESS      2u       /* steps of the other side that make a long yield well spent */
#define WAIT_YIELD_BAN     256u /* waits without yielding after that; doubles each time it happens again */
#define WAIT_YIELD_BAN_MAX 65536u
#define WAIT_YIELD_GOOD    1024u /* quick yields in a row that halve the next ban */

/* What one waiter has learnt. */
typedef struct WaitHabit {
        uint32_t spin_ns;      /* current budget, 0: does not pay */
        uint32_t spin_misses;  /* spins in a row that brought nothing */
        uint32_t spin_hits;    /* spins in a row that paid */
        uint32_t probe_gap;    /* waits from one probe to the next */
        uint32_t probe_in;     /* waits until the next probe */
        uint32_t yield_misses; /* waits in a row in which yielding brought nothing */
        uint32_t yield_banned; /* waits left without yielding: somebody else wants the processor */
        uint32_t yield_ban;    /* length of the last ban, 0: none so far */
        uint32_t yield_good;   /* quick ones in a row */
        uint64_t yield_quick;  /* nanoseconds of quick ones since the last slow one */
        uint32_t yields;       /* of the last wait, if they ended it; else 0 */
} WaitHabit;

#define WAIT_HABIT_INIT                                                                                      \
        { .spin_ns = WAIT_SPIN_START_NS, .probe_gap = WAIT_PROBE_GAP, .probe_in = WAIT_PROBE_GAP }

typedef bool WaitReady(void *arg);

/* A spin that paid is kept at four times what it took. What a probe caught late is only a reason to try
 * again soon: if the other side stays awake, the next answer comes within the floor. */
static inline void wait_spin_paid(WaitHabit *h, uint64_t took_ns) {
        uint64_t want = took_ns < WAIT_SPIN_MAX_NS ? took_ns * 4 + 1000 : WAIT_SPIN_START_NS;

        if (want > WAIT_SPIN_MAX_NS)
                want = WAIT_SPIN_MAX_NS;
        if (want > h->spin_ns)
                h->spin_ns = (uint32_t)want;
        h->spin_misses = 0;
        if (++h->spin_hits >= WAIT_SPIN_STEADY)
                h->probe_gap = WAIT_PROBE_GAP;
}

static inline void wait_spin_missed(WaitHabit *h) {
        h->spin_ns -= h->spin_ns / 4;
        if (h->spin_ns < WAIT_SPIN_FLOOR_NS)
                h->spin_ns = h->spin_misses < WAIT_SPIN_MISSES ? WAIT_SPIN_FLOOR_NS : 0;
        h->spin_misses++;
        h->spin_hits = 0;
}

/* How long to spin this time. A probe costs about what the sleep it may save would cost. */
static inline uint32_t wait_spin_budget(WaitHabit *h) {
        if (h->probe_in-- > 0)
                return h->spin_ns;
        if (h->probe_gap < WAIT_PROBE_GAP_MAX)
                h->probe_gap *= 2;
        h->probe_in = h->probe_gap;
        return WAIT_PROBE_NS;
}

static inline bool wait_spin(WaitHabit *h, uint32_t budget, WaitReady *ready, void *arg) {
        uint64_t start = plat_now_ns(), took;

        do {
                for (int i = 0; i < WAIT_SPIN_CHECKS; i++) {
                        plat_relax();
                        if (ready(arg)) {
                                wait_spin_paid(h, plat_now_ns() - start);
                                return true;
                        }
                }
                took = plat_now_ns() - start;
        } while (took < budget);
        wait_spin_missed(h);
        return false;
}

/* On a processor that others keep busy a yield costs a whole time slice, and a sleep costs nothing of
 * the kind: a wake-up goes ahead of whoever has used up his share. But where those others are another
 * session's, the slice went to them because ours was used up (decision 0034), and sleeping would lose it too:
 * then many quick yields lie between two slow ones. */
static inline void wait_yield_took(WaitHabit *h, uint64_t ns) {
        bool is_others_turn = h->yield_quick >= ns / WAIT_YIELD_SHARE;

        if (ns < WAIT_YIELD_SLOW_NS) {
                h->yield_quick += ns;
                if (h->yield_ban && ++h->yield_good >= WAIT_YIELD_GOOD) {
                        h->yield_ban /= 2;
                        h->yield_good = 0;
                }
                return;
        }
        h->yield_quick = 0;
        if (is_others_turn)
                return;
        h->yield_ban = h->yield_ban < WAIT_YIELD_BAN ? WAIT_YIELD_BAN : h->yield_ban * 2;
        if (h->yield_ban > WAIT_YIELD_BAN_MAX)
                h->yield_ban = WAIT_YIELD_BAN_MAX;
        h->yield_banned = h->yield_ban;
        h->yield_good = 0;
}

/* progress: counts what the other side does for anybody, or NULL. A long yield during which it moved was
 * spent on work of our kind, many callers in turn, and is no reason to sleep. */
static inline bool wait_yield(WaitHabit *h, const _Atomic uint32_t *progress, WaitReady *ready, void *arg) {
        uint32_t done = progress ? atomic_load_explicit(progress, memory_order_relaxed) : 0;
        uint64_t before = plat_now_ns(), now;

        plat_leave_rseq_once();
        for (int i = 0; i < WAIT_YIELDS && !h->yield_banned; i++) {
                sched_yield();
                now = plat_now_ns();
                if (!progress || atomic_load_explicit(progress, memory_order_relaxed) - done < WAIT_PROGRESS)
                        wait_yield_took(h, now - before);
                before = now;
                if (ready(arg)) {
                        h->yield_misses = 0;
                        h->yields = (uint32_t)i + 1;
                        return true;
                }
        }
        h->yield_misses++;
        return false;
}

static inline bool wait_may_yield(WaitHabit *h) {
        if (h->yield_banned) {
                h->yield_banned--;
                return false;
        }
        if (h->yield_misses < WAIT_YIELD_MISSES)
                return true;
        return (h->yield_misses++ & WAIT_YIELD_PROBE) == 0;
}

/* True as soon as `ready` is; false: go to sleep. peer_here: the other side was last seen on this
 * processor, where spinning only keeps it from running. */
static inline bool wait_brief(
        WaitHabit *h, bool peer_here, const _Atomic uint32_t *progress, WaitReady *ready, void *arg) {
        if (ready(arg))
                return true;
        if (!peer_here) {
                uint32_t budget = wait_spin_budget(h);

                if (budget > 0 && wait_spin(h, budget, ready, arg))
                        return true;
        }
        return wait_may_yield(h) && wait_yield(h, progress, ready, arg);
}
