/* SPDX-License-Identifier: MIT */
/*
 * Handle table: see handle_table.h.
 *
 * Life of an entry's word:
 *
 *      free ──hnd_open──▶ OPEN ──hnd_close──▶ CLOSING ──last one out──▶ free, next generation
 *
 * A thread that looks a stale number up counts itself into whatever the entry is by then, sees that
 * it is the wrong one and leaves; the count is right in every state, so that does no harm. Only
 * opening and freeing take the lock.
 */
#include "handle_table.h"

#include "handle_alias.h"

#include <pthread.h>

#define INDEX_MASK ((1u << HND_INDEX_BITS) - 1)

/* Parts of the word. */
#define USERS      0xffffffffull /* threads inside; each holds the object alive */
#define OPEN       (1ull << 32)
#define CLOSING    (1ull << 33)
#define STATE      (OPEN | CLOSING)
#define GENERATION 34 /* shift; the rest of the word */

_Static_assert(HANDLE_OPEN_MAX < INDEX_MASK, "numbers of entries fit");

static struct {
        pthread_mutex_t lock;
        uint32_t n_touched;  /* entries that were ever used; the others are free as well */
        uint32_t free_first; /* queue of entries to be used again, oldest first, as numbers from 1 */
        uint32_t free_last;
        HndEntry entries[HANDLE_OPEN_MAX];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static Handle number_of(const HndEntry *e, uint64_t word) {
        uint32_t generation = (uint32_t)(word >> GENERATION);

        return (generation << HND_INDEX_BITS) | (uint32_t)(e - table.entries + 1);
}

/* Entries that were never used come first, so that a closed number stays unused for long. */
static HndEntry *take_free_entry(void) {
        HndEntry *e;

        if (table.n_touched < HANDLE_OPEN_MAX)
                return &table.entries[table.n_touched++];
        if (table.free_first == 0)
                return NULL;
        e = &table.entries[table.free_first - 1];
        table.free_first = e->next_free;
        if (table.free_first == 0)
                table.free_last = 0;
        return e;
}

static void put_free_entry(HndEntry *e) {
        uint32_t number = (uint32_t)(e - table.entries + 1);

        e->next_free = 0;
        if (table.free_last)
                table.entries[table.free_last - 1].next_free = number;
        else
                table.free_first = number;
        table.free_last = number;
}

int hnd_open(const HndKind *kind, void *object, const struct ShapeTable *shape, Handle *ret_handle) {
        HndEntry *e;
        uint64_t word;

        (void)pthread_mutex_lock(&table.lock);
        e = take_free_entry();
        (void)pthread_mutex_unlock(&table.lock);
        if (!e)
                return HND_E_FULL;
        e->kind = kind;
        e->object = object;
        e->shape = shape;
        atomic_store_explicit(&e->heir, 0, memory_order_relaxed);
        atomic_store_explicit(&e->n_heirs, 0, memory_order_relaxed);
        word = atomic_fetch_or_explicit(&e->word, OPEN, memory_order_release);
        *ret_handle = number_of(e, word);
        return 0;
}

/* The word of an entry that `handle` names, as far as it does not change while the handle is open. */
static uint64_t open_word(Handle handle) {
        return ((uint64_t)(handle >> HND_INDEX_BITS) << GENERATION) | OPEN;
}

static HndEntry *entry_at(Handle handle) {
        uint32_t number = handle & INDEX_MASK;

        if (number == 0 || number > HANDLE_OPEN_MAX)
                return NULL;
        return &table.entries[number - 1];
}

/* An heir is closed after another one has taken its place: then that one is there. */
static HndEntry *follow(HndEntry *e, const HndKind *kind, Handle heir) {
        HndEntry *h = NULL;

        while (heir && !(h = hnd_get(heir, kind))) {
                Handle last = heir;

                heir = atomic_load_explicit(&e->heir, memory_order_acquire);
                if (heir == last)
                        break;
        }
        if (!h)
                return e;
        hnd_put(e);
        return h;
}

HndEntry *hnd_get(Handle number, const HndKind *kind) {
        Handle handle = hnd_is_kernels(number) ? hnd_alias_get(number) : number;
        HndEntry *e = entry_at(handle);
        uint64_t word;
        Handle heir;

        if (!e)
                return NULL;
        word = atomic_fetch_add_explicit(&e->word, 1, memory_order_acquire);
        if ((word & ~USERS) == open_word(handle) && (!kind || e->kind == kind)) {
                heir = kind ? atomic_load_explicit(&e->heir, memory_order_acquire) : 0;
                return heir ? follow(e, kind, heir) : e;
        }
        hnd_put(e);
        return NULL;
}

/* The last user of a closing entry left. Somebody may have looked in meanwhile: then that one, leaving,
 * comes here again, and one of the two finds the word unchanged. */
static void retire(HndEntry *e, uint64_t word) {
        uint64_t generation = ((word >> GENERATION) + 1) % HND_GENERATIONS;

        if (!atomic_compare_exchange_strong(&e->word, &word, generation << GENERATION))
                return;
        e->kind->free(e->object);
        (void)pthread_mutex_lock(&table.lock);
        put_free_entry(e);
        (void)pthread_mutex_unlock(&table.lock);
}

void hnd_put(HndEntry *entry) {
        uint64_t word = atomic_fetch_sub_explicit(&entry->word, 1, memory_order_acq_rel) - 1;

        if ((word & (USERS | STATE)) == CLOSING)
                retire(entry, word);
}

bool hnd_is_open(Handle number) {
        Handle handle = hnd_is_kernels(number) ? hnd_alias_get(number) : number;
        HndEntry *e = entry_at(handle);

        return e && (atomic_load(&e->word) & ~USERS) == open_word(handle);
}

bool hnd_is_any_open(const HndKind *kind) {
        bool is_any = false;

        (void)pthread_mutex_lock(&table.lock);
        for (uint32_t i = 0; i < table.n_touched && !is_any; i++)
                is_any = (atomic_load(&table.entries[i].word) & OPEN) && table.entries[i].kind == kind;
        (void)pthread_mutex_unlock(&table.lock);
        return is_any;
}

pthread_mutex_t *hnd_get_lock(void) {
        return &table.lock;
}

static void close_heir(HndEntry *e, Handle next) {
        Handle heir = atomic_exchange(&e->heir, next);

        if (heir)
                (void)hnd_close(heir);
}

/* Who closes the handle meanwhile either sees the heir or is seen. */
bool hnd_inherit(Handle handle, Handle heir) {
        HndEntry *e = hnd_get(handle, NULL);
        bool is_open;

        if (!e) {
                (void)hnd_close(heir);
                return false;
        }
        close_heir(e, heir);
        atomic_fetch_add(&e->n_heirs, 1);
        is_open = atomic_load(&e->word) & OPEN;
        if (!is_open)
                close_heir(e, 0);
        hnd_put(e);
        return is_open;
}

uint32_t hnd_count_heirs(Handle handle) {
        HndEntry *e = hnd_get(handle, NULL);
        uint32_t n = e ? atomic_load(&e->n_heirs) : 0;

        if (e)
                hnd_put(e);
        return n;
}

int hnd_close(Handle handle) {
        HndEntry *e = hnd_get(handle, NULL);
        uint64_t word;

        if (!e)
                return HND_E_INVALID;
        word = atomic_load(&e->word);
        do {
                if (!(word & OPEN)) { /* another thread was first */
                        hnd_put(e);
                        return HND_E_INVALID;
                }
        } while (!atomic_compare_exchange_weak(&e->word, &word, word ^ STATE));
        e->kind->close(e->object);
        close_heir(e, 0);
        hnd_put(e);
        return 0;
}
