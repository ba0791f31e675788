/* SPDX-License-Identifier: MIT */
/*
 * Map from an interned name to a pointer: open addressing, grows by itself, lives in the arena.
 * It has no order; whoever prints walks his own list, never a map.
 */
#pragma once

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct MapSlot {
        const char *key; /* interned; NULL: free */
        void *value;
} MapSlot;

typedef struct Map {
        Arena *arena;
        MapSlot *slots;
        size_t n_slots; /* power of two, or 0 before the first insert */
        size_t n_used;
} Map;

void map_init(Map *m, Arena *a);

/* The value under `key`, or NULL. */
void *map_get(const Map *m, const char *key);

/* Puts `value` (not NULL) unless the key is there. Returns what the map held before: NULL means inserted. */
void *map_put(Map *m, const char *key, void *value);
