/* SPDX-License-Identifier: MIT */
/*
 * Files of a solution: reading small ones, and finding them along a list of folders.
 */
#pragma once

#include <stddef.h>

#include "pool.h"
#include "spell.h"

/* Reads a whole file. Returns 0, or a negative errno: -EFBIG above size_max, -EISDIR for a folder. */
int files_read(Pool *pool, const char *path, size_t size_max, char **ret_text, size_t *ret_size);
/* The first `folder/name` that exists and is no folder; an absolute name is looked at as it is.
 * NULL: none. */
const char *files_find(Pool *pool, const char *const *folders, size_t n_folders, const char *name);
/* Offers the names of a folder's entries that end in `suffix`, without it. The folder of `name`'s
 * own path below each folder of the list is looked at; `s` must have been started with the last part. */
void files_offer_similar(Pool *pool, const char *const *folders, size_t n_folders, const char *name,
        const char *suffix, Spell *s);
/* Where this program lies, so that what is installed beside it is found wherever it was copied to. NULL: the
 * system doesn't tell. */
const char *files_own_folder(Pool *pool);
/* The folders as "a, b and c", for a note. */
const char *files_list(Pool *pool, const char *const *folders, size_t n_folders);
