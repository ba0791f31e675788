/* SPDX-License-Identifier: MIT */
/*
 * ROMFS: the read-only file system of images that genromfs makes.
 */
#pragma once

#include "blk.h"
#include "fs.h"

/* blk: taken over on success. flags: MOUNT_*; it must be read-only. -EROFS: it isn't; -EINVAL: not a ROMFS;
 * -EIO: damaged; -ENOMEM. */
int romfs_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);
