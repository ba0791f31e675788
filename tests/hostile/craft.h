/* SPDX-License-Identifier: MIT */
/*
 * Craft: requests made by hand, right to the last byte, to be spoilt.
 */
#pragma once

#include <stdint.h>

#include <hostile/Target.edl.h>

/* A message in private memory, to be spoilt and sent. */
typedef struct Crafted {
        hostile_Target_entity_req msg;
        _Alignas(8) uint8_t arena[512];
        uint32_t msg_size, arena_size; /* what the slot will say; no more than the above is copied */
} Crafted;

/* Well-formed ones. In All: text at 0, 4 bytes; numbers at 4, 2 of them; items at 12, 2 of them; their
 * texts and data from 52 on; the choice is a string at 80. */
void craft_put(Crafted *c);
void craft_all(Crafted *c);
void craft_give(Crafted *c);
#define CRAFT_TEXT    0u
#define CRAFT_NUMBERS 4u
#define CRAFT_ITEMS   12u
#define CRAFT_NAMES   52u
#define CRAFT_DATA    64u
#define CRAFT_WORD    80u
#define CRAFT_USED    88u
hostile_ITarget_Item *craft_item(Crafted *c, unsigned i);
