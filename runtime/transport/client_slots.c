/* SPDX-License-Identifier: MIT */
/*
 * Slots of a client end: who has which. A slot whose call was given up while the server held it is abandoned:
 * it comes back when the server answers after all.
 *
 * In a family's end each lane says itself whose it is, so that nothing is lost with a member that ends,
 * wherever he was; the masks then only follow.
 */
#include "client.h"

#include <errno.h>

#include "chan_mem.h"
#include "chan_sync.h"
#include "platform/linux/clock.h"
#include "platform/linux/futex.h"

#define QUEUE_SOON_NS 1000000u  /* who waits for a slot while one is abandoned: its reply wakes nobody */
#define QUEUE_LONG_NS 50000000u /* while none is: one that becomes abandoned wakes nobody either */

static void release_slot(ChanClient *c, uint32_t i) {
        uint32_t bit = 1u << i;

        if (c->is_shared)
                atomic_fetch_and(&c->abandoned, ~bit);
        atomic_fetch_and(&c->busy, ~bit);
        if (c->is_shared)
                atomic_store(&c->lanes[i].hold, HOLD_NONE);
}

/* Who takes an abandoned slot back has it for a moment: should he end meanwhile, it is found with him. */
static bool win_abandoned(ChanClient *c, uint32_t i) {
        uint32_t hold = atomic_load(&c->lanes[i].hold);

        if (!c->is_shared)
                return atomic_fetch_and(&c->abandoned, ~(1u << i)) & (1u << i);
        return (hold & ~HOLD_MEMBER) == HOLD_LEFT &&
               atomic_compare_exchange_strong(&c->lanes[i].hold, &hold, HOLD_CLAIMED | family_self());
}

/* Takes back abandoned slots that the server has answered meanwhile. */
void client_reclaim(ChanClient *c) {
        uint32_t left = atomic_load(&c->abandoned);

        while (left) {
                uint32_t i = (uint32_t)__builtin_ctz(left);
                ChanSlot *slot = c->lanes[i].slot;

                left &= left - 1;
                if ((atomic_load(&slot->state) & CHAN_STATE) != CHAN_REPLY)
                        continue;
                if (win_abandoned(c, i)) /* no other thread has it */
                        release_slot(c, i);
        }
}

/* The lane says whose it is before `busy` says that it is somebody's. */
static bool try_claim_shared(ChanClient *c, uint32_t *ret_index) {
        uint32_t idle = ~atomic_load_explicit(&c->busy, memory_order_relaxed) & CHAN_ALL_SLOTS;

        for (; idle; idle &= idle - 1) {
                uint32_t i = (uint32_t)__builtin_ctz(idle), none = HOLD_NONE;

                if (!atomic_compare_exchange_strong(&c->lanes[i].hold, &none, HOLD_CLAIMED | family_self()))
                        continue;
                atomic_fetch_or(&c->busy, 1u << i);
                *ret_index = i;
                return true;
        }
        return false;
}

bool client_try_claim(ChanClient *c, uint32_t *ret_index) {
        uint32_t busy = atomic_load_explicit(&c->busy, memory_order_relaxed);

        if (c->is_shared)
                return try_claim_shared(c, ret_index);
        while (busy != CHAN_ALL_SLOTS) {
                uint32_t bit = ~busy & (busy + 1);

                if (atomic_compare_exchange_weak(&c->busy, &busy, busy | bit)) {
                        *ret_index = (uint32_t)__builtin_ctz(bit);
                        return true;
                }
        }
        return false;
}

/* All slots carry calls of other threads (or abandoned ones): wait for one of them to end. */
static int claim_slowly(Call *call) {
        ChanClient *c = call->client;
        bool has_waited = false;
        int r = 0;

        atomic_fetch_add(&c->n_queued, 1);
        for (;;) {
                uint64_t until = plat_now_ns();

                if (has_waited && c->is_shared)
                        client_sweep(c);
                client_reclaim(c);
                if (client_try_claim(c, &call->index))
                        break;
                if (client_is_closed(c)) {
                        r = CHAN_E_CLOSED;
                        break;
                }
                if (chan_sync_is_set(call->sync)) {
                        r = CHAN_E_INTERRUPTED;
                        break;
                }
                until += atomic_load(&c->abandoned) || call->sync ? QUEUE_SOON_NS : QUEUE_LONG_NS;
                if (until > call->deadline_ns)
                        until = call->deadline_ns;
                has_waited = plat_futex_wait(&c->busy, CHAN_ALL_SLOTS, until) == -ETIMEDOUT;
                if (has_waited && plat_now_ns() >= call->deadline_ns) {
                        r = CHAN_E_TIMEOUT;
                        break;
                }
        }
        atomic_fetch_sub(&c->n_queued, 1);
        return r;
}

