/* SPDX-License-Identifier: MIT */
/*
 * Commits: what waits for them, and making them.
 */
#pragma once

#include "fat/state.h"

/* What the entry of a cluster will be. False: what it is. */
bool fat_turns_get(const FatTurns *turns, uint32_t cluster, uint32_t *ret_value);

/* Before every operation that changes something: makes room for it, and sees to it that the device says that
 * it is in use. */
int fat_begin(FatFs *fs);
/* The chain goes on elsewhere after `cluster`, or ends with it, from the next commit on. fat_begin() made
 * room for a few of each kind. */
void fat_turn(FatFs *fs, uint32_t cluster, uint32_t value);
/* A chain, or the rest of one, of `n` clusters that nothing leads to after the next commit. */
void fat_lose(FatFs *fs, uint32_t first, uint32_t n);
/* A cluster that a directory got: what is written there is not reachable before the next commit. */
void fat_add_new_dir(FatFs *fs, uint32_t cluster);

/* Writes to a directory: late, if it was there before. */
int fat_write_dir(FatFs *fs, const void *data, size_t size, uint64_t at);

/* Everything so far survives a loss of power. */
int fat_commit(FatFs *fs);
/* Also gives lost clusters back on the device, and says there how many are free, and that it is as if it was
 * unmounted. */
int fat_settle(FatFs *fs);
