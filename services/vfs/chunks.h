/* SPDX-License-Identifier: MIT */
/*
 * Chunks: zeroed memory in pieces of one size, given back to the system piece by piece.
 *
 * A heap keeps what is freed in its middle; a file system in memory must not, because what one file gives up
 * may be the most that the process has. Chunks lie in fields, ranges of addresses that begin at a multiple of
 * their size, so that the field of a chunk is found from its address. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CHUNKS_SIZE  65536u      /* bytes of a chunk */
#define CHUNKS_FIELD (16u << 20) /* bytes of a field */

/* is_filled: all of it is going to be written soon, so that its pages had better come at once. NULL: no
 * memory. */
void *chunks_new(bool is_filled);
/* Takes NULL. */
void chunks_free(void *chunk);
/* Fields there are. */
size_t chunks_count_fields(void);
