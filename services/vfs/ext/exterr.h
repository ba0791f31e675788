/* SPDX-License-Identifier: MIT */
/*
 * Errors of libext2fs, as negative errno.
 */
#pragma once

#include <ext2fs/ext2fs.h>

int exterr_to_errno(errcode_t e);
