/* SPDX-License-Identifier: MIT */
/*
 * Contents of a file in memory. Bytes of a chunk behind the end of the file are zero at all times, so that
 * growing needs no clearing.
 */
#include "ramdata.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEAF_BYTES (RAMDATA_LEAF * sizeof(unsigned char *))

void ramdata_init(RamData *d, RamBudget *budget, RamBudget *tables) {
        *d = (RamData){.budget = budget, .tables = tables};
}

/* --- memory --- */

static bool take(RamData *d, uint64_t n) {
        if (!rambudget_take(d->budget, n))
                return false;
        d->n_bytes += n;
        return true;
}

static void give_back(RamData *d, uint64_t n) {
        rambudget_give(d->budget, n);
        d->n_bytes -= n;
}

static uint32_t room_of(const RamData *d, uint64_t chunk) {
        return d->tail_room && d->tail == chunk ? d->tail_room : RAMDATA_CHUNK;
}

/* Whole chunks go back to the system at once, short ones to the heap, which keeps what is not at its end: it
 * is asked for that when so much was freed that asking is worth it. */
static void room_free(RamData *d, unsigned char *room, uint32_t size) {
        uint64_t used = atomic_load_explicit(&d->budget->used, memory_order_relaxed);

        if (size == RAMDATA_CHUNK) {
                chunks_free(room);
                return;
        }
        free(room);
        if (atomic_fetch_add(&d->budget->freed, size) + size <
                (used / 4 > RAMDATA_TRIM ? used / 4 : RAMDATA_TRIM))
                return;
        atomic_store(&d->budget->freed, 0);
        (void)malloc_trim(0);
}

/* Where the pointer to a chunk lies; NULL: there is no table for it. */
static unsigned char **find_place(RamData *d, uint64_t chunk) {
        uint64_t leaf = chunk / RAMDATA_LEAF;

        if (chunk == 0)
                return &d->first;
        return leaf < d->n_leaves && d->leaves[leaf] ? &d->leaves[leaf][chunk % RAMDATA_LEAF] : NULL;
}

/* NULL: a hole. */
static unsigned char *get_chunk(const RamData *d, uint64_t chunk) {
        unsigned char **place = find_place((RamData *)(uintptr_t)d, chunk);

        return place ? *place : NULL;
}

/* So that there is a place for this leaf. False: no memory. */
static bool provide_leaves(RamData *d, uint32_t leaf) {
        uint32_t n = leaf + 1 > d->n_leaves * 2 ? leaf + 1 : d->n_leaves * 2;
        uint64_t more = (n - d->n_leaves) * sizeof(*d->leaves);
        unsigned char ***grown;

        if (!rambudget_take(d->tables, more))
                return false;
        grown = realloc(d->leaves, n * sizeof(*grown));
        if (!grown) {
                rambudget_give(d->tables, more);
                return false;
        }
        memset(grown + d->n_leaves, 0, more);
        d->leaves = grown;
        d->n_leaves = n;
        return true;
}

static unsigned char **leaf_new(RamData *d) {
        unsigned char **leaf;

        if (!rambudget_take(d->tables, LEAF_BYTES))
                return NULL;
        leaf = calloc(1, LEAF_BYTES);
        if (!leaf)
                rambudget_give(d->tables, LEAF_BYTES);
        return leaf;
}

static void leaf_free(RamData *d, uint64_t leaf) {
        rambudget_give(d->tables, LEAF_BYTES);
        free(d->leaves[leaf]);
        d->leaves[leaf] = NULL;
}

/* The same with a table made for it; NULL: no memory. */
static unsigned char **place_of(RamData *d, uint64_t chunk) {
        uint32_t leaf = (uint32_t)(chunk / RAMDATA_LEAF);

        if (chunk == 0)
                return &d->first;
        if (leaf >= d->n_leaves && !provide_leaves(d, leaf))
                return NULL;
        if (!d->leaves[leaf])
                d->leaves[leaf] = leaf_new(d);
        return find_place(d, chunk);
}

/* The short chunk becomes a whole one, elsewhere. */
static unsigned char *grow_whole(RamData *d, unsigned char *old) {
        unsigned char *grown = chunks_new(false);

        if (!grown)
                return NULL;
        memcpy(grown, old, d->tail_room);
        room_free(d, old, d->tail_room);
        return grown;
}

static unsigned char *grow_short(RamData *d, unsigned char *old, uint32_t room) {
        unsigned char *grown = realloc(old, room);

        if (grown)
                memset(grown + d->tail_room, 0, room - d->tail_room);
        return grown;
}

/* Makes the short chunk at least `room` bytes long. */
static bool grow_tail(RamData *d, uint32_t room) {
        unsigned char **place = find_place(d, d->tail);
        unsigned char *grown;

        if (!take(d, room - d->tail_room))
                return false;
        grown = room == RAMDATA_CHUNK ? grow_whole(d, *place) : grow_short(d, *place, room);
        if (!grown) {
                give_back(d, room - d->tail_room);
                return false;
        }
        *place = grown;
        d->tail_room = room < RAMDATA_CHUNK ? room : 0;
        return true;
}

static uint32_t round_up(uint32_t n, uint32_t step) {
        return (n + step - 1) / step * step;
}

