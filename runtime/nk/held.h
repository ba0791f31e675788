/* SPDX-License-Identifier: MIT */
/*
 * Held: who holds handles that lead back to one server, and to what.
 *
 * The kernel process writes such a table for each server that can be called directly with handles, and maps
 * it into that server read-only, in memory that can be written nowhere else. So the server's runtime finds
 * out by itself what a handle in a request stands for: as the kernel process would, or not at all. What is
 * not in the table may still be a handle; the request takes the judged way then.
 *
 * A *seat* is a process, as the kernel numbers them. The table has a row a seat, and a row has an entry for
 * each index that a number of that process can have: so finding is one look, whatever there is. A number's
 * entry in its holder's row says what using it at the server comes to, and names the handle of the server's
 * own that it descends from. That one has an entry in the server's own row, and both must stand: when the
 * server closes its handle, everything below means nothing at once. Entries are told apart by identities,
 * 64-bit numbers that are given out once, so what was there before can't come back.
 *
 * Reading while it is written: a writer takes the identity away, writes the rest, puts the new identity in. A
 * reader reads identity, rest, identity, and has nothing unless both are the same. Both in the order that C11
 * fences give:
 *
 *      writer: id = 0; fence(release); rest;            id = new (release)
 *      reader: id (acquire);           rest; fence(acquire);          id again
 *
 * A reader that saw any of the new rest has the writer's `id = 0` before its second look, and identities
 * don't repeat, so the second look differs from the first. A reader that saw the new identity at its first
 * look has the new rest. It never waits or tries again: an entry that is just being written has no meaning.
 *
 * Closing and revoking: the kernel process takes the identity away before it answers. Whoever has that
 * answer, or heard of it in whatever way, has it happen before what he does next; the request that he sends
 * then is received after that, so it finds nothing. A request that is on its way meanwhile finds the entry or
 * doesn't, and if it does, gets what was true when it was looked up.
 *
 * Threads: one writer at a time, any number of readers in any processes.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nk/types.h>

#include "shape.h"

#define HELD_MAGIC      0x31444c48u /* "HLD1" */
#define HELD_SEATS_MAX  4096u
#define HELD_NO_SEAT    UINT32_MAX
#define HELD_ROW        10000u /* entries of a row: handles of one process */
#define HELD_INDEX_BITS 14     /* of a number: its index; bit 31 is set, the rest is its generation */
#define HELD_HEAD_SIZE  4096u

/* Half a cache line. */
typedef struct HeldEntry {
        _Atomic uint64_t id; /* 0: nothing, or being written */
        _Atomic uint64_t own_id;
        _Atomic uint64_t context;
        _Atomic uint32_t rights;
        /* In a holder's row: index of the server's own handle, and the generation of this number above it. In
         * the server's own row: its number. */
        _Atomic uint32_t where;
} HeldEntry;

/* First bytes of the memory; the rows begin at HELD_HEAD_SIZE. Written once, before anybody reads. */
typedef struct HeldHead {
        uint32_t magic;
        uint32_t n_seats;
        uint32_t own_seat; /* the server's */
        uint32_t reserved;
} HeldHead;

/* A table as one process sees it: what must not change is here. */
typedef struct HeldTable {
        HeldEntry *entries; /* NULL: no table */
        uint32_t n_seats;
        uint32_t own_seat;
} HeldTable;

#define HELD_NULL ((HeldTable){.entries = NULL})

static inline uint64_t held_size(uint32_t n_seats) {
        return HELD_HEAD_SIZE + (uint64_t)n_seats * HELD_ROW * sizeof(HeldEntry);
}

/* Zeroed memory of held_size(n_seats) bytes becomes an empty table. */
HeldTable held_make(void *memory, uint32_t n_seats, uint32_t own_seat);
/* Memory of that size that held_make was given elsewhere. False: it is no such table. */
bool held_look(const void *memory, size_t size, HeldTable *ret_table);

/* Writing. What using a handle at the server comes to; both handles are open. */
typedef struct HeldUse {
        uint32_t seat, number; /* the holder, and the handle there; not the server itself */
        uint64_t id;
        uint32_t own_number; /* the server's own handle above it */
        uint64_t own_id;
        uint64_t context;
        uint32_t rights;
} HeldUse;

/* Enters both handles. A seat that the table has no row for is left out. */
void held_put(const HeldTable *t, const HeldUse *use);
/* The number of that process means nothing here any more. */
void held_drop(const HeldTable *t, uint32_t seat, uint32_t number);

/* Reading. What a container of a request of that process comes to at the server, exactly as if the kernel
 * process had dereferenced it. False: the table does not say. */
bool held_find(
        const HeldTable *t, uint32_t seat, const nk_handle_desc_t *sent, nk_handle_desc_t *ret_received);
/* The same for every handle of a verified request, in place; "no handle" stays that. False: the table does
 * not say it of all of them, and the request is as it was. */
bool held_resolve(const HeldTable *t, uint32_t seat, const ShapeTable *shape, struct nk_message *request);

/* Rights that somebody asks for of a handle that has some. False: more than those. */
static inline bool held_rights(uint32_t asked, uint32_t had, uint32_t *ret_rights) {
        *ret_rights = asked == NKX_RIGHTS_ALL ? had : asked;
        return (*ret_rights & ~had) == 0;
}

_Static_assert(sizeof(HeldEntry) == 32, "two entries a cache line");
_Static_assert(HELD_ROW <= 1u << HELD_INDEX_BITS, "an index fits");