int client_claim(Call *call) {
        if (atomic_load_explicit(&call->client->abandoned, memory_order_relaxed))
                client_reclaim(call->client);
        if (client_try_claim(call->client, &call->index))
                return 0;
        return claim_slowly(call);
}

/* In one order with `closed`: see chan_client_close. */
void client_note_touched(ChanClient *c, uint32_t index) {
        if (!(atomic_load_explicit(&c->touched, memory_order_relaxed) & (1u << index)))
                atomic_fetch_or(&c->touched, 1u << index);
}

void client_release(Call *call) {
        ChanClient *c = call->client;

        call->is_over = true;
        if (call->is_kept) {
                atomic_store(&c->lanes[call->index].ticket, 0);
                atomic_fetch_and(&c->unwaited, ~(1u << call->index));
        }
        release_slot(c, call->index);
        if (atomic_load(&c->n_queued))
                plat_futex_wake(&c->busy, 1);
}

/* --- what ended members leave --- */

/* A call as if it were this member's own. */
static Call take_over(ChanClient *c, uint32_t i) {
        const Lane *lane = &c->lanes[i];
        Call call = {.client = c,
                .index = i,
                .deadline_ns = PLAT_NO_DEADLINE,
                .is_kept = atomic_load(&c->unwaited) & 1u << i};

        if (lane->is_judged)
                client_choose_judged(&call, lane->slot != chan_slot(c->judged, i));
        else if (c->mem)
                client_choose_direct(&call);
        return call;
}

static bool is_posted(const Call *call) {
        uint32_t mark = client_mark_of(call), posted = atomic_load(call->posted);

        if (posted & 1u << call->index)
                return true;
        if (client_goes_to_judge(call))
                return mark == 0 || (posted & mark) != call->client->lanes[call->index].mark;
        return *(volatile uint32_t *)&call->request->turn != 0;
}

/* Last: whoever finds it answered has the slot from then on. */
static void show_abandoned(ChanClient *c, uint32_t i) {
        atomic_fetch_and(&c->unwaited, ~(1u << i));
        atomic_fetch_or(&c->abandoned, 1u << i);
}

/* What he did not wait for is to be done all the same. */
static void leave_kept(Call *call) {
        Lane *lane = &call->client->lanes[call->index];

        atomic_store(&lane->ticket, 0);
        atomic_store(&lane->hold, HOLD_LEFT | family_self());
        show_abandoned(call->client, call->index);
}

/* Gives the call up in his place. */
static void finish_posted(Call *call) {
        if (!is_posted(call)) {
                client_release(call);
                return;
        }
        if (call->is_kept) {
                leave_kept(call);
                return;
        }
        if (client_give_up(call, CHAN_E_TIMEOUT) != 0)
                return;
        client_leave_answer(call); /* it is there */
        client_release(call);
}

static bool is_left_behind(ChanClient *c, uint32_t i, uint32_t hold) {
        uint32_t state = hold & ~HOLD_MEMBER;

        if (state == HOLD_NONE || !family_is_over(hold & HOLD_MEMBER))
                return false;
        return state != HOLD_LEFT || !(atomic_load(&c->abandoned) & 1u << i); /* ended before he said so */
}

static void recover(ChanClient *c, uint32_t i) {
        uint32_t hold = atomic_load(&c->lanes[i].hold), state = hold & ~HOLD_MEMBER;
        Call call;

        if (!is_left_behind(c, i, hold) ||
                !atomic_compare_exchange_strong(&c->lanes[i].hold, &hold, state | family_self()))
                return;
        call = take_over(c, i);
        if (state == HOLD_CLAIMED)
                client_release(&call);
        else if (state == HOLD_POSTED)
                finish_posted(&call);
        else
                show_abandoned(c, i);
}

void client_sweep(ChanClient *c) {
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                recover(c, i);
}
