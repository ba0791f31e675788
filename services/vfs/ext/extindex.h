/* SPDX-License-Identifier: MIT */
/*
 * The names of one directory in memory: found by hash, and in an order that stays. On the device a name may
 * move when others come; here its number stays, and that is what readers go on from.
 */
#pragma once

#include "../fs.h"

#define EXTINDEX_BLOCK_UNKNOWN UINT32_MAX

typedef struct ExtEntry {
        uint64_t number;
        uint32_t ino; /* 0: removed */
        uint32_t hash;
        uint32_t name_at;
        uint32_t block; /* of the directory, where the name was seen last */
        uint8_t length;
        uint8_t type; /* EXT2_FT_* */
} ExtEntry;

typedef struct ExtIndex {
        ExtEntry *entries; /* by number */
        uint32_t n_entries, room, n_live;
        uint32_t *slots; /* place in `entries` + 1 */
        uint32_t n_slots;
        char *names;
        uint32_t names_size, names_room;
        uint64_t next_number;
} ExtIndex;

void extindex_deinit(ExtIndex *x);
/* Valid until the next addition. NULL: no such name. */
ExtEntry *extindex_find(const ExtIndex *x, const FsName *name);
/* Room for one more name. -ENOMEM; -EIO: NAMEHASH_SAME_MAX entries have it already. */
int extindex_reserve(ExtIndex *x, const FsName *name);
/* There must be room. */
void extindex_add(ExtIndex *x, const FsName *name, uint32_t ino, uint8_t type, uint32_t block);
void extindex_remove(ExtIndex *x, ExtEntry *e);
/* The first with a number of at least `number`; NULL: none. */
const ExtEntry *extindex_from(const ExtIndex *x, uint64_t number);
static inline FsName extindex_name(const ExtIndex *x, const ExtEntry *e) {
        return (FsName){.text = x->names + e->name_at, .length = e->length};
}
