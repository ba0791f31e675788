/* SPDX-License-Identifier: MIT */
/*
 * A directory in memory. Removed entries stay as gaps until half of all are gaps; then the rest moves
 * together and the index is built anew, which keeps both at a constant cost per change.
 */
#include "ramdir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "namehash.h"

#define INDEX_MIN 8u

void ramdir_deinit(RamDir *d) {
        for (uint32_t i = 0; i < d->n_entries; i++)
                free(d->entries[i].name);
        free(d->entries);
        free(d->index);
        *d = (RamDir){.entries = NULL};
}

RamEntry *ramdir_find(const RamDir *d, const FsName *name) {
        uint32_t hash = namehash(name->text, name->length);

        for (uint32_t i = hash; d->index_size; i++) {
                uint32_t place = d->index[i & (d->index_size - 1)];
                RamEntry *e;

                if (place == 0)
                        break;
                e = &d->entries[place - 1];
                if (e->node && e->hash == hash && e->length == name->length &&
                        memcmp(e->name, name->text, name->length) == 0)
                        return e;
        }
        return NULL;
}

static void index_entry(RamDir *d, uint32_t place) {
        uint32_t i = d->entries[place].hash;

        while (d->index[i & (d->index_size - 1)])
                i++;
        d->index[i & (d->index_size - 1)] = place + 1;
}

/* A directory that was large once does not stay so. */
static void shrink(RamDir *d) {
        uint32_t room = 2 * (d->n_entries + 1);
        RamEntry *shrunk;

        if (d->room / 2 <= room)
                return;
        shrunk = realloc(d->entries, room * sizeof *shrunk);
        if (!shrunk)
                return; /* then it does */
        d->entries = shrunk;
        d->room = room;
}

/* Closes the gaps and makes an index for twice as many entries as there are, and one more. */
static int pack(RamDir *d) {
        uint32_t size = INDEX_MIN, n = 0;
        uint32_t *index;

        while (size < 4 * (d->n_live + 1))
                size *= 2;
        index = calloc(size, sizeof *index);
        if (!index)
                return -ENOSPC;
        for (uint32_t i = 0; i < d->n_entries; i++)
                if (d->entries[i].node)
                        d->entries[n++] = d->entries[i];
        d->n_entries = n;
        shrink(d);
        d->first = 0;
        free(d->index);
        d->index = index;
        d->index_size = size;
        for (uint32_t i = 0; i < n; i++)
                index_entry(d, i);
        return 0;
}

/* Room for one more entry, in the list and in an index that stays at most half full. */
static int provide_room(RamDir *d) {
        if (2 * (d->n_entries + 1) > d->index_size) {
                int r = pack(d);

                if (r < 0)
                        return r;
        }
        if (d->n_entries == d->room) {
                uint32_t room = d->room ? d->room * 2 : INDEX_MIN / 2;
                RamEntry *grown = realloc(d->entries, room * sizeof *grown);

                if (!grown)
                        return -ENOSPC;
                d->entries = grown;
                d->room = room;
        }
        return 0;
}

int ramdir_add(RamDir *d, const FsName *name, struct RamNode *node) {
        char *text = malloc(name->length);
        int r = text ? provide_room(d) : -ENOSPC;

        if (r < 0) {
                free(text);
                return r;
        }
        memcpy(text, name->text, name->length);
        d->entries[d->n_entries] = (RamEntry){
                .node = node,
                .number = ++d->next_number,
                .hash = namehash(name->text, name->length),
                .length = name->length,
                .name = text,
        };
        index_entry(d, d->n_entries++);
        d->n_live++;
        return 0;
}

void ramdir_remove(RamDir *d, RamEntry *entry) {
        entry->node = NULL;
        free(entry->name);
        entry->name = NULL;
        d->n_live--;
        while (d->first < d->n_entries && !d->entries[d->first].node)
                d->first++;
        if (d->n_entries >= 2 * INDEX_MIN && 2 * d->n_live < d->n_entries)
                (void)pack(d); /* without memory it stays as it is */
}

const RamEntry *ramdir_from(const RamDir *d, uint64_t number) {
        uint32_t low = d->first, high = d->n_entries;

        while (low < high) {
                uint32_t middle = low + (high - low) / 2;

                if (d->entries[middle].number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        while (low < d->n_entries && !d->entries[low].node)
                low++;
        return low < d->n_entries ? &d->entries[low] : NULL;
}
