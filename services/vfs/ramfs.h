/* SPDX-License-Identifier: MIT */
/*
 * ramfs: a file system in memory, gone with its mount.
 */
#pragma once

#include "fs.h"

/* max: bytes of contents that all files together may have; 0: half of the machine's memory.
 * mode: permissions of the root. -ENOMEM. */
int ramfs_new(uint64_t max, mode_t mode, Fs **ret_fs);
