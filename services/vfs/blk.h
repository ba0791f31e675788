/* SPDX-License-Identifier: MIT */
/*
 * A block device as a file system sees it: bytes at offsets, and a flush that means it.
 *
 * Sectors matter to drivers alone: whoever implements this accepts any offset and size inside the device.
 * Results: 0 or a negative errno; a transfer that ends early is -EIO. -ECONNRESET, of write and flush:
 * whoever does the transfers has begun anew, and what was not flushed may be lost, this transfer included.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Blk Blk;

typedef struct BlkOps {
        int (*read)(Blk *blk, void *buffer, size_t size, uint64_t at);
        int (*write)(Blk *blk, const void *data, size_t size, uint64_t at); /* NULL: read-only */
        int (*flush)(Blk *blk); /* what was written before survives a loss of power after it */
        void (*close)(Blk *blk);
} BlkOps;

/* Head of a device. */
struct Blk {
        const BlkOps *ops;
        uint64_t size; /* bytes */
        bool is_read_only;
};

static inline bool blk_holds(const Blk *blk, size_t size, uint64_t at) {
        return at <= blk->size && size <= blk->size - at;
}

/* -EINVAL: beyond the end of the device. */
static inline int blk_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        return blk_holds(blk, size, at) ? blk->ops->read(blk, buffer, size, at) : -EINVAL;
}

/* -EROFS, -EINVAL as above. */
static inline int blk_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        if (blk->is_read_only || !blk->ops->write)
                return -EROFS;
        return blk_holds(blk, size, at) ? blk->ops->write(blk, data, size, at) : -EINVAL;
}

static inline int blk_flush(Blk *blk) {
        return blk->ops->flush ? blk->ops->flush(blk) : 0;
}

static inline Blk *blk_close(Blk *blk) {
        if (blk)
                blk->ops->close(blk);
        return NULL;
}
