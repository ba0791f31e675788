/* SPDX-License-Identifier: MIT */
/*
 * The ROMFS image: files that the solution was built with, which the kernel process hands to this process as
 * a granted file of the name "romfs".
 */
#pragma once

#include "blk.h"
#include "fs.h"

#define ROM_GRANT "romfs"

/* An entry of fstypes.c. blk: NULL. -ENODEV: the solution has no such image; else as romfs_mount(). */
int rom_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);
