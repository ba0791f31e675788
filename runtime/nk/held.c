/* SPDX-License-Identifier: MIT */
/*
 * The table of held handles, written and read: held.h says in which order, and why that is enough.
 */
#include "held.h"

#include <string.h>

#include <handle/handletype.h>

#include "places.h"

#define INDEX_MASK ((1u << HELD_INDEX_BITS) - 1)
#define FLAG       (1u << 31)

/* --- the table --- */

HeldTable held_make(void *memory, uint32_t n_seats, uint32_t own_seat) {
        *(HeldHead *)memory = (HeldHead){.magic = HELD_MAGIC, .n_seats = n_seats, .own_seat = own_seat};
        return (HeldTable){.entries = (HeldEntry *)(void *)((char *)memory + HELD_HEAD_SIZE),
                .n_seats = n_seats,
                .own_seat = own_seat};
}

bool held_look(const void *memory, size_t size, HeldTable *ret_table) {
        const HeldHead *head = memory;

        if (size < HELD_HEAD_SIZE || head->magic != HELD_MAGIC || head->n_seats > HELD_SEATS_MAX ||
                head->own_seat >= head->n_seats || held_size(head->n_seats) != size)
                return false;
        *ret_table = (HeldTable){.entries = (HeldEntry *)(void *)((char *)(uintptr_t)memory + HELD_HEAD_SIZE),
                .n_seats = head->n_seats,
                .own_seat = head->own_seat};
        return true;
}

/* NULL: no entry is for that number. */
static HeldEntry *entry_of(const HeldTable *t, uint32_t seat, uint32_t number) {
        uint32_t index = number & INDEX_MASK;

        if (seat >= t->n_seats || index >= HELD_ROW || !(number & FLAG))
                return NULL;
        return t->entries + (size_t)seat * HELD_ROW + index;
}

static uint32_t generation_of(uint32_t number) {
        return number & ~(FLAG | INDEX_MASK);
}

/* --- writing --- */

static void forget(HeldEntry *e) {
        atomic_store_explicit(&e->id, 0, memory_order_relaxed);
        atomic_thread_fence(memory_order_release);
}

static void write_entry(HeldEntry *e, const HeldUse *use, uint32_t where) {
        forget(e);
        atomic_store_explicit(&e->own_id, use->own_id, memory_order_relaxed);
        atomic_store_explicit(&e->context, use->context, memory_order_relaxed);
        atomic_store_explicit(&e->rights, use->rights, memory_order_relaxed);
        atomic_store_explicit(&e->where, where, memory_order_relaxed);
        atomic_store_explicit(&e->id, use->id, memory_order_release);
}

/* The server's own handle first: an entry never names one that is not there. */
void held_put(const HeldTable *t, const HeldUse *use) {
        HeldEntry *own = entry_of(t, t->own_seat, use->own_number);
        HeldEntry *e = entry_of(t, use->seat, use->number);

        if (!own || !e)
                return;
        if (atomic_load_explicit(&own->id, memory_order_relaxed) != use->own_id)
                write_entry(own, &(HeldUse){.id = use->own_id}, use->own_number);
        write_entry(e, use, generation_of(use->number) | (use->own_number & INDEX_MASK));
}

void held_drop(const HeldTable *t, uint32_t seat, uint32_t number) {
        HeldEntry *e = entry_of(t, seat, number);

        if (e)
                forget(e);
}

/* --- reading --- */

/* An entry as it was at one moment. False: there was nothing, or it was being written. */
static bool read_entry(HeldEntry *e, HeldUse *ret_use, uint32_t *ret_where) {
        uint64_t id = atomic_load_explicit(&e->id, memory_order_acquire);

        if (id == 0)
                return false;
        ret_use->id = id;
        ret_use->own_id = atomic_load_explicit(&e->own_id, memory_order_relaxed);
        ret_use->context = atomic_load_explicit(&e->context, memory_order_relaxed);
        ret_use->rights = atomic_load_explicit(&e->rights, memory_order_relaxed);
        *ret_where = atomic_load_explicit(&e->where, memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire);
        return atomic_load_explicit(&e->id, memory_order_relaxed) == id;
}

/* The server's own handle that an entry names, if it still stands. */
static bool read_own(const HeldTable *t, const HeldUse *use, uint32_t where, uint32_t *ret_number) {
        HeldEntry *own = entry_of(t, t->own_seat, FLAG | (where & INDEX_MASK));
        HeldUse found;

        return own && read_entry(own, &found, ret_number) && found.id == use->own_id;
}

bool held_find(
        const HeldTable *t, uint32_t seat, const nk_handle_desc_t *sent, nk_handle_desc_t *ret_received) {
        HeldEntry *e = seat == t->own_seat ? NULL : entry_of(t, seat, sent->handle);
        uint32_t where, own_number, rights;
        HeldUse use;

        if (!e || (sent->badge != 0 && sent->badge != INVALID_HANDLE) || !read_entry(e, &use, &where))
                return false;
        if (generation_of(sent->handle) != generation_of(where | FLAG) ||
                !held_rights(sent->rights & NKX_RIGHTS_ALL, use.rights, &rights) ||
                !read_own(t, &use, where, &own_number))
                return false;
        *ret_received = nkx_handle_desc_dereferenced(own_number, rights, use.context);
        return true;
}

static nk_handle_desc_t desc_at(const struct nk_message *message, uint32_t place) {
        nk_handle_desc_t desc;

        memcpy(&desc, (const char *)message + place, sizeof desc);
        return desc;
}

bool held_resolve(const HeldTable *t, uint32_t seat, const ShapeTable *shape, struct nk_message *request) {
        nk_handle_desc_t found[PLACES_MAX];
        uint32_t places[PLACES_MAX];
        uint32_t n = places_find_request(shape, request, places);

        for (uint32_t i = 0; i < n; i++) {
                nk_handle_desc_t sent = desc_at(request, places[i]);

                if (sent.handle == INVALID_HANDLE)
                        found[i] = nkx_handle_desc_make(INVALID_HANDLE, 0, 0);
                else if (!t->entries || !held_find(t, seat, &sent, found + i))
                        return false;
        }
        for (uint32_t i = 0; i < n; i++)
                memcpy((char *)request + places[i], found + i, sizeof found[i]);
        return true;
}
