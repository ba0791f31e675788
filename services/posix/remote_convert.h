/* SPDX-License-Identifier: MIT */
/*
 * Structures of the VFS's interfaces as the C library has them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include <kl/VfsTypes.idl.h>

void remote_stat(struct stat *to, const struct kl_VfsTypes_Stat *from);
void remote_statvfs(struct statvfs *to, const struct kl_VfsTypes_StatVfs *from);
/* times: NULL means now, for both. */
struct kl_VfsTypes_Time remote_time(const struct timespec *times, int i);

/* Entries of a folder, as a program may look at them: each one lies in the buffer, and its name ends in it.
 */
bool remote_entries_are_sound(const void *entries, size_t size);
