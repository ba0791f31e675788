/* SPDX-License-Identifier: MIT */
/*
 * Directories: slots of 32 bytes, in a chain or in the fixed place of an old root; a file has one slot, and
 * in front of it those of its long name.
 */
#pragma once

#include "fat/chain.h"
#include "fat/index.h"
#include "fat/name.h"
#include "fat/state.h"
#include "fat/time.h"

enum {
        FAT_ATTR_READ_ONLY = 0x01,
        FAT_ATTR_LABEL = 0x08,
        FAT_ATTR_DIR = 0x10,
        FAT_ATTR_ARCHIVE = 0x20,
        FAT_ATTR_LONG = 0x0f /* what a slot of a long name has */
};

/* What a slot says of a file. */
typedef struct FatInfo {
        uint8_t attr;
        uint32_t start, size;
        FatTime created, modified;
        uint16_t accessed; /* date */
} FatInfo;

typedef struct FatDir {
        FatChain *chain; /* NULL: the root of FAT12 or FAT16 */
        FatIndex *index;
} FatDir;

typedef struct FatEntry {
        uint64_t at;            /* of the slot with the short name, on the device */
        uint32_t slot, n_slots; /* all of it, in the directory */
        uint8_t short_name[FAT_SHORT], lower;
        bool has_long;
        FatInfo info;
        FatUnits units; /* the name as it is shown */
} FatEntry;

/* Goes through a directory. */
typedef struct FatScan {
        FatFs *fs;
        FatDir dir;
        uint32_t slot; /* that comes */
        bool is_end;
        uint32_t n_here, first_here; /* slots in `data` */
        uint64_t here_at;
        FatLong long_name;
        uint32_t long_slot;
        uint32_t n_free; /* slots passed over that are */
        uint8_t data[4096];
} FatScan;

void fat_scan_init(FatScan *s, FatFs *fs, FatDir dir, uint32_t slot);
/* The next file. FAT_E_SHORT: none is left. "." and ".." and labels are passed over. */
int fat_scan_next(FatScan *s, FatEntry *ret);

/* By a folded name. -ENOENT. */
int fat_dir_find(FatFs *fs, FatDir dir, const FatUnits *folded, FatEntry *ret);
int fat_dir_is_empty(FatFs *fs, FatDir dir, bool *ret_empty);
/* A new name, which is not there. Where its short slot is. -ENOSPC. */
int fat_dir_add(FatFs *fs, FatDir dir, FatWanted *name, const FatInfo *info, uint64_t *ret_at);
/* Other letters for the same name, which takes as many slots. */
int fat_dir_respell(FatFs *fs, FatDir dir, const FatEntry *entry, const FatWanted *name);
int fat_dir_remove(FatFs *fs, FatDir dir, const FatEntry *entry);
/* Changes what a slot says. */
int fat_put_info(FatFs *fs, uint64_t at, const FatInfo *info);
/* Clears a new directory's first cluster and puts "." and "..". */
int fat_dir_init(FatFs *fs, uint32_t cluster, uint32_t parent, const FatInfo *info);
/* -EIO: its "." and ".." are not those of a directory in `parent`. */
int fat_dir_check_dots(FatFs *fs, uint32_t cluster, uint32_t parent);
/* ".." of a directory. */
int fat_dir_set_parent(FatFs *fs, uint32_t cluster, uint32_t parent);
