/* SPDX-License-Identifier: MIT */
/*
 * Numbers of one process. A number is HTREE_FLAG, the generation of its entry and the entry's index.
 */
#include "state.h"

#include <errno.h>
#include <stdlib.h>

static HtreeEntry *entry_at(const HtreeSpace *space, uint32_t index) {
        return space->chunks[index / CHUNK_SIZE] + index % CHUNK_SIZE;
}

/* NULL: not a number that is in use. */
static HtreeEntry *entry_of(const HtreeSpace *space, uint32_t number) {
        uint32_t index = number & INDEX_MASK;
        HtreeEntry *e;

        if (!(number & HTREE_FLAG) || index >= space->n_touched)
                return NULL;
        e = entry_at(space, index);
        if (e->state == ENTRY_FREE || e->generation != (number & ~HTREE_FLAG) >> INDEX_BITS)
                return NULL;
        return e;
}

/* Chunks for the entries before number `n_entries`. */
static int grow(HtreeSpace *space, uint32_t n_entries) {
        for (uint32_t i = space->n_touched / CHUNK_SIZE; i * CHUNK_SIZE < n_entries; i++) {
                if (!space->chunks[i])
                        space->chunks[i] = calloc(CHUNK_SIZE, sizeof(HtreeEntry));
                if (!space->chunks[i])
                        return -ENOMEM;
        }
        return 0;
}

int space_reserve(HtreeSpace *space, uint32_t n) {
        uint32_t n_entries = space->n_touched + n;

        if (n > HTREE_HANDLES_MAX - space->n_used)
                return HTREE_E_FULL;
        return grow(space, n_entries < HTREE_HANDLES_MAX ? n_entries : HTREE_HANDLES_MAX);
}

/* A closed number rests a while, so that whoever still has it is found out. */
static uint32_t take_index(HtreeSpace *space) {
        uint32_t n_resting = space->n_touched - space->n_used;
        uint32_t index;

        if (n_resting < HTREE_REST && space->n_touched < HTREE_HANDLES_MAX)
                return space->n_touched++;
        index = space->free_first - 1u;
        space->free_first = entry_at(space, index)->next_free;
        if (space->free_first == 0)
                space->free_last = 0;
        return index;
}

uint32_t space_take(HtreeSpace *space, HtreeNode *node) {
        uint32_t index = take_index(space);
        HtreeEntry *e = entry_at(space, index);

        e->node = node;
        e->state = ENTRY_OPEN;
        space->n_used++;
        space->tree->counts.n_handles++;
        return HTREE_FLAG | e->generation << INDEX_BITS | index;
}

int space_find(const HtreeSpace *space, uint32_t number, HtreeNode **ret_node) {
        const HtreeEntry *e = entry_of(space, number);

        if (!e)
                return HTREE_E_INVALID;
        if (e->state == ENTRY_REVOKED)
                return HTREE_E_REVOKED;
        *ret_node = e->node;
        return 0;
}

static void tell_watcher(const HtreeSpace *space, HtreeEntry *e) {
        void *watcher = e->watcher;

        e->watcher = NULL;
        if (watcher && space->tree->lost)
                space->tree->lost(watcher);
}

void htree_on_lost(Htree *tree, HtreeLost *lost) {
        tree->lost = lost;
}

int htree_watch(HtreeSpace *space, uint32_t number, void *watcher) {
        HtreeEntry *e = entry_of(space, number);

        if (!e)
                return HTREE_E_INVALID;
        if (e->state == ENTRY_REVOKED)
                return HTREE_E_REVOKED;
        e->watcher = watcher;
        return 0;
}

void *htree_watcher(const HtreeSpace *space, uint32_t number) {
        const HtreeEntry *e = entry_of(space, number);

        return e ? e->watcher : NULL;
}

void space_revoke(HtreeSpace *space, uint32_t number) {
        HtreeEntry *e = entry_of(space, number);

        tell_watcher(space, e);

        e->node = NULL;
        e->state = ENTRY_REVOKED;
        space->tree->counts.n_handles--;
        space->tree->counts.n_revoked++;
}

void space_release(HtreeSpace *space, uint32_t number) {
        HtreeEntry *e = entry_of(space, number);
        uint16_t place = (uint16_t)((number & INDEX_MASK) + 1);

        tell_watcher(space, e);
        if (e->state == ENTRY_REVOKED)
                space->tree->counts.n_revoked--;
        else
                space->tree->counts.n_handles--;
        *e = (HtreeEntry){.generation = (e->generation + 1) % GENERATIONS, .state = ENTRY_FREE};
        if (space->free_last)
                entry_at(space, space->free_last - 1u)->next_free = place;
        else
                space->free_first = place;
        space->free_last = place;
        space->n_used--;
}

HtreeSpace *htree_space_new(Htree *tree) {
        HtreeSpace *space = calloc(1, sizeof(*space));

        if (!space)
                return NULL;
        space->tree = tree;
        space->seat = HELD_NO_SEAT;
        space->next = tree->first_space;
        space->link = &tree->first_space;
        if (space->next)
                space->next->link = &space->next;
        tree->first_space = space;
        tree->counts.n_spaces++;
        return space;
}

static void close_all(HtreeSpace *space) {
        for (uint32_t i = 0; i < space->n_touched; i++) {
                const HtreeEntry *e = entry_at(space, i);

                if (e->state != ENTRY_FREE)
                        (void)htree_close(space, HTREE_FLAG | e->generation << INDEX_BITS | i);
        }
}

HtreeSpace *htree_space_free(HtreeSpace *space) {
        if (!space)
                return NULL;
        while (space->first_owned)
                objects_disown(space->first_owned);
        close_all(space);
        objects_settle(space->tree);
        *space->link = space->next;
        if (space->next)
                space->next->link = space->link;
        space->tree->counts.n_spaces--;
        for (uint32_t i = 0; i < CHUNKS_MAX; i++)
                free(space->chunks[i]);
        free(space);
        return NULL;
}

uint32_t htree_space_count(const HtreeSpace *space) {
        return space->n_used;
}
