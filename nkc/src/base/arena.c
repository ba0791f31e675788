/* SPDX-License-Identifier: MIT */
/*
 * Bump arena: blocks of ARENA_BLOCK_SIZE, growing to ARENA_BLOCK_MAX in a large compilation, larger
 * ones for larger wishes, in a list. Blocks come from calloc, so fresh memory is zero without touching
 * it; the kernel is asked for huge pages behind large ones, which saves most of the page faults.
 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

/* The advice covers every page that the memory touches, so that realloc finds one mapping when it moves
 * it. A kernel without huge pages refuses, and nothing is lost. */
void arena_advise(void *memory, size_t size) {
        uintptr_t begin = (uintptr_t)memory & ~(ARENA_PAGE - 1);
        uintptr_t end = ((uintptr_t)memory + size + ARENA_PAGE - 1) & ~(ARENA_PAGE - 1);

        if (size >= ARENA_HUGE_MIN)
                (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

static ArenaBlock *add_block(Arena *a, size_t size) {
        ArenaBlock *block = must(calloc(1, sizeof *block + size));

        arena_advise(block, sizeof *block + size);
        block->older = a->blocks;
        a->blocks = block;
        return block;
}

static void start_block(Arena *a) {
        ArenaBlock *block = add_block(a, a->block_size);

        a->next = block->bytes;
        a->end = block->bytes + a->block_size;
        if (a->block_size < ARENA_BLOCK_MAX)
                a->block_size *= 2;
}

Arena *arena_new(void) {
        Arena *a = must(calloc(1, sizeof(Arena)));

        a->block_size = ARENA_BLOCK_SIZE;
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
