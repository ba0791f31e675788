/* SPDX-License-Identifier: MIT */
/*
 * A block device in memory that keeps a log of what was written and flushed, fails when it is told to, and
 * shows what it would hold after a loss of power.
 */
#pragma once

#include "blk.h"

typedef struct MemEvent {
        uint64_t at;
        size_t size; /* 0: a flush */
        uint8_t *data;
} MemEvent;

typedef struct MemBlk {
        Blk head;
        uint8_t *bytes;
        uint64_t n_reads, n_writes, n_flushes, read_bytes;
        /* Fails with `error` when so many calls more were made; error 0: never. */
        uint64_t good_calls;
        int error;
        bool fails_once; /* `error` is 0 after it */
        bool forgets;    /* a failed call loses what was not flushed: a driver that died and came back */
        bool has_log;
        MemEvent *log;
        size_t n_log;
        uint8_t *safe; /* with forgets: contents at the last flush */
} MemBlk;

/* Zeros. Aborts without memory. The device lives on when it is closed, so that its contents can be seen. */
void memblk_init(MemBlk *m, uint64_t size);
void memblk_init_file(MemBlk *m, const char *path);
void memblk_deinit(MemBlk *m);
void memblk_save(const MemBlk *m, const char *path);

/* Begins a log; `start` becomes a copy of the contents. */
void memblk_start_log(MemBlk *m, uint8_t **start);
/* Contents when the power goes before event `cut`: everything up to the last flush before it, and then either
 * all that was written, or, reordered, any sectors of it. seed: which. */
void memblk_cut(
        const MemBlk *m, const uint8_t *start, size_t cut, bool reordered, uint32_t seed, uint8_t *ret);
