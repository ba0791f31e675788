/* SPDX-License-Identifier: MIT */
/*
 * The device as libext2fs sees it: what the library writes stays here, block by block, until the file system
 * commits it as a whole. Reading sees it.
 *
 * Contents of files take another way: they go to the device at once, unless the block is here already.
 */
#pragma once

#include <ext2fs/ext2fs.h>

#include "../blk.h"
#include "blockmap.h"

typedef struct ExtIo {
        Blk *blk;
        uint32_t block_size; /* 0: not known yet; nothing can be written */
        BlockMap dirty;      /* block to its contents (uint8_t *) */
        BlockMap logged;     /* blocks that the journal may write once more after a loss of power */
        bool is_flushing;    /* the library writes all it has, changed or not: what is the same isn't kept */
        bool writes_data;    /* contents were written since the last flush of the device */
} ExtIo;

void extio_init(ExtIo *io, Blk *blk);
void extio_deinit(ExtIo *io);

/* For ext2fs_open2(), on the same thread as extio_open_next(). */
extern const struct struct_io_manager extio_manager;
/* Which device the next ext2fs_open2() of this thread opens. */
void extio_open_next(ExtIo *io);

/* Any bytes. 0, or a negative errno. */
int extio_read(ExtIo *io, void *buffer, size_t size, uint64_t at);
int extio_write(ExtIo *io, const void *data, size_t size, uint64_t at);
/* Contents of files: past what is kept here. */
int extio_write_data(ExtIo *io, const void *data, size_t size, uint64_t at);
/* Writes what is kept to the device, and keeps nothing any more if that succeeds. */
int extio_place(ExtIo *io);
/* The block's contents are of no use any more. */
void extio_forget(ExtIo *io, uint64_t block);
void extio_forget_all(ExtIo *io);
