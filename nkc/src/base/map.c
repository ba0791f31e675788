/* SPDX-License-Identifier: MIT */
/*
 * Map: linear probing over the hash that interned names carry. Keys are compared by pointer.
 */
#include "base/map.h"

#include "base/intern.h"

#define FIRST_SLOTS 16u

void map_init(Map *m, Arena *a) {
        *m = (Map){.arena = a};
}

static MapSlot *find_slot(const Map *m, const char *key) {
        size_t i = intern_hash(key) & (m->n_slots - 1);

        while (m->slots[i].key && m->slots[i].key != key)
                i = (i + 1) & (m->n_slots - 1);
        return &m->slots[i];
}

void *map_get(const Map *m, const char *key) {
        return m->n_slots ? find_slot(m, key)->value : NULL;
}

static void grow(Map *m) {
        MapSlot *old = m->slots;
        size_t n_old = m->n_slots;

        m->n_slots = n_old ? n_old * 2 : FIRST_SLOTS;
        m->slots = ARENA_ARRAY(m->arena, MapSlot, m->n_slots);
        for (size_t i = 0; i < n_old; i++) {
                if (old[i].key)
                        *find_slot(m, old[i].key) = old[i];
        }
}

void *map_put(Map *m, const char *key, void *value) {
        MapSlot *slot;

        if (m->n_used * 2 >= m->n_slots)
                grow(m);
        slot = find_slot(m, key);
        if (slot->key)
                return slot->value;
        *slot = (MapSlot){.key = key, .value = value};
        m->n_used++;
        return NULL;
}
