/* SPDX-License-Identifier: MIT */
/*
 * Layers of a chamber: their names, whether this host has them, and what to do about it if not.
 * The bits are part of the boot block: each process tests the walls that it was promised.
 */
#pragma once

#include <stdint.h>

#include "boot/walls.h"

typedef enum Isolation { ISOLATION_STRICT, ISOLATION_DEGRADED, ISOLATION_NONE } Isolation;

typedef struct Layer {
        uint32_t bit;
        const char *name;
        const char *keeps;                 /* what the process does not get because of it */
        int (*probe)(void);                /* in a child: 0, or -1 with errno */
        const char *(*explain)(int error); /* probable cause and way out */
} Layer;

extern const Layer layer_table[];
extern const uint32_t layer_count;

/* Tries one layer in a process of its own. 0, or the errno of what failed. */
int layer_probe(const Layer *layer);
/* All that this host has. */
uint32_t layers_probe_all(void);
