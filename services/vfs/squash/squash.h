/* SPDX-License-Identifier: MIT */
/*
 * SquashFS, read-only, by libsquashfs.
 */
#pragma once

#include "../blk.h"
#include "../fs.h"

/* blk: taken over on success. flags: MOUNT_*; it must be read-only. On failure fs_explanation() may say more.
 * -EROFS: it isn't; -EINVAL: not a SquashFS, or of a kind that is not supported; -EIO: damaged; -ENOMEM;
 * -ENODEV.
 */
int squash_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);
