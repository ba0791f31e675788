/* SPDX-License-Identifier: MIT */
/*
 * Handle table: which number of this process stands for which object.
 *
 * Looking a handle up takes no lock: an entry is one atomic word (state, generation, number of
 * threads inside), and whoever looks up counts himself in, then checks. So an object stays alive
 * while a thread is inside a call on it, whatever other threads close; the last one out frees it.
 * A number holds the generation of its entry: once closed it stays invalid until the entry has
 * been used HND_GENERATIONS times more.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <coresrv/handle/handle_api.h>

struct ShapeTable;

/* A handle is the number of the entry from 1 in the low bits, and the generation above them; bit 31
 * stays clear, so that neither 0 nor INVALID_HANDLE ever names an entry. */
#define HND_KERNELS     0x80000000u /* bit of handles that the kernel keeps: they are not in this table */
#define HND_INDEX_BITS  16u
#define HND_GENERATIONS (1u << 15)

enum {
        HND_E_INVALID = 1, /* not an open handle */
        HND_E_FULL,        /* HANDLE_OPEN_MAX handles are open or still in use */
};

/* A kind of object; handles of one kind share one of these, and its address tells kinds apart. */
typedef struct HndKind {
        const char *name;            /* for messages: "client" */
        void (*close)(void *object); /* wakes every thread inside; called once, others may still be inside */
        void (*free)(void *object);  /* called once, nobody is inside any more */
} HndKind;

/* One entry; a cache line of its own, so that calls on unrelated handles share nothing. */
typedef struct HndEntry {
        _Alignas(64) _Atomic uint64_t word; /* see handle_table.c */
        const HndKind *kind;                /* this and what follows: constant while the handle is open */
        void *object;
        const struct ShapeTable *shape; /* of the messages that pass through it; NULL: none */
        uint32_t next_free;             /* in the queue of free entries */
        _Atomic Handle heir;            /* what took its place; 0: nothing has */
        _Atomic uint32_t n_heirs;       /* there were */
} HndEntry;

/* Gives `object` a handle; the table owns it on success. 0, HND_E_FULL. */
int hnd_open(const HndKind *kind, void *object, const struct ShapeTable *shape, Handle *ret_handle);

/* Looks an open handle of a kind up and holds its object until hnd_put (kind == NULL: of any, and its own
 * object whatever has taken its place). A handle that the kernel keeps stands for what it is another number
 * of (handle_alias.h), one with an heir for that. NULL: not open, or of another kind. */
HndEntry *hnd_get(Handle handle, const HndKind *kind);
void hnd_put(HndEntry *entry);

bool hnd_is_open(Handle handle);

/* `heir`, a handle of the same kind that nobody else knows, takes the place of the handle's object from now
 * on, or of the heir that it had, which is closed. It is closed with the handle. False: the handle is not
 * open, and the heir is closed. */
bool hnd_inherit(Handle handle, Handle heir);
/* How many it has had. 0 also: the handle is not open. */
uint32_t hnd_count_heirs(Handle handle);

static inline bool hnd_is_kernels(Handle handle) {
        return (handle & HND_KERNELS) && handle != INVALID_HANDLE;
}

/* Is there an open handle of that kind? Looks at all of them. */
bool hnd_is_any_open(const HndKind *kind);
/* Held while a process is forked. */
pthread_mutex_t *hnd_get_lock(void);

/* 0, or HND_E_INVALID: not open (any more). */
int hnd_close(Handle handle);
