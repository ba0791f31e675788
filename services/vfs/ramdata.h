/* SPDX-License-Identifier: MIT */
/*
 * Contents of a file in memory: sparse, in chunks, and never much larger than what was written.
 *
 * A chunk that was never written is a hole and reads as zeros. All chunks have RAMDATA_CHUNK bytes but the
 * last one, which grows page by page: many small files and one large file both waste little.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chunks.h"
#include "rambudget.h"

#define RAMDATA_CHUNK CHUNKS_SIZE
#define RAMDATA_PAGE  4096u      /* a short chunk grows by this */
#define RAMDATA_GRAIN 64u        /* or by this as long as it is below a page */
#define RAMDATA_SHORT 8u         /* chunks from this one on are never short */
#define RAMDATA_LEAF  256u       /* chunks of one table */
#define RAMDATA_TRIM  (1u << 20) /* bytes of short chunks that are freed before the heap gives memory back */
#define RAMDATA_MAX   (1ull << 44) /* bytes of a file: 16 TiB */

typedef struct RamData {
        unsigned char *first;    /* chunk 0: most files have no other; NULL: a hole */
        unsigned char ***leaves; /* tables of chunks, the first place unused; NULL: a hole of a whole table */
        uint32_t n_leaves;
        uint32_t tail_room; /* bytes of chunk `tail`, which alone may be short; 0: none is */
        uint64_t tail;
        uint64_t size;
        uint64_t n_bytes; /* taken from the budget */
        RamBudget *budget;
        RamBudget *tables; /* for what says where chunks are: a file may have few, far apart */
} RamData;

void ramdata_init(RamData *d, RamBudget *budget, RamBudget *tables);
void ramdata_deinit(RamData *d);
/* Bytes read, fewer than `size` at the end of the file. */
size_t ramdata_read(const RamData *d, void *buffer, size_t size, uint64_t at);
/* 0 and what was written, which is less than asked for when memory or RAMDATA_MAX ends on the way; else, with
 * nothing at all, -ENOSPC or -EFBIG. */
int ramdata_write(RamData *d, const void *data, size_t size, uint64_t at, size_t *ret_put);
/* -EFBIG. */
int ramdata_truncate(RamData *d, uint64_t size);
