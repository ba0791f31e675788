/* SPDX-License-Identifier: MIT */
/*
 * Arena: the variable-size part of a message.
 *
 * A buffer of the caller and a descriptor of three pointers. It is divided into chunks; a chunk is a
 * row of objects of one type, and an nk_ptr_t in the constant part or in another chunk tells where it
 * lies. One arena serves one direction of one message; only its used part is transmitted, and after a
 * receipt the used part is exactly what was received. Nothing here allocates memory or blocks; one
 * arena must not be used by two threads at once.
 *
 * Chunks are aligned relative to the start of the buffer, whatever the buffer's own address is, so
 * that a message has the same bytes wherever it was made. To read chunks of integers without
 * unaligned accesses, align the buffer to 8 (NK_ARENA_AUTO does).
 *
 * The macros take a type T as first argument and give T * without a cast, in C and in C++. T: any
 * complete object type, `struct tag`, alias or const type.
 * Source: documented (IPC arena) and observed in public programs; nkx_ names are our own.
 */
#ifndef NK_ARENA_H
#define NK_ARENA_H

#include <string.h>

#include <nk/errno.h>
#include <nk/types.h>

typedef struct nk_arena {
        void *start;   /* of the buffer; NULL: no buffer, everything fails for want of space */
        void *current; /* start of the unused part */
        void *end;     /* one past the buffer */
} nk_arena;

/* Initialiser of a struct nk_arena over the bytes from `start` up to `end`, all unused. */
#define NK_ARENA_INITIALIZER(start, end)                                                                     \
        { (start), (start), (end) }

/* Defines a local arena `name` with an aligned buffer of `size` bytes, a constant that may be 0. (The
 * name of the macro is observed, its form is our choice.) */
