/* SPDX-License-Identifier: MIT */
/*
 * What is known of single blocks of a device: a map from their numbers to a value.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct BlockSlot {
        uint64_t block;
        uintptr_t value; /* 0: empty */
} BlockSlot;

typedef struct BlockMap {
        BlockSlot *slots; /* open addressing; also for who wants to see all */
        uint32_t n_slots; /* power of two, or 0 */
        uint32_t n_blocks;
} BlockMap;

void blockmap_deinit(BlockMap *m);
/* 0: not there. */
uintptr_t blockmap_get(const BlockMap *m, uint64_t block);
/* value: not 0; takes the place of another. -ENOMEM. */
int blockmap_put(BlockMap *m, uint64_t block, uintptr_t value);
void blockmap_remove(BlockMap *m, uint64_t block);
void blockmap_clear(BlockMap *m);
/* All numbers, going up, to be freed. -ENOMEM. */
int blockmap_list(const BlockMap *m, uint64_t **ret_blocks);
