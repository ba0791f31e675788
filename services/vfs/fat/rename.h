/* SPDX-License-Identifier: MIT */
/*
 * Renaming, so that a loss of power leaves at least one name, and each of them whole.
 */
#pragma once

#include "fat/node.h"

typedef struct FatRename {
        FatFs *fs;
        FatNode *from, *to;
        const FsName *name; /* in `to` */
        FatEntry source;    /* in `from` */
} FatRename;

/* Under the exclusive lock, after fat_begin(). What has the name already is replaced, if it may be. */
int fat_rename(FatRename *m, bool no_replace);