#define NK_ARENA_AUTO(name, size)                                                                            \
        __nk_alignas(8) nk_uint8_t nkx_buffer_of_##name[(size) + ((size) == 0)];                             \
        struct nk_arena name = NK_ARENA_INITIALIZER(nkx_buffer_of_##name, nkx_buffer_of_##name + (size))

/* Sets up *arena over the bytes from `start` up to `end`, all unused. Both NULL: an arena without room. */
static inline void nk_arena_init(struct nk_arena *arena, void *start, void *end) {
        arena->start = start;
        arena->current = start;
        arena->end = end;
}

/* Marks the whole buffer unused: before each new message and before each receipt. NULL: nothing to do. */
static inline void nk_arena_reset(struct nk_arena *arena) {
        if (arena)
                arena->current = arena->start;
}

/* Bytes of the used part, which are transmitted; 0 for a null arena. */
static inline nk_size_t nkx_arena_used(const struct nk_arena *arena) {
        return arena ? (nk_size_t)((const char *)arena->current - (const char *)arena->start) : 0;
}

/* Bytes of the whole buffer; 0 for a null arena. */
static inline nk_size_t nkx_arena_capacity(const struct nk_arena *arena) {
        return arena ? (nk_size_t)((const char *)arena->end - (const char *)arena->start) : 0;
}

/* Says that the first `size` bytes of the buffer were received. NK_ENOMEM when it has fewer. */
static inline nk_err_t nkx_arena_set_used(struct nk_arena *arena, nk_size_t size) {
        if (size > nkx_arena_capacity(arena))
                return NK_ENOMEM;
        if (size > 0)
                arena->current = (char *)arena->start + size;
        else
                nk_arena_reset(arena);
        return NK_EOK;
}

/* What the macros below expand to. align: power of two. Descriptors are copied, not accessed, because
 * they lie in unaligned places when the buffer does. */
static inline void *nkx_arena_alloc(
        struct nk_arena *arena, nk_ptr_t *dst, nk_size_t align, nk_size_t element, nk_size_t count) {
        nk_size_t capacity = nkx_arena_capacity(arena), used = nkx_arena_used(arena);
        nk_size_t offset = count ? (used + align - 1) & ~(align - 1) : used;
        nk_ptr_t place;
        char *start;

        if (!arena || !arena->start || offset > capacity || count > (capacity - offset) / element)
                return NULL;
        if (offset + count * element > UINT32_MAX)
                return NULL;

        start = (char *)arena->start;
        /* The gap is transmitted too: it must not carry what the buffer held before. */
        while (used < offset)
                start[used++] = 0;
        place.offset = (nk_uint32_t)offset;
        place.size = (nk_uint32_t)(count * element);
        memcpy(dst, &place, sizeof(place));
        arena->current = start + offset + count * element;
        return start + offset;
}

static inline nk_err_t nkx_arena_store(struct nk_arena *arena, nk_ptr_t *dst, nk_size_t align,
        nk_size_t element, const void *src, nk_size_t count) {
        void *chunk = nkx_arena_alloc(arena, dst, align, element, count);

        if (!chunk)
                return NK_ENOMEM;
        if (count > 0)
                memcpy(chunk, src, count * element);
        return NK_EOK;
}

static inline void *nkx_arena_get(const struct nk_arena *arena, const nk_ptr_t *ptr, nk_size_t align,
        nk_size_t element, nk_size_t *count) {
        nk_size_t used = nkx_arena_used(arena);
        nk_ptr_t place;

        memcpy(&place, ptr, sizeof(place));
        *count = 0;
        if (place.size == 0 || place.offset > used || place.size > used - place.offset)
                return NULL;
        if (place.size % element != 0 || place.offset % align != 0)
                return NULL;
        *count = place.size / element;
        return (char *)arena->start + place.offset;
}

/*
 * T *nk_arena_alloc(T, struct nk_arena *arena, nk_ptr_t *dst, count)
 *
 * Reserves a chunk for `count` objects of T; the caller fills it.
 * arena: may be NULL: fails.
 * dst:   becomes the chunk's descriptor, on success only. It may lie in a chunk of the same arena.
 * count: of any integer type. 0: an empty chunk, non-null result, *dst = {bytes used so far, 0}.
 * Returns the chunk, valid as long as the buffer; NULL when the space is short, count is negative,
 * or count * sizeof(T) overflows.
 */
#define nk_arena_alloc(T, arena, dst, count)                                                                 \
        ((__typeof__(T) *)nkx_arena_alloc(arena, dst, nk_alignof(T), sizeof(T), (nk_size_t)(count)))

/*
 * nk_err_t nk_arena_store(T, struct nk_arena *arena, nk_ptr_t *dst, const T *src, count)
 *
 * The same with a copy of src[0 .. count - 1] in it. For a string count is strlen + 1.
 * src: `count` objects, may be NULL when count is 0; not kept.
 * Returns NK_EOK, or NK_ENOMEM where nk_arena_alloc() would return NULL.
 */
#define nk_arena_store(T, arena, dst, src, count)                                                            \
        nkx_arena_store(arena, dst, nk_alignof(T), sizeof(T), NKX_SOURCE(T, src), (nk_size_t)(count))
/* `src`, refused by the compiler unless it converts to const T *. */
#define NKX_SOURCE(T, src) (1 ? (src) : (const __typeof__(T) *)NULL)

/*
 * T *nk_arena_get(T, const struct nk_arena *arena, const nk_ptr_t *ptr, size pointer)
 *
 * Address of a chunk.
 * arena: may be NULL: fails.
 * size pointer: address of an integer of any type wide enough; it gets the number of elements (of a
 *        string: the zero included), 0 on failure. Not NULL.
 * Returns the chunk; NULL when it is empty, does not lie in the used part, is not a whole number of
 * objects, or begins at an offset that is no multiple of T's alignment.
 */
#define nk_arena_get(T, arena, ptr, count)                                                                   \
        __extension__({                                                                                      \
                nk_size_t nkx_count_;                                                                        \
                void *nkx_chunk_ = nkx_arena_get(arena, ptr, nk_alignof(T), sizeof(T), &nkx_count_);         \
                *(count) = (__typeof__(*(count)))nkx_count_;                                                 \
                (__typeof__(T) *)nkx_chunk_;                                                                 \
        })

#endif
