/* SPDX-License-Identifier: MIT */
/*
 * Names: the eleven bytes of a short one, the entries of a long one in front of it, and which names there can
 * be.
 */
#pragma once

#include "fat/text.h"
#include "fs.h"

#define FAT_SLOT         32u   /* bytes of a directory entry */
#define FAT_SHORT        11u   /* bytes of a short name: 8 and 3 */
#define FAT_LONG_PER     13u   /* units of a long name in one entry */
#define FAT_LONG_MAX     20u   /* entries of a long name */
#define FAT_LOWER_BASE   0x08u /* the short name is shown with small letters, before or behind the dot */
#define FAT_LOWER_SUFFIX 0x10u

/* What a new name takes. */
typedef struct FatWanted {
        FatUnits units;                /* as wanted */
        uint8_t short_name[FAT_SHORT]; /* if is_exact: it; else what tails are put to */
        uint8_t lower;                 /* FAT_LOWER_* */
        bool is_exact;                 /* the short name says it all */
        bool needs_tail;               /* letters got lost */
        uint32_t base_length, n_long;  /* bytes of the base in short_name; entries of the long name */
} FatWanted;

/* For looking up: folded, without dots at the end. False: no file has this name. */
bool fat_fold_name(const FsName *name, FatUnits *ret);
/* For making. -EINVAL: not a name on FAT; -ENAMETOOLONG. */
int fat_want_name(const FsName *name, FatWanted *ret);
/* The short name with "~number". */
void fat_add_tail(const FatWanted *w, uint32_t number, uint8_t *ret_short);

uint8_t fat_checksum(const uint8_t *short_name);
/* Entry i (1 .. n_long) of the long name. */
void fat_put_long(const FatWanted *w, uint32_t i, uint8_t checksum, uint8_t *ret_slot);

/* A short name as it is shown; bytes that no name can have become '_'. Units: at most 12. */
void fat_show_short(const uint8_t *short_name, uint8_t lower, FatUnits *ret);

/* A long name while its entries come by, last part first. */
typedef struct FatLong {
        FatUnits units;
        uint32_t next; /* number of the entry to come; 0: complete; more than FAT_LONG_MAX: none is under way
                        */
        uint8_t checksum;
} FatLong;

void fat_long_reset(FatLong *l);
void fat_long_take(FatLong *l, const uint8_t *slot);
/* Is it the whole name of the file with this short name, and one that can be shown? */
bool fat_long_belongs(const FatLong *l, const uint8_t *short_name);
