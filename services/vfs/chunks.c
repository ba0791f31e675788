/* SPDX-License-Identifier: MIT */
/*
 * Fields of chunks: see chunks.h. The head of a field takes the place of its first chunk, of which one page
 * is ever touched. Full fields are in no list; one field without chunks is kept, for whoever makes and
 * removes the same file again and again.
 */
#include "chunks.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define PLACES (CHUNKS_FIELD / CHUNKS_SIZE)
#define WORDS  (PLACES / 64u)

typedef struct Field {
        struct Field *next, **link; /* of those with room; link NULL: it is full */
        uint32_t n_used;            /* without the head's place */
        uint64_t used[WORDS];       /* a bit for each place */
} Field;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below, and of all heads */
static Field *with_room;
static size_t n_fields, n_empty;

_Static_assert(PLACES % 64 == 0, "whole words of bits");
_Static_assert(sizeof(Field) <= 4096, "a head touches one page");

static void enlist(Field *f) {
        f->next = with_room;
        f->link = &with_room;
        if (f->next)
                f->next->link = &f->next;
        with_room = f;
}

static void delist(Field *f) {
        *f->link = f->next;
        if (f->next)
                f->next->link = f->link;
        f->link = NULL;
}

/* A range of twice the size has one that begins right; what lies before and behind it goes back. */
static Field *field_new(void) {
        char *range = mmap(NULL, 2ul * CHUNKS_FIELD, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        size_t before;
        Field *f;

        if (range == MAP_FAILED)
                return NULL;
        before = -(uintptr_t)range % CHUNKS_FIELD;
        f = (Field *)(void *)(range + before);
        if (before > 0)
                (void)munmap(range, before);
        (void)munmap(range + before + CHUNKS_FIELD, CHUNKS_FIELD - before);
        f->used[0] = 1;
        n_fields++;
        n_empty++;
        enlist(f);
        return f;
}

static void field_free(Field *f) {
        delist(f);
        n_fields--;
        n_empty--;
        (void)munmap(f, CHUNKS_FIELD);
}

/* The lowest free place of a field that has one. */
static uint32_t take_place(Field *f) {
        uint32_t i = 0, bit;

        while (f->used[i] == UINT64_MAX)
                i++;
        bit = (uint32_t)__builtin_ctzll(~f->used[i]);
        f->used[i] |= UINT64_C(1) << bit;
        n_empty -= f->n_used++ == 0;
        if (f->n_used == PLACES - 1)
                delist(f);
        return i * 64 + bit;
}

void *chunks_new(bool is_filled) {
        char *chunk = NULL;
        Field *f;

        (void)pthread_mutex_lock(&lock);
        f = with_room ? with_room : field_new();
        if (f)
                chunk = (char *)f + (size_t)take_place(f) * CHUNKS_SIZE;
        (void)pthread_mutex_unlock(&lock);
        /* One call in place of a fault for each page. Where Linux has none (before 5.14) they fault. */
        if (chunk && is_filled)
                (void)madvise(chunk, CHUNKS_SIZE, MADV_POPULATE_WRITE);
        return chunk;
}

/* Its pages go first: whoever gets the place next finds zeros. */
void chunks_free(void *chunk) {
        Field *f = (Field *)((uintptr_t)chunk & ~(uintptr_t)(CHUNKS_FIELD - 1));
        uint32_t place = (uint32_t)((uintptr_t)chunk % CHUNKS_FIELD / CHUNKS_SIZE);

        if (!chunk)
                return;
        if (madvise(chunk, CHUNKS_SIZE, MADV_DONTNEED) < 0) /* memory of the process is locked */
                memset(chunk, 0, CHUNKS_SIZE);
        (void)pthread_mutex_lock(&lock);
        f->used[place / 64] &= ~(UINT64_C(1) << place % 64);
        n_empty += --f->n_used == 0;
        if (!f->link)
                enlist(f);
        if (n_empty > 1 && f->n_used == 0)
                field_free(f);
        (void)pthread_mutex_unlock(&lock);
}

size_t chunks_count_fields(void) {
        size_t n;

        (void)pthread_mutex_lock(&lock);
        n = n_fields;
        (void)pthread_mutex_unlock(&lock);
        return n;
}
