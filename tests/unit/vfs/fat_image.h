/* SPDX-License-Identifier: MIT */
/*
 * FAT images made by mkfs.fat, mounted from memory, judged by fsck.fat.
 */
#pragma once

#include "host_tree.h"
#include "memblk.h"

typedef struct TFat {
        MemBlk device;
        TWorld world;
        char path[T_PATH_MAX]; /* of the image, while a tool works with it */
} TFat;

/* A tree of files with names that FAT can have, more than 200 of them. */
void t_fat_fill_folder(const char *folder);
/* so many KiB, and arguments of mkfs.fat, separated by blanks; then mounts it. */
void t_fat_init(TFat *t, const char *size_kib, const char *arguments);
/* Unmounts. fsck.fat must find no fault. */
void t_fat_deinit(TFat *t);
/* Unmounts and mounts again. */
void t_fat_remount(TFat *t);
/* Unmounts; the image is a file until t_fat_from_file(), which mounts it. */
void t_fat_to_file(TFat *t);
void t_fat_from_file(TFat *t);
