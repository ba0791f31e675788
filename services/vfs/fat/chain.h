/* SPDX-License-Identifier: MIT */
/*
 * The chain of clusters of a file or directory, and what is known of where it goes, so that nobody walks it
 * twice: a list of runs, which for a chain in very many pieces becomes a list of waypoints.
 *
 * Readers share a chain: its lock is for what is known, and taken inside.
 */
#pragma once

#include "fat/state.h"

#define FAT_RUNS_MAX 1024u /* known pieces of one chain; every other one is forgotten then */
#define FAT_E_SHORT  1     /* the chain ends before */

typedef struct FatRun {
        uint32_t index, cluster, n; /* clusters index .. index + n - 1 of the chain */
} FatRun;

typedef struct FatChain {
        uint32_t start;      /* 0: empty */
        uint32_t tail_epoch; /* when the last cluster was got, if it was since mounting */
        pthread_mutex_t lock;
        FatRun *runs;
        uint32_t n_runs, n_room;
        bool is_whole; /* the last run is the end */
        /* A chain that runs in a circle comes by its milestone again, which is set ever further away. */
        uint32_t milestone, n_since, n_until;
} FatChain;

void fat_chain_init(FatChain *c, uint32_t start);
void fat_chain_deinit(FatChain *c);

/* Where cluster `index` is, and how many of the chain follow it side by side, itself included (at least 1).
 * FAT_E_SHORT, also for an empty chain; -EIO: a damaged chain. */
int fat_chain_at(FatFs *fs, FatChain *c, uint32_t index, uint32_t *ret_cluster, uint32_t *ret_n);
/* Number of clusters, and the last one; 0, 0 for none. */
int fat_chain_end(FatFs *fs, FatChain *c, uint32_t *ret_n, uint32_t *ret_last);

/* Under the exclusive lock, after fat_begin(). */

/* One run more at the end, of up to `n_wanted` clusters. -ENOSPC. The first one changes `start`. */
int fat_chain_grow(FatFs *fs, FatChain *c, uint32_t n_wanted, uint32_t *ret_first, uint32_t *ret_n);
/* Keeps the first `n`; the rest is lost. */
int fat_chain_cut(FatFs *fs, FatChain *c, uint32_t n);
