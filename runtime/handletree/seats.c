/* SPDX-License-Identifier: MIT */
/*
 * What servers are told about the handles that lead back to them (nk/held.h).
 *
 * A handle is told where it was handed out, at once, and at any other server above it when it was used there
 * for the first time. It is taken back when it is closed or revoked: at each process that still has a handle
 * above it, for only there an entry can mean anything.
 */
#include "state.h"

_Static_assert(HELD_ROW >= HTREE_HANDLES_MAX, "each index has an entry");
_Static_assert(HELD_INDEX_BITS == INDEX_BITS, "and is found by the number");

void htree_space_seat(HtreeSpace *space, uint32_t seat, const HeldTable *held) {
        space->seat = seat;
        space->held = held ? *held : HELD_NULL;
}

static uint64_t identity_of(HtreeNode *node) {
        if (node->id == 0)
                node->id = ++node->object->tree->last_id;
        return node->id;
}

void seats_tell(HtreeNode *node, HtreeNode *own, uint64_t context) {
        const HtreeSpace *server = own->space;

        if (!server->held.entries || server == node->space || node->space->seat == HELD_NO_SEAT)
                return;
        held_put(&server->held, &(HeldUse){.seat = node->space->seat,
                                        .number = node->number,
                                        .id = identity_of(node),
                                        .own_number = own->number,
                                        .own_id = identity_of(own),
                                        .context = context,
                                        .rights = node->rights});
}

void seats_take_back(HtreeNode *node) {
        if (node->id == 0)
                return;
        for (const HtreeNode *at = node; at; at = at->parent)
                if (at->space && at->space->held.entries)
                        held_drop(&at->space->held, node->space->seat, node->number);
        node->id = 0;
}
