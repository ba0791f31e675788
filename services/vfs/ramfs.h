/* SPDX-License-Identifier: MIT */
/*
 * ramfs: a file system in memory, gone with its mount.
 */
#pragma once

#include "fs.h"

/* max: bytes of contents that all files together may have, and half as many, or 16 MiB, for all else: names,
 * links, attributes; 0: half of the memory that the machine has, or the process may have. All of it is taken
 * from what all of them may have together, too (rambudget.h).
 * mode: permissions of the root. -ENOMEM. */
int ramfs_new(uint64_t max, mode_t mode, Fs **ret_fs);

/* The same by an entry of fstypes.c. data: options, separated by commas: "size=64m" (bytes; k, m, g),
 * "mode=0755". blk: NULL. -EINVAL: another option. */
struct Blk;
int ramfs_mount(struct Blk *blk, unsigned flags, const char *data, Fs **ret_fs);
