/* SPDX-License-Identifier: MIT */
/*
 * What is known of a directory while it is in use: in which slot the name of a hash begins, and where there
 * is room, so that nobody goes through a large directory for each name.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "fat/name.h"

typedef struct FatIndexItem {
        uint32_t hash, slot; /* slot UINT32_MAX: empty */
} FatIndexItem;

/* Once built, it changes only under the exclusive lock of the file system. */
typedef struct FatIndex {
        pthread_mutex_t lock; /* while it is built */
        _Atomic bool is_built;
        FatIndexItem *items;          /* open addressing; a long name's file is there twice */
        uint32_t n_room, n_items;     /* n_room: a power of two, or 0 */
        uint32_t end;                 /* the first slot behind all entries */
        uint32_t n_free;              /* slots before it that are free */
        uint32_t free_from;           /* none before this one is */
        uint32_t no_run_of;           /* so many side by side are not among them */
        uint8_t tail_base[FAT_SHORT]; /* the last short name that got a tail, without it */
        uint32_t tail;
} FatIndex;

void fat_index_init(FatIndex *x);
void fat_index_deinit(FatIndex *x);
/* It does not say any more what is there: to be built again. */
void fat_index_drop(FatIndex *x);

/* Of a folded name. */
uint32_t fat_hash(const FatUnits *folded);
/* -ENOMEM; -EIO: NAMEHASH_SAME_MAX slots have that hash already. */
int fat_index_add(FatIndex *x, uint32_t hash, uint32_t slot);
void fat_index_remove(FatIndex *x, uint32_t hash, uint32_t slot);
/* One slot after the other with this hash; *at begins with 0. False: no more. */
bool fat_index_find(const FatIndex *x, uint32_t hash, uint32_t *at, uint32_t *ret_slot);

/* Slots became free. */
void fat_index_free(FatIndex *x, uint32_t slot, uint32_t n);
