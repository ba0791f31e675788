/* SPDX-License-Identifier: MIT */
/*
 * Raw: see raw.h.
 */
#include "raw.h"

#include <sched.h>
#include <string.h>

int raw_open(Raw *r, Site *s, unsigned i) {
        *r = (Raw){.mem_fd = s->client_fds[i].mem,
                .bell_fd = s->client_fds[i].bell,
                .status_fd = s->client_fds[i].status_ro,
                .score = s->score,
                .seed = i + 1};
        return chan_mem_map(r->mem_fd, &r->mem);
}

/* xorshift64 */
uint64_t raw_random(Raw *r) {
        r->seed ^= r->seed << 13;
        r->seed ^= r->seed >> 7;
        r->seed ^= r->seed << 17;
        return r->seed;
}

/* --- sending --- */

void raw_post(Raw *r, uint32_t slot) {
        ChanSlot *s = chan_slot(r->mem, slot);

        s->thread = chan_thread_id();
        atomic_store(&s->state, CHAN_CALL);
        atomic_fetch_or(chan_pending(r->mem), 1u << slot);
        chan_ring(r->bell_fd);
}

void raw_send(Raw *r, uint32_t slot, const Crafted *c) {
        ChanSlot *s = chan_slot(r->mem, slot);
        char *data = chan_slot_data(s);
        uint32_t msg_size = c->msg_size < sizeof c->msg ? c->msg_size : (uint32_t)sizeof c->msg;

        s->msg_size = c->msg_size;
        s->arena_size = c->arena_size;
        memcpy(data, &c->msg, msg_size);
        memcpy(data + chan_arena_off(msg_size), c->arena, sizeof c->arena);
        raw_post(r, slot);
}

int32_t raw_wait(Raw *r, uint32_t slot) {
        ChanSlot *s = chan_slot(r->mem, slot);
        int32_t status;

        while ((atomic_load(&s->state) & CHAN_STATE) != CHAN_REPLY && !r->score->stop_attack)
                (void)sched_yield();
        status = s->status;
        atomic_store(&s->state, CHAN_FREE);
        return status;
}

void raw_expect(Raw *r, const char *what, const Crafted *c, int32_t status) {
        int32_t got;

        raw_send(r, 0, c);
        got = raw_wait(r, 0);
        if (got != status && !r->score->stop_attack)
                score_complain(r->score, "%s: status %d instead of %d", what, (int)got, (int)status);
}
