/* SPDX-License-Identifier: MIT */
/*
 * The device below libext2fs. The library calls it by block numbers, in blocks of a size that it changes (the
 * superblock is read and written in blocks of 1024 bytes); inside, everything is bytes over whole blocks of
 * the file system.
 */
#include "extio.h"

#include <stdlib.h>
#include <string.h>

void extio_init(ExtIo *io, Blk *blk) {
        *io = (ExtIo){.blk = blk};
}

void extio_deinit(ExtIo *io) {
        extio_forget_all(io);
        blockmap_deinit(&io->dirty);
        blockmap_deinit(&io->logged);
}

static uint8_t *kept(const ExtIo *io, uint64_t block) {
        return (uint8_t *)blockmap_get(&io->dirty, block);
}

void extio_forget(ExtIo *io, uint64_t block) {
        free(kept(io, block));
        blockmap_remove(&io->dirty, block);
}

void extio_forget_all(ExtIo *io) {
        for (uint32_t i = 0; i < io->dirty.n_slots; i++)
                free((void *)io->dirty.slots[i].value);
        blockmap_clear(&io->dirty);
}

/* --- bytes --- */

/* What of `size` bytes at `at` lies in the first block. */
static size_t in_first_block(const ExtIo *io, size_t size, uint64_t at) {
        size_t rest = io->block_size - (size_t)(at % io->block_size);

        return size < rest ? size : rest;
}

/* How many bytes from `at` on lie before the first block that is kept, or is in `other`. */
static size_t run_length(const ExtIo *io, size_t size, uint64_t at, const BlockMap *other) {
        size_t n = 0;

        while (n < size) {
                uint64_t block = (at + n) / io->block_size;

                if (kept(io, block) || (other && blockmap_get(other, block)))
                        break;
                n += in_first_block(io, size - n, at + n);
        }
        return n;
}

int extio_read(ExtIo *io, void *buffer, size_t size, uint64_t at) {
        uint8_t *to = buffer;

        if (io->dirty.n_blocks == 0)
                return blk_read(io->blk, buffer, size, at);
        while (size > 0) {
                size_t n = run_length(io, size, at, NULL);

                if (n > 0) {
                        int r = blk_read(io->blk, to, n, at);

                        if (r < 0)
                                return r;
                } else {
                        n = in_first_block(io, size, at);
                        memcpy(to, kept(io, at / io->block_size) + at % io->block_size, n);
                }
                to += n;
                at += n;
                size -= n;
        }
        return 0;
}

/* A block that is kept from now on, with the contents that the device has. */
static int keep(ExtIo *io, uint64_t block, bool is_whole, uint8_t **ret) {
        uint8_t *data;
        int r = 0;

        if (!blk_holds(io->blk, io->block_size, block * io->block_size))
                return -EIO;
        data = malloc(io->block_size);
        if (!data)
                return -ENOMEM;
        if (!is_whole)
                r = blk_read(io->blk, data, io->block_size, block * io->block_size);
        if (r == 0)
                r = blockmap_put(&io->dirty, block, (uintptr_t)data);
        if (r < 0) {
                free(data);
                return r;
        }
        *ret = data;
        return 0;
}

/* Inside one block. */
static int write_piece(ExtIo *io, const void *data, size_t size, uint64_t at) {
        uint64_t block = at / io->block_size;
        size_t offset = (size_t)(at % io->block_size);
        uint8_t *to = kept(io, block);
        bool is_new = !to;
        int r = 0;

        if (is_new)
                r = keep(io, block, size == io->block_size && !io->is_flushing, &to);
        if (r < 0)
                return r;
        if (is_new && io->is_flushing && memcmp(to + offset, data, size) == 0)
                extio_forget(io, block);
        else
                memcpy(to + offset, data, size);
        return 0;
}

int extio_write(ExtIo *io, const void *data, size_t size, uint64_t at) {
        const uint8_t *from = data;

        if (io->block_size == 0)
                return -EROFS;
        while (size > 0) {
                size_t n = in_first_block(io, size, at);
                int r = write_piece(io, from, n, at);

                if (r < 0)
                        return r;
                from += n;
                at += n;
                size -= n;
        }
        return 0;
}

