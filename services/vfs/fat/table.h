/* SPDX-License-Identifier: MIT */
/*
 * The file allocation table: its entries, in all copies alike, and finding free ones.
 */
#pragma once

#include "fat/state.h"

/* What follows a cluster: a cluster, or FAT_END. -EIO: anything else, which no cluster of a chain has. */
int fat_next(FatFs *fs, uint32_t cluster, uint32_t *ret_next);
/* The bare entry: a cluster, FAT_FREE, FAT_BAD, FAT_END; numbers without meaning are FAT_BAD. */
int fat_get(FatFs *fs, uint32_t cluster, uint32_t *ret_value);
/* late: not before the next flush of the cache. */
int fat_put(FatFs *fs, uint32_t cluster, uint32_t value, bool late);

/* A run of up to `n_wanted` free clusters, made a chain of its own that ends with FAT_END. -ENOSPC. */
int fat_alloc(FatFs *fs, uint32_t n_wanted, uint32_t *ret_first, uint32_t *ret_n);
int fat_count_free(FatFs *fs, uint32_t *ret_n);
/* Of FAT12 one in 341 lies in two sectors, which a loss of power may part: it is not given out. */
bool fat_is_usable(const FatGeometry *g, uint32_t cluster);
/* Makes all copies equal to the first. */
int fat_equalise(FatFs *fs);
