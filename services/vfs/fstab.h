/* SPDX-License-Identifier: MIT */
/*
 * Entries of an fstab: "<device> <mount point> <type> <options> [<data>]".
 *
 * options: a decimal number (MS_* flags, as they are), or words separated by commas: ro rw noexec nosuid
 * nodev sync noatime relatime defaults; other words go to the file system. Field 5 goes there too, unless it
 * is the number of a classic fstab.
 */
#pragma once

#include <stddef.h>

#include "world.h"

#define FSTAB_ENTRY_MAX 4096u  /* bytes of an entry, its zero included */
#define FSTAB_FILE_MAX  65536u /* bytes of a file */

typedef struct FstabEntry {
        char text[FSTAB_ENTRY_MAX]; /* the fields, each with its zero */
        char data[FSTAB_ENTRY_MAX];
        WorldMount mount; /* points into both */
} FstabEntry;

/* line: not empty, no comment. False: *ret_fault says what is wrong with it. */
bool fstab_parse(const char *line, FstabEntry *ret, const char **ret_fault);

/* Mounts an entry, and makes the mount point if there is none. What fails is said on standard error; false.
 */
bool fstab_mount(VfsClient *c, const char *line);
/* Each entry of a file's text; blank lines and those that begin with '#' are none. False: one of them failed.
 */
bool fstab_mount_all(VfsClient *c, const char *text, size_t size);
