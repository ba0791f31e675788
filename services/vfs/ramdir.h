/* SPDX-License-Identifier: MIT */
/*
 * A directory in memory: names in the order in which they came, and an index by hash.
 *
 * Each entry has a number that only goes up, so that a reader who stopped after one number goes on with
 * the next, whatever came or went.
 */
#pragma once

#include "fs.h"

struct RamNode;

typedef struct RamEntry {
        struct RamNode *node; /* NULL: removed */
        uint64_t number;
        uint32_t hash;
        uint32_t length;
        char *name;
} RamEntry;

typedef struct RamDir {
        RamEntry *entries; /* by number, removed ones included until the next packing */
        uint32_t n_entries, room;
        uint32_t n_live;
        uint32_t first;      /* all before are gaps: a directory emptied from the front stays quick */
        uint32_t *index;     /* open addressing: place in `entries` + 1; 0: empty */
        uint32_t index_size; /* power of two, or 0 */
        uint64_t next_number;
} RamDir;

void ramdir_deinit(RamDir *d);
/* Valid until the next addition. NULL: no such name. */
RamEntry *ramdir_find(const RamDir *d, const FsName *name);
/* The name must not be there. -ENOSPC: no memory. */
int ramdir_add(RamDir *d, const FsName *name, struct RamNode *node);
/* Makes every entry's address invalid. */
void ramdir_remove(RamDir *d, RamEntry *entry);
/* First entry with a number of at least `number`; NULL: none. */
const RamEntry *ramdir_from(const RamDir *d, uint64_t number);
