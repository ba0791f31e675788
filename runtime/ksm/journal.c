/* SPDX-License-Identifier: MIT */
/*
 * Journal of old bytes: journal.h. An entry is the old bytes, padded to eight, and behind them where
 * they belong; so the last entry is found from the end.
 */
#include "journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Entry {
        void *place;
        size_t size;
} Entry;

#define ALIGNMENT  8u
#define GROWTH_MIN 4096u

static size_t padded(size_t size) {
        return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

size_t journal_cost(size_t size) {
        return padded(size) + sizeof(Entry);
}

int journal_init(Journal *j, size_t room) {
        uint8_t *bytes = malloc(room ? room : 1);

        if (!bytes)
                return -ENOMEM;
        *j = (Journal){.bytes = bytes, .used = 0, .room = room, .can_grow = false};
        return 0;
}

void journal_deinit(Journal *j) {
        free(j->bytes);
        *j = (Journal)JOURNAL_NULL;
}

static bool grow(Journal *j, size_t needed) {
        size_t room = j->room * 2 + needed + GROWTH_MIN;
        uint8_t *bytes = realloc(j->bytes, room);

        if (!bytes)
                return false;
        j->bytes = bytes;
        j->room = room;
        return true;
}

bool journal_save(Journal *j, void *place, size_t size) {
        Entry entry = {.place = place, .size = size};
        size_t cost = journal_cost(size);

        if (cost > j->room - j->used && (!j->can_grow || !grow(j, cost)))
                return false;
        memcpy(j->bytes + j->used, place, size);
        memcpy(j->bytes + j->used + padded(size), &entry, sizeof(entry));
        j->used += cost;
        return true;
}

void journal_undo(Journal *j, size_t mark) {
        while (j->used > mark) {
                Entry entry;

                memcpy(&entry, j->bytes + j->used - sizeof(entry), sizeof(entry));
                j->used -= journal_cost(entry.size);
                memcpy(entry.place, j->bytes + j->used, entry.size);
        }
}
