/* SPDX-License-Identifier: MIT */
/*
 * A device that is a piece of memory, such as an image that was linked into a program.
 */
#pragma once

#include "blk.h"

/* data: `size` bytes that stay until the device is closed. If it is read-only, nothing is ever written to
 * them. -ENOMEM. */
int blkmem_new(void *data, uint64_t size, bool is_read_only, Blk **ret_blk);
