/* SPDX-License-Identifier: MIT */
/*
 * ext2, ext3 and ext4, by libext2fs.
 */
#pragma once

#include "../blk.h"
#include "../fs.h"

/* blk: taken over on success. flags: MOUNT_*. On failure fs_explanation() may say more.
 * -EINVAL: not an ext file system, or it has features that are not supported; -EROFS: it can only be mounted
 * read-only; -EIO: damaged; -ENOMEM; -ENODEV: no device. */
int ext_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);
