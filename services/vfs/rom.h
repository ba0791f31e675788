/* SPDX-License-Identifier: MIT */
/*
 * The ROMFS of the solution: files that it was built with. They come to this process as granted files: either
 * one image of the name "romfs", made by genromfs, or the files themselves.
 */
#pragma once

#include "blk.h"
#include "fs.h"

#define ROM_GRANT "romfs"

/* An entry of fstypes.c. blk: NULL. -ENODEV: this process is granted no file; else as romfs_mount(). */
int rom_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);
