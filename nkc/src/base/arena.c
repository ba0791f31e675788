/* SPDX-License-Identifier: MIT */
/*
 * Bump arena: blocks of ARENA_BLOCK_SIZE, larger ones for larger wishes, in a list. Blocks come
 * from calloc, so fresh memory is zero without touching it.
 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_OUT_OF_MEMORY 3

struct ArenaBlock {
        ArenaBlock *older;
        _Alignas(ARENA_ALIGN) char bytes[];
};

void arena_out_of_memory(void) {
        fputs("nkc: out of memory\n", stderr);
        exit(EXIT_OUT_OF_MEMORY);
}

static void *must(void *memory) {
        if (!memory)
                arena_out_of_memory();
        return memory;
}

Arena *arena_free(Arena *a) {
        if (!a)
                return NULL;
        while (a->blocks) {
                ArenaBlock *block = a->blocks;

                a->blocks = block->older;
                free(block);
        }
        free(a);
        return NULL;
}

static ArenaBlock *add_block(Arena *a, size_t size) {
        ArenaBlock *block = must(calloc(1, sizeof *block + size));

        block->older = a->blocks;
        a->blocks = block;
        return block;
}

static void start_block(Arena *a) {
        ArenaBlock *block = add_block(a, ARENA_BLOCK_SIZE);

        a->next = block->bytes;
        a->end = block->bytes + ARENA_BLOCK_SIZE;
}

Arena *arena_new(void) {
        Arena *a = must(calloc(1, sizeof(Arena)));

        start_block(a);
        return a;
}

/* Large wishes get a block of their own, and the rest of the current block stays in use. */
void *arena_alloc_slow(Arena *a, size_t size) {
        size_t rounded = (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);

        if (rounded < size || rounded > SIZE_MAX / 2)
                arena_out_of_memory();
        if (rounded > ARENA_BLOCK_SIZE / 4) {
                a->used += rounded;
                return add_block(a, rounded)->bytes;
        }
        start_block(a);
        return arena_alloc(a, size);
}

void *arena_alloc_array(Arena *a, size_t n, size_t size) {
        size_t total;

        if (__builtin_mul_overflow(n, size, &total))
                arena_out_of_memory();
        return arena_alloc(a, total);
}

char *arena_copy(Arena *a, const char *text, size_t size) {
        char *copy;

        if (size == SIZE_MAX)
                arena_out_of_memory();
        copy = arena_alloc(a, size + 1);
        if (size > 0)
                memcpy(copy, text, size);
        return copy; /* the NUL is there: memory comes zeroed */
}

char *arena_vprintf(Arena *a, const char *format, va_list args) {
        va_list again;
        char *text;
        int n;

        va_copy(again, args);
        n = vsnprintf(NULL, 0, format, again);
        va_end(again);
        if (n < 0)
                arena_out_of_memory();
        text = arena_alloc(a, (size_t)n + 1);
        vsnprintf(text, (size_t)n + 1, format, args);
        return text;
}

char *arena_printf(Arena *a, const char *format, ...) {
        va_list args;
        char *text;

        va_start(args, format);
        text = arena_vprintf(a, format, args);
        va_end(args);
        return text;
}
