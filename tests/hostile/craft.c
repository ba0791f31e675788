/* SPDX-License-Identifier: MIT */
/*
 * Craft: see craft.h.
 */
#include "craft.h"

#include <string.h>

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
