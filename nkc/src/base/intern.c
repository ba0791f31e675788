/* SPDX-License-Identifier: MIT */
/*
 * Interned names: one open-addressing table of pointers. Outgrown tables stay in the arena; they
 * double, so together they are no larger than the last one.
 */
#include "base/intern.h"

#include <string.h>

#define FIRST_SLOTS 1024u

/* Hash and length lie beside the pointer: only the name that is found is touched. */
typedef struct Slot {
        const char *name; /* NULL: free */
        InternHead head;
} Slot;

struct Intern {
        Arena *arena;
        Slot *slots;
        size_t n_slots; /* power of two */
        size_t n_used;
};

/* FNV-1a: names are short, and the spread of the low bits is good enough for a power-of-two table. */
static uint32_t hash_bytes(const char *text, size_t size) {
        uint32_t hash = 2166136261u;

        for (size_t i = 0; i < size; i++)
                hash = (hash ^ (unsigned char)text[i]) * 16777619u;
        return hash ^ hash >> 15;
}

Intern *intern_new(Arena *a) {
        Intern *in = ARENA_NEW(a, Intern);

        in->arena = a;
        in->n_slots = FIRST_SLOTS;
        in->slots = ARENA_ARRAY(a, Slot, in->n_slots);
        return in;
}

static Slot *find_slot(const Intern *in, const char *text, size_t size, uint32_t hash) {
        size_t i = hash & (in->n_slots - 1);

        for (; in->slots[i].name; i = (i + 1) & (in->n_slots - 1)) {
                const Slot *slot = &in->slots[i];

                if (slot->head.hash == hash && slot->head.length == size &&
                        memcmp(slot->name, text, size) == 0)
                        break;
        }
        return &in->slots[i];
}

/* Names are different from each other, so the first free slot is the right one. */
static void grow(Intern *in) {
        const Slot *old = in->slots;
        size_t n_old = in->n_slots;

        in->n_slots *= 2;
        in->slots = ARENA_ARRAY(in->arena, Slot, in->n_slots);
        for (size_t i = 0; i < n_old; i++) {
                size_t to = old[i].head.hash & (in->n_slots - 1);

                while (old[i].name && in->slots[to].name)
                        to = (to + 1) & (in->n_slots - 1);
                if (old[i].name)
                        in->slots[to] = old[i];
        }
}

static const char *make_name(Intern *in, const char *text, size_t size, InternHead head) {
        char *memory = arena_alloc(in->arena, sizeof head + size + 1);

        memcpy(memory, &head, sizeof head);
        memcpy(memory + sizeof head, text, size);
        return memory + sizeof head;
}

const char *intern_bytes(Intern *in, const char *text, size_t size) {
        uint32_t hash = hash_bytes(text, size);
        Slot *slot = find_slot(in, text, size, hash);

        if (slot->name)
                return slot->name;
        if (size > UINT32_MAX)
                arena_out_of_memory();
        if (++in->n_used * 2 > in->n_slots) {
                grow(in);
                slot = find_slot(in, text, size, hash);
        }
        slot->head = (InternHead){.hash = hash, .length = (uint32_t)size};
        slot->name = make_name(in, text, size, slot->head);
        return slot->name;
}

const char *intern_text(Intern *in, const char *text) {
        return intern_bytes(in, text, strlen(text));
}

const char *intern_printf(Intern *in, const char *format, ...) {
        va_list args;
        char *text;

        va_start(args, format);
        text = arena_vprintf(in->arena, format, args);
        va_end(args);
        return intern_text(in, text);
}
