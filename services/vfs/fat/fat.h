/* SPDX-License-Identifier: MIT */
/*
 * FAT12, FAT16 and FAT32 with long names.
 */
#pragma once

#include "blk.h"
#include "fs.h"

/* blk: the device or partition, which gets a cache (blkcache.h) if it has none; taken over on success. flags:
 * MOUNT_READ_ONLY is looked at. data: options in the words of Linux, separated by commas: uid=, gid=
 * (decimal), umask=, fmask=, dmask= (octal); NULL or empty: none. A device that can't be written is mounted
 * only read-only. -EINVAL: no FAT file system, a damaged one, or an unknown option; -EROFS; -ENOMEM; errors
 * of the device. */
int fat_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);
