/* SPDX-License-Identifier: MIT */
/*
 * Pool: a chain of single allocations. Start-up makes a few thousand of them at most, so
 * nothing cleverer pays.
 */
#include "pool.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct PoolBlock {
        struct PoolBlock *next;
        alignas(max_align_t) unsigned char data[];
} PoolBlock;

static _Noreturn void out_of_memory(void) {
        static const char text[] = "caisson: out of memory\n";

        fwrite(text, 1, sizeof text - 1, stderr);
        exit(3);
}

void pool_deinit(Pool *pool) {
        PoolBlock *block = pool->blocks;

        while (block) {
                PoolBlock *next = block->next;

                free(block);
                block = next;
        }
        *pool = POOL_NULL;
}

void *pool_alloc(Pool *pool, size_t n_items, size_t item_size) {
        PoolBlock *block;

        if (item_size && n_items > (SIZE_MAX - sizeof *block) / item_size)
                out_of_memory();
        block = calloc(1, sizeof *block + n_items * item_size);
        if (!block)
                out_of_memory();
        block->next = pool->blocks;
        pool->blocks = block;
        return block->data;
}

char *pool_copy(Pool *pool, const char *text, size_t size) {
        char *copy = pool_alloc(pool, size + 1, 1);

        memcpy(copy, text, size);
        return copy;
}

char *pool_vprintf(Pool *pool, const char *format, va_list args) {
        va_list again;
        char *text;
        int size;

        va_copy(again, args);
        size = vsnprintf(NULL, 0, format, again);
        va_end(again);
        if (size < 0)
                out_of_memory();
        text = pool_alloc(pool, (size_t)size + 1, 1);
        vsnprintf(text, (size_t)size + 1, format, args);
        return text;
}

char *pool_printf(Pool *pool, const char *format, ...) {
        va_list args;
        char *text;

        va_start(args, format);
        text = pool_vprintf(pool, format, args);
        va_end(args);
        return text;
}
