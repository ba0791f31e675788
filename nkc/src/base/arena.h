/* SPDX-License-Identifier: MIT */
/*
 * Bump arena: all memory of one compilation. Nothing is freed singly; dropping the arena drops
 * everything. Memory comes zeroed and 16-byte aligned (the 128-bit integers of expressions ask
 * for it). Running out of memory ends the process with exit code 3 (after "nkc: out of memory"),
 * so no caller checks for NULL.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define ARENA_BLOCK_SIZE ((size_t)256 * 1024)       /* bytes asked from the C library the first time */
#define ARENA_BLOCK_MAX  ((size_t)16 * 1024 * 1024) /* twice as many each time, up to this */
#define ARENA_HUGE_MIN   ((size_t)4 * 1024 * 1024)  /* memory worth huge pages */
#define ARENA_PAGE       ((uintptr_t)4096)
#define ARENA_ALIGN      ((size_t)16)

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
        char *next; /* first free byte of the newest block */
        char *end;
        ArenaBlock *blocks;
        size_t block_size; /* of the next block */
        size_t used;       /* bytes handed out so far */
} Arena;

Arena *arena_new(void);
Arena *arena_free(Arena *a); /* NULL is fine; returns NULL */

void *arena_alloc_slow(Arena *a, size_t size);

/* Zeroed memory; size 0 gives a valid pointer that must not be written through. */
static inline void *arena_alloc(Arena *a, size_t size) {
        size_t rounded = (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
        void *memory = a->next;

        if (rounded < size || rounded > (size_t)(a->end - a->next))
                return arena_alloc_slow(a, size);
        a->next += rounded;
        a->used += rounded;
        return memory;
}

void *arena_alloc_array(Arena *a, size_t n, size_t size); /* n * size, checked */

#define ARENA_NEW(a, Type)      ((Type *)arena_alloc((a), sizeof(Type)))
#define ARENA_ARRAY(a, Type, n) ((Type *)arena_alloc_array((a), (n), sizeof(Type)))

/* Copies with a NUL put behind. */
char *arena_copy(Arena *a, const char *text, size_t size);
char *arena_printf(Arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Asks the kernel for huge pages behind memory of at least ARENA_HUGE_MIN bytes. */
void arena_advise(void *memory, size_t size);

/* Prints "nkc: out of memory" and ends the process with exit code 3. Also for heap users (text.c). */
_Noreturn void arena_out_of_memory(void);