int extio_write_data(ExtIo *io, const void *data, size_t size, uint64_t at) {
        const uint8_t *from = data;

        io->writes_data = true;
        while (size > 0) {
                size_t n = run_length(io, size, at, &io->logged);
                int r;

                if (n > 0) {
                        r = blk_write(io->blk, from, n, at);
                } else {
                        n = in_first_block(io, size, at);
                        r = extio_write(io, from, n, at);
                }
                if (r < 0)
                        return r;
                from += n;
                at += n;
                size -= n;
        }
        return 0;
}

int extio_place(ExtIo *io) {
        uint64_t *blocks;
        int r = blockmap_list(&io->dirty, &blocks);

        if (r < 0)
                return r;
        for (uint32_t i = 0; r == 0 && i < io->dirty.n_blocks; i++)
                r = blk_write(io->blk, kept(io, blocks[i]), io->block_size, blocks[i] * io->block_size);
        free(blocks);
        if (r == 0)
                extio_forget_all(io);
        return r;
}

/* --- libext2fs --- */

/* open() of the library has no argument for it. */
static _Thread_local ExtIo *next_to_open;

void extio_open_next(ExtIo *io) {
        next_to_open = io;
}

static errcode_t channel_open(const char *name, int flags, io_channel *ret) {
        io_channel c = calloc(1, sizeof *c);

        (void)flags;
        if (!c || !next_to_open) {
                free(c);
                return ENOMEM;
        }
        c->magic = EXT2_ET_MAGIC_IO_CHANNEL;
        c->manager = (io_manager)(uintptr_t)&extio_manager; /* never written to */
        c->name = strdup(name);
        c->block_size = 1024;
        c->refcount = 1;
        c->private_data = next_to_open;
        if (!c->name) {
                free(c);
                return ENOMEM;
        }
        *ret = c;
        return 0;
}

static errcode_t channel_close(io_channel c) {
        if (--c->refcount > 0)
                return 0;
        free(c->name);
        free(c);
        return 0;
}

static errcode_t channel_set_blksize(io_channel c, int size) {
        c->block_size = size;
        return 0;
}

/* The library counts in blocks, or, with a negative number, in bytes. */
static size_t count_size(const io_channel c, int count) {
        return count < 0 ? (size_t) - (int64_t)count : (size_t)count * (size_t)c->block_size;
}

static errcode_t to_library(int r) {
        return r == -EINVAL ? EXT2_ET_SHORT_READ : -r;
}

static errcode_t channel_read(io_channel c, unsigned long long block, int count, void *data) {
        size_t size = count_size(c, count);

        if (block > UINT64_MAX / (uint64_t)c->block_size)
                return EXT2_ET_SHORT_READ;
        return to_library(extio_read(c->private_data, data, size, (uint64_t)block * (uint64_t)c->block_size));
}

static errcode_t channel_write(io_channel c, unsigned long long block, int count, const void *data) {
        size_t size = count_size(c, count);

        if (block > UINT64_MAX / (uint64_t)c->block_size)
                return EXT2_ET_SHORT_WRITE;
        return to_library(
                extio_write(c->private_data, data, size, (uint64_t)block * (uint64_t)c->block_size));
}

static errcode_t channel_read32(io_channel c, unsigned long block, int count, void *data) {
        return channel_read(c, block, count, data);
}

static errcode_t channel_write32(io_channel c, unsigned long block, int count, const void *data) {
        return channel_write(c, block, count, data);
}

/* Only a commit makes anything safe. */
static errcode_t channel_flush(io_channel c) {
        (void)c;
        return 0;
}

const struct struct_io_manager extio_manager = {
        .magic = EXT2_ET_MAGIC_IO_MANAGER,
        .name = "caisson",
        .open = channel_open,
        .close = channel_close,
        .set_blksize = channel_set_blksize,
        .read_blk = channel_read32,
        .write_blk = channel_write32,
        .flush = channel_flush,
        .read_blk64 = channel_read,
        .write_blk64 = channel_write,
};
