/* SPDX-License-Identifier: MIT */
/*
 * Contents of files. What a file has not written reads as zero: FAT knows no holes, so growing fills.
 */
#pragma once

#include "fat/node.h"

int fat_file_read(FatFs *fs, FatNode *n, uint8_t *out, size_t size, uint64_t at, size_t *ret_got);
/* Under the exclusive lock, after fat_begin(). -ENOSPC and -EFBIG only if nothing was written. */
int fat_file_write(FatFs *fs, FatNode *n, const uint8_t *in, size_t size, uint64_t at, size_t *ret_put);
int fat_file_truncate(FatFs *fs, FatNode *n, uint64_t size);
