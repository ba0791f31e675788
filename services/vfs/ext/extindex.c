/* SPDX-License-Identifier: MIT */
/*
 * Names of a directory: entries by number, their texts in one piece of memory, and an index by hash. What was
 * removed stays as a gap until half of all are gaps.
 */
#include "extindex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "namehash.h"

#define ROOM_MIN  16u
#define NAMES_MIN 256u
#define N_MAX     (1u << 30) /* entries */
#define NAMES_MAX (1u << 31) /* bytes of all names */

void extindex_deinit(ExtIndex *x) {
        free(x->entries);
        free(x->slots);
        free(x->names);
        *x = (ExtIndex){.entries = NULL};
}

static bool is_name(const ExtIndex *x, const ExtEntry *e, const FsName *name, uint32_t hash) {
        return e->hash == hash && e->ino && e->length == name->length &&
               memcmp(x->names + e->name_at, name->text, name->length) == 0;
}

ExtEntry *extindex_find(const ExtIndex *x, const FsName *name) {
        uint32_t hash = namehash(name->text, name->length);

        if (x->n_slots == 0)
                return NULL;
        for (uint32_t i = hash & (x->n_slots - 1); x->slots[i]; i = (i + 1) & (x->n_slots - 1))
                if (is_name(x, &x->entries[x->slots[i] - 1], name, hash))
                        return &x->entries[x->slots[i] - 1];
        return NULL;
}

static void put_slot(ExtIndex *x, uint32_t place) {
        uint32_t i = x->entries[place].hash & (x->n_slots - 1);

        while (x->slots[i])
                i = (i + 1) & (x->n_slots - 1);
        x->slots[i] = place + 1;
}

/* Has an image one name so often that finding it would take long for everybody? */
static bool is_too_common(const ExtIndex *x, uint32_t hash) {
        uint32_t n = 0;

        if (x->n_slots == 0)
                return false;
        for (uint32_t i = hash & (x->n_slots - 1); x->slots[i]; i = (i + 1) & (x->n_slots - 1)) {
                const ExtEntry *e = &x->entries[x->slots[i] - 1];

                n += e->hash == hash && e->ino;
        }
        return n >= NAMEHASH_SAME_MAX;
}

/* Takes the gaps out. */
static void pack(ExtIndex *x) {
        uint32_t n = 0, size = 0;

        for (uint32_t i = 0; i < x->n_entries; i++) {
                ExtEntry e = x->entries[i];

                if (!e.ino)
                        continue;
                memmove(x->names + size, x->names + e.name_at, e.length);
                e.name_at = size;
                size += e.length;
                x->entries[n++] = e;
        }
        x->n_entries = n;
        x->names_size = size;
}

static int grow(ExtIndex *x, uint32_t room) {
        ExtEntry *entries = room > N_MAX ? NULL : realloc(x->entries, room * sizeof *entries);
        uint32_t *slots;

        if (!entries)
                return -ENOMEM;
        x->entries = entries;
        slots = realloc(x->slots, 2 * room * sizeof *slots);
        if (!slots)
                return -ENOMEM;
        x->slots = slots;
        x->room = room;
        x->n_slots = 2 * room;
        return 0;
}

/* Room for one more, and slots for all: twice as many as entries. */
static int make_room(ExtIndex *x) {
        uint32_t room = x->room ? x->room : ROOM_MIN;
        int r;

        if (x->n_entries < x->room)
                return 0;
        pack(x);
        while (x->n_entries >= room / 4 * 3)
                room *= 2;
        r = room == x->room ? 0 : grow(x, room);
        /* Without memory too: entries have moved. */
        if (x->slots)
                memset(x->slots, 0, x->n_slots * sizeof *x->slots);
        for (uint32_t i = 0; i < x->n_entries; i++)
                put_slot(x, i);
        return r;
}

static int make_name_room(ExtIndex *x, uint32_t length) {
        uint32_t room = x->names_room ? x->names_room : NAMES_MIN;
        char *names;

        if (length > NAMES_MAX - x->names_size)
                return -ENOMEM;
        while (room - x->names_size < length)
                room *= 2;
        if (room == x->names_room)
                return 0;
        names = realloc(x->names, room);
        if (!names)
                return -ENOMEM;
        x->names = names;
        x->names_room = room;
        return 0;
}

int extindex_reserve(ExtIndex *x, const FsName *name) {
        int r = is_too_common(x, namehash(name->text, name->length)) ? -EIO : make_room(x);

        return r < 0 ? r : make_name_room(x, name->length);
}

void extindex_add(ExtIndex *x, const FsName *name, uint32_t ino, uint8_t type, uint32_t block) {
        memcpy(x->names + x->names_size, name->text, name->length);
        x->entries[x->n_entries] = (ExtEntry){
                .number = x->next_number++,
                .ino = ino,
                .hash = namehash(name->text, name->length),
                .name_at = x->names_size,
                .block = block,
                .length = (uint8_t)name->length,
                .type = type,
        };
        x->names_size += name->length;
        put_slot(x, x->n_entries++);
        x->n_live++;
}

/* Its slot stays, so that the way to others does. */
void extindex_remove(ExtIndex *x, ExtEntry *e) {
        e->ino = 0;
        x->n_live--;
}

const ExtEntry *extindex_from(const ExtIndex *x, uint64_t number) {
        uint32_t low = 0, high = x->n_entries;

        while (low < high) {
                uint32_t middle = low + (high - low) / 2;

                if (x->entries[middle].number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        while (low < x->n_entries && !x->entries[low].ino)
                low++;
        return low < x->n_entries ? &x->entries[low] : NULL;
}
