/* SPDX-License-Identifier: MIT */
/*
 * Shape table of a process class: what each of its messages must look like, as one flat block that
 * the runtime checks messages against. Format: docs/reference/shape-table.md.
 */
#pragma once

#include "base/arena.h"
#include "model.h"

#define SHAPE_SIZE_MAX ((size_t)64 * 1024 * 1024)

/* The block, 8-byte aligned, in the arena; *size gets its bytes. NULL: larger than SHAPE_SIZE_MAX. */
const void *shape_write(Arena *a, const LayComponent *class, size_t *size);
/* The same with other endpoints in place of its own: those of its security interfaces. */
const void *shape_write_others(
        Arena *a, const LayComponent *class, const LayFlatEndpoint *endpoints, uint32_t n, size_t *size);
