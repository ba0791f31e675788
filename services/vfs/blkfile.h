/* SPDX-License-Identifier: MIT */
/*
 * A block device in a file that this process has open.
 */
#pragma once

#include "blk.h"

/* fd: borrowed, for as long as the device is open. -EROFS: it is to be written and can't be; errors of
 * fstat(). */
int blkfile_new(int fd, bool is_read_only, Blk **ret);
