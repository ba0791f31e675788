/* SPDX-License-Identifier: MIT */
/*
 * A device in memory. The head's checks keep every transfer inside.
 */
#include "blkmem.h"

#include <stdlib.h>
#include <string.h>

typedef struct BlkMem {
        Blk head;
        char *data;
} BlkMem;

static int blkmem_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        memcpy(buffer, ((BlkMem *)blk)->data + at, size);
        return 0;
}

static int blkmem_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        memcpy(((BlkMem *)blk)->data + at, data, size);
        return 0;
}

static void blkmem_close(Blk *blk) {
        free(blk);
}

static const BlkOps blkmem_ops = {.read = blkmem_read, .write = blkmem_write, .close = blkmem_close};

int blkmem_new(void *data, uint64_t size, bool is_read_only, Blk **ret_blk) {
        BlkMem *m = calloc(1, sizeof *m);

        if (!m)
                return -ENOMEM;
        m->head = (Blk){.ops = &blkmem_ops, .size = size, .is_read_only = is_read_only};
        m->data = data;
        *ret_blk = &m->head;
        return 0;
}
