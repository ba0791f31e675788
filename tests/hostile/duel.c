/* SPDX-License-Identifier: MIT */
/*
 * The villain's hands: see duel.h.
 */
#include "duel.h"

#include <limits.h>
#include <sched.h>
#include <string.h>

#include <rtl/retcode.h>

#include "platform/linux/futex.h"

/* xorshift64 */
uint64_t villain_random(Villain *v) {
        v->seed ^= v->seed << 13;
        v->seed ^= v->seed >> 7;
        v->seed ^= v->seed << 17;
        return v->seed;
}

uint32_t villain_take(Villain *v) {
        for (;;) {
                uint32_t pending = atomic_load(chan_pending(v->mem)) & CHAN_ALL_SLOTS;
                uint32_t bit = pending & -pending;

                if (bit && atomic_fetch_and(chan_pending(v->mem), ~bit) & bit)
                        return (uint32_t)__builtin_ctz(bit);
                (void)sched_yield();
        }
}

char *villain_arena(Villain *v, uint32_t slot) {
        return chan_slot_data(chan_slot(v->mem, slot)) + chan_arena_off(sizeof(hostile_ITarget_Put_res));
}

hostile_ITarget_Put_res *villain_prepare(Villain *v, uint32_t slot) {
        ChanSlot *s = chan_slot(v->mem, slot);
        hostile_ITarget_Put_res *res = (hostile_ITarget_Put_res *)(void *)chan_slot_data(s);

        nk_message_make_req(&res->base_, sizeof *res);
        nkx_message_set_method_id(&res->base_, 0, hostile_ITarget_Put_mid);
        res->slot = 1;
        res->echo = (nk_ptr_t){.offset = 0, .size = VILLAIN_KEY_SIZE};
        memcpy(villain_arena(v, slot), VILLAIN_KEY, VILLAIN_KEY_SIZE);
        s->msg_size = sizeof *res;
        s->arena_size = VILLAIN_KEY_SIZE;
        return res;
}

void villain_answer(Villain *v, uint32_t slot) {
        ChanSlot *s = chan_slot(v->mem, slot);

        s->status = rcOk;
        atomic_store(&s->state, CHAN_REPLY);
        plat_futex_wake(&s->state, INT_MAX);
}
