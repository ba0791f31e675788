/* SPDX-License-Identifier: MIT */
/*
 * Structures of the C library as the kernel's system calls fill them.
 */
#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

void convert_statx(struct statx *to, const struct stat *from);
void convert_statfs(struct statfs *to, const struct statvfs *from);
