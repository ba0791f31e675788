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

/* --- messages --- */

static void begin(Crafted *c, uint16_t mid, uint32_t size, uint32_t n_handles) {
        memset(c, 0, sizeof *c);
        nk_message_make_req(&c->msg.base_, size);
        nkx_message_set_method_id(&c->msg.base_, 0, mid);
        c->msg.base_.ncaps = n_handles;
        c->msg_size = size;
}

void craft_put(Crafted *c) {
        begin(c, hostile_ITarget_Put_mid, sizeof(hostile_ITarget_Put_req), 0);
        c->msg.target.Put.value = 41;
        c->msg.target.Put.key = (nk_ptr_t){.offset = 0, .size = 4};
        memcpy(c->arena, "abc", 4);
        c->arena_size = 4;
}

void craft_give(Crafted *c) {
        begin(c, hostile_ITarget_Give_mid, sizeof(hostile_ITarget_Give_req), 1);
}

void craft_all(Crafted *c) {
        hostile_ITarget_Item items[2] = {
                {.id = 1, .name = {CRAFT_NAMES, 6}, .data = {CRAFT_DATA, 8}},
                {.id = 2, .name = {CRAFT_NAMES + 6, 6}, .data = {CRAFT_DATA + 8, 8}},
        };

        begin(c, hostile_ITarget_All_mid, sizeof(hostile_ITarget_All_req), 0);
        c->msg.target.All.text = (nk_ptr_t){CRAFT_TEXT, 4};
        c->msg.target.All.numbers = (nk_ptr_t){CRAFT_NUMBERS, 8};
        c->msg.target.All.items = (nk_ptr_t){CRAFT_ITEMS, sizeof items};
        c->msg.target.All.choice.tag_ = hostile_ITarget_Choice_word_tag;
        c->msg.target.All.choice.word = (nk_ptr_t){CRAFT_WORD, 8};
        memcpy(c->arena + CRAFT_TEXT, "abc", 4);
        memcpy(c->arena + CRAFT_ITEMS, items, sizeof items);
        memcpy(c->arena + CRAFT_NAMES, "first\0other", 12);
        memcpy(c->arena + CRAFT_WORD, "choices", 8);
        c->arena_size = CRAFT_USED;
}

hostile_ITarget_Item *craft_item(Crafted *c, unsigned i) {
        return (hostile_ITarget_Item *)(void *)(c->arena + CRAFT_ITEMS) + i;
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
