/* SPDX-License-Identifier: MIT */
/*
 * Interned names: one open-addressing table of pointers. Outgrown tables stay in the arena; they
 * double, so together they are no larger than the last one.
 */
#include "base/intern.h"

#include <string.h>

#define FIRST_SLOTS 1024u

struct Intern {
        Arena *arena;
        const char **slots;
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
        in->slots = ARENA_ARRAY(a, const char *, in->n_slots);
        return in;
}

static size_t find_slot(const Intern *in, const char *text, size_t size, uint32_t hash) {
        size_t i = hash & (in->n_slots - 1);

        for (; in->slots[i]; i = (i + 1) & (in->n_slots - 1)) {
                const char *name = in->slots[i];

                if (intern_hash(name) == hash && intern_length(name) == size && memcmp(name, text, size) == 0)
                        break;
        }
        return i;
}

static void grow(Intern *in) {
        const char **old = in->slots;
        size_t n_old = in->n_slots;

        in->n_slots *= 2;
        in->slots = ARENA_ARRAY(in->arena, const char *, in->n_slots);
        for (size_t i = 0; i < n_old; i++) {
                if (old[i])
                        in->slots[find_slot(in, old[i], intern_length(old[i]), intern_hash(old[i]))] = old[i];
        }
}

static const char *make_name(Intern *in, const char *text, size_t size, uint32_t hash) {
        char *memory = arena_alloc(in->arena, sizeof(InternHead) + size + 1);
        InternHead head = {.hash = hash, .length = (uint32_t)size};

        memcpy(memory, &head, sizeof head);
        memcpy(memory + sizeof head, text, size);
        return memory + sizeof head;
}

const char *intern_bytes(Intern *in, const char *text, size_t size) {
        uint32_t hash = hash_bytes(text, size);
        size_t i = find_slot(in, text, size, hash);

        if (in->slots[i])
                return in->slots[i];
        if (size > UINT32_MAX)
                arena_out_of_memory();
        if (++in->n_used * 2 > in->n_slots) {
                grow(in);
                i = find_slot(in, text, size, hash);
        }
        in->slots[i] = make_name(in, text, size, hash);
        return in->slots[i];
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
