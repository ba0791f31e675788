/* SPDX-License-Identifier: MIT */
/*
 * Handles of a message on their way: carry.h.
 */
#include "carry.h"

#include <string.h>

_Static_assert(PLACES_MAX == HTREE_MESSAGE_MAX, "as many handles as a message can hold");

void carry_take(Carry *c, const ShapeTable *table, const ShapeMessage *shape, const void *message) {
        *c = CARRY_NULL;
        c->n = places_find(table, shape, c->places);
        for (uint32_t i = 0; i < c->n; i++)
                memcpy(c->descs + i, (const uint8_t *)message + c->places[i], sizeof(c->descs[i]));
}

int carry_check(Carry *c, const HtreeSpace *from, const HtreeSpace *to) {
        return htree_check(from, to, c->descs, c->n, c->sids);
}

int carry_move(Carry *c, HtreeSpace *from, HtreeSpace *to, void *message) {
        nk_handle_desc_t received[PLACES_MAX];
        int r = htree_transfer(from, to, c->descs, c->n, received);

        if (r)
                return r;
        memcpy(c->descs, received, c->n * sizeof(*received));
        for (uint32_t i = 0; i < c->n; i++)
                memcpy((uint8_t *)message + c->places[i], received + i, sizeof(received[i]));
        return 0;
}

void carry_take_back(Carry *c, HtreeSpace *to) {
        htree_take_back(to, c->descs, c->n);
        c->n = 0;
}

void carry_describe(Carry *c, const HtreeSpace *space) {
        for (uint32_t i = 0; i < c->n; i++)
                if (htree_describe(space, c->descs[i].handle, 0, c->sids + i, NULL))
                        c->sids[i] = 0;
}
