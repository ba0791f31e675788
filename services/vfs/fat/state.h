/* SPDX-License-Identifier: MIT */
/*
 * A mounted FAT file system, for the files of this folder.
 *
 * What makes it survive a loss of power is when things are written. Between two *commits* nothing that is
 * reachable on the device changes but the bytes of files: new clusters are written at once, because nothing
 * leads to them; directory entries wait in the cache (late); changes of chains that are reachable wait in
 * `turns`; clusters that nobody needs any more wait in `lost`, and are not used again before. A commit writes
 * the new, then the directories and turns, and then gives the lost ones back.
 */
#pragma once

#include <pthread.h>

#include "blkcache.h"
#include "fat/bpb.h"
#include "fs.h"
#include "nodes.h"

#define FAT_TURNS_MAX    1024u       /* changes of reachable chains between two commits */
#define FAT_LOST_MAX     1024u       /* chains given up between two commits */
#define FAT_RECENT_DIRS  16u         /* directories that are kept in use */
#define FAT_NEW_DIRS_MAX 256u        /* clusters that directories got between two commits */
#define FAT_DIR_SLOTS    65536u      /* entries of a directory at most, as the format has it */
#define FAT_SIZE_MAX     0xffffffffu /* bytes of a file */

/* What an entry of the FAT says. */
#define FAT_FREE 0u
#define FAT_BAD  0x0ffffff7u
#define FAT_END  0x0fffffffu

/* cluster -> what its entry becomes. Open addressing; 0: empty. */
typedef struct FatTurns {
        uint32_t n;
        struct {
                uint32_t cluster, value;
        } slots[FAT_TURNS_MAX * 2];
} FatTurns;

typedef struct FatNode FatNode;

typedef struct FatFs {
        Fs head;
        Blk *blk; /* a BlkCache */
        FatGeometry geo;
        NodeTable nodes; /* by place of the directory entry */
        uid_t uid;
        gid_t gid;
        mode_t file_mask, dir_mask; /* permissions that nobody has */

        uint32_t n_free;    /* clusters; without those of `lost` and `orphans` */
        uint32_t next_free; /* where to look first */
        bool is_marked;     /* as dirty, on the device */
        uint32_t epoch;     /* number of the commit that comes */
        FatTurns turns;
        uint32_t lost[FAT_LOST_MAX]; /* first clusters */
        uint32_t n_lost, n_lost_clusters;
        uint32_t new_dirs[FAT_NEW_DIRS_MAX];
        uint32_t n_new_dirs;

        pthread_mutex_t lock;  /* of what follows: nodes come and go under a shared lock, or none */
        FatNode *orphans;      /* removed, and closed now: their clusters are to be given up */
        uint64_t orphans_size; /* bytes, whole clusters */
        FatNode *moved;        /* nodes in use with numbers that do not follow from their place */
        FatNode *recent[FAT_RECENT_DIRS];
        uint32_t next_recent;

        _Atomic uint64_t day; /* the number of one since 1970 << 16, and its FAT date */
} FatFs;

static inline FatFs *fat_of(const FsNode *node) {
        return (FatFs *)node->fs;
}
