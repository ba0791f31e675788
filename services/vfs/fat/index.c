/* SPDX-License-Identifier: MIT */
/*
 * A hash table of slots. Different names may have one hash: who finds a slot looks there.
 */
#include "fat/index.h"

#include <errno.h>
#include <stdlib.h>

#include "namehash.h"

#define ROOM_MIN 32u
#define EMPTY    UINT32_MAX

void fat_index_init(FatIndex *x) {
        *x = (FatIndex){.no_run_of = UINT32_MAX, .free_from = UINT32_MAX};
        (void)pthread_mutex_init(&x->lock, NULL);
}

void fat_index_deinit(FatIndex *x) {
        free(x->items);
        (void)pthread_mutex_destroy(&x->lock);
}

void fat_index_drop(FatIndex *x) {
        fat_index_deinit(x);
        fat_index_init(x);
}

uint32_t fat_hash(const FatUnits *folded) {
        return namehash(folded->units, folded->n * sizeof *folded->units);
}

static void put(FatIndex *x, const FatIndexItem *item) {
        uint32_t i = item->hash & (x->n_room - 1);

        while (x->items[i].slot != EMPTY)
                i = (i + 1) & (x->n_room - 1);
        x->items[i] = *item;
}

static int make_room(FatIndex *x) {
        FatIndexItem *before = x->items;
        uint32_t n_before = x->n_room, n_room = n_before ? n_before * 2 : ROOM_MIN;

        if (x->n_items < n_before / 2)
                return 0;
        x->items = malloc(n_room * sizeof(*x->items));
        if (!x->items) {
                x->items = before;
                return -ENOMEM;
        }
        x->n_room = n_room;
        for (uint32_t i = 0; i < n_room; i++)
                x->items[i].slot = EMPTY;
        for (uint32_t i = 0; i < n_before; i++)
                if (before[i].slot != EMPTY)
                        put(x, &before[i]);
        free(before);
        return 0;
}

/* Has an image one name so often that finding it would take long for everybody? */
static bool is_too_common(const FatIndex *x, uint32_t hash) {
        uint32_t n = 0, at = 0, slot;

        while (n < NAMEHASH_SAME_MAX && fat_index_find(x, hash, &at, &slot))
                n++;
        return n == NAMEHASH_SAME_MAX;
}

int fat_index_add(FatIndex *x, uint32_t hash, uint32_t slot) {
        const FatIndexItem item = {.hash = hash, .slot = slot};
        int r = is_too_common(x, hash) ? -EIO : make_room(x);

        if (r < 0)
                return r;
        put(x, &item);
        x->n_items++;
        return 0;
}

/* Closes the gap, so that nobody's way leads over an empty place. */
static void take_out(FatIndex *x, uint32_t gap) {
        uint32_t mask = x->n_room - 1;

        x->items[gap].slot = EMPTY;
        x->n_items--;
        for (uint32_t i = (gap + 1) & mask; x->items[i].slot != EMPTY; i = (i + 1) & mask) {
                uint32_t home = x->items[i].hash & mask;

                if (((i - home) & mask) < ((i - gap) & mask))
                        continue;
                x->items[gap] = x->items[i];
                x->items[i].slot = EMPTY;
                gap = i;
        }
}

void fat_index_remove(FatIndex *x, uint32_t hash, uint32_t slot) {
        if (x->n_room == 0)
                return;
        for (uint32_t i = hash & (x->n_room - 1); x->items[i].slot != EMPTY; i = (i + 1) & (x->n_room - 1)) {
                if (x->items[i].hash == hash && x->items[i].slot == slot) {
                        take_out(x, i);
                        return;
                }
        }
}

bool fat_index_find(const FatIndex *x, uint32_t hash, uint32_t *at, uint32_t *ret_slot) {
        uint32_t mask = x->n_room - 1;

        if (x->n_room == 0)
                return false;
        for (uint32_t i = (hash + *at) & mask; x->items[i].slot != EMPTY; i = (i + 1) & mask) {
                (*at)++;
                if (x->items[i].hash == hash) {
                        *ret_slot = x->items[i].slot;
                        return true;
                }
        }
        return false;
}

void fat_index_free(FatIndex *x, uint32_t slot, uint32_t n) {
        x->n_free += n;
        x->no_run_of = UINT32_MAX;
        if (slot < x->free_from)
                x->free_from = slot;
}