/* Room for the last chunk of a file. In a larger file a whole chunk more or less is little. */
static uint32_t room_at_end(uint64_t chunk, uint32_t need) {
        if (chunk >= RAMDATA_SHORT)
                return RAMDATA_CHUNK;
        return round_up(need, need < RAMDATA_PAGE ? RAMDATA_GRAIN : RAMDATA_PAGE);
}

/* A chunk with room for `need` bytes; is_last: nothing of the file lies behind it; is_filled: all of it is
 * going to be written. */
static unsigned char *provide_chunk(RamData *d, uint64_t chunk, uint32_t need, bool is_last, bool is_filled) {
        uint32_t room = is_last ? room_at_end(chunk, need) : RAMDATA_CHUNK;
        unsigned char **place = place_of(d, chunk);

        if (!place)
                return NULL;
        if (*place)
                return need <= room_of(d, chunk) || grow_tail(d, room) ? *place : NULL;
        if (room < RAMDATA_CHUNK && d->tail_room && !grow_tail(d, RAMDATA_CHUNK))
                return NULL;
        if (!take(d, room))
                return NULL;
        *place = room == RAMDATA_CHUNK ? chunks_new(is_filled) : calloc(1, room);
        if (!*place) {
                give_back(d, room);
                return NULL;
        }
        if (room < RAMDATA_CHUNK) {
                d->tail = chunk;
                d->tail_room = room;
        }
        return *place;
}

static void drop_chunk(RamData *d, uint64_t chunk) {
        unsigned char **place = find_place(d, chunk);

        if (!place || !*place)
                return;
        give_back(d, room_of(d, chunk));
        room_free(d, *place, room_of(d, chunk));
        *place = NULL;
        if (d->tail == chunk)
                d->tail_room = 0;
}

/* All chunks from `first` on, and the tables that are empty then. */
static void drop_from(RamData *d, uint64_t first) {
        if (first == 0)
                drop_chunk(d, 0);
        for (uint64_t leaf = first / RAMDATA_LEAF; leaf < d->n_leaves; leaf++) {
                uint64_t start = leaf * RAMDATA_LEAF;

                if (!d->leaves[leaf])
                        continue;
                for (uint64_t i = start < first ? first : start; i < start + RAMDATA_LEAF; i++)
                        drop_chunk(d, i);
                if (start >= first)
                        leaf_free(d, leaf);
        }
}

void ramdata_deinit(RamData *d) {
        drop_from(d, 0);
        rambudget_give(d->tables, d->n_leaves * sizeof(*d->leaves));
        free(d->leaves);
        *d = (RamData){.leaves = NULL};
}

/* --- reading and writing --- */

/* The part of [at, at + size) that lies in one chunk. */
static size_t span(uint64_t at, size_t size) {
        size_t left = RAMDATA_CHUNK - at % RAMDATA_CHUNK;

        return size < left ? size : left;
}

/* One chunk's part; what lies behind a short chunk's room is zero. */
static void read_span(const RamData *d, unsigned char *out, size_t size, uint64_t at) {
        const unsigned char *chunk = get_chunk(d, at / RAMDATA_CHUNK);
        uint32_t from = (uint32_t)(at % RAMDATA_CHUNK);
        uint32_t room = chunk ? room_of(d, at / RAMDATA_CHUNK) : 0;
        size_t n = from < room ? room - from : 0;

        if (n > size)
                n = size;
        if (n)
                memcpy(out, chunk + from, n);
        memset(out + n, 0, size - n);
}

size_t ramdata_read(const RamData *d, void *buffer, size_t size, uint64_t at) {
        unsigned char *out = buffer;
        size_t done = 0;

        if (at >= d->size)
                return 0;
        if (size > d->size - at)
                size = (size_t)(d->size - at);
        while (done < size) {
                size_t n = span(at + done, size - done);

                read_span(d, out + done, n, at + done);
                done += n;
        }
        return size;
}

int ramdata_write(RamData *d, const void *data, size_t size, uint64_t at, size_t *ret_put) {
        const unsigned char *in = data;
        size_t done = 0;

        *ret_put = 0;
        if (at >= RAMDATA_MAX)
                return size == 0 ? 0 : -EFBIG;
        if (size > RAMDATA_MAX - at)
                size = (size_t)(RAMDATA_MAX - at);
        while (done < size) {
                uint64_t here = at + done, chunk = here / RAMDATA_CHUNK;
                uint32_t from = (uint32_t)(here % RAMDATA_CHUNK);
                size_t n = span(here, size - done);
                bool is_last = here + n >= d->size;
                unsigned char *to =
                        provide_chunk(d, chunk, (uint32_t)(from + n), is_last, n == RAMDATA_CHUNK);

                if (!to)
                        break;
                memcpy(to + from, in + done, n);
                done += n;
                if (here + n > d->size)
                        d->size = here + n;
        }
        *ret_put = done;
        return done == 0 && size > 0 ? -ENOSPC : 0;
}

int ramdata_truncate(RamData *d, uint64_t size) {
        if (size > RAMDATA_MAX)
                return -EFBIG;
        if (size < d->size) {
                uint64_t last = size / RAMDATA_CHUNK;
                uint32_t keep = (uint32_t)(size % RAMDATA_CHUNK);
                unsigned char *chunk = get_chunk(d, last);

                drop_from(d, keep ? last + 1 : last);
                if (keep && chunk && keep < room_of(d, last))
                        memset(chunk + keep, 0, room_of(d, last) - keep);
        }
        d->size = size;
        return 0;
}
