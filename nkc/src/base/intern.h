/* SPDX-License-Identifier: MIT */
/*
 * Interned names: equal text is the same pointer, so names are compared with ==. An interned
 * name is an ordinary NUL-terminated string; its length and hash lie in front of it.
 */
#pragma once

#include "arena.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Intern Intern;

typedef struct InternHead {
        uint32_t hash;
        uint32_t length;
} InternHead;

Intern *intern_new(Arena *a); /* lives in the arena, dropped with it */
const char *intern_bytes(Intern *in, const char *text, size_t size);
const char *intern_text(Intern *in, const char *text);
const char *intern_printf(Intern *in, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Only for pointers that came from this module. */
static inline const InternHead *intern_head(const char *name) {
        return (const InternHead *)(const void *)(name - sizeof(InternHead));
}

static inline uint32_t intern_length(const char *name) {
        return intern_head(name)->length;
}

static inline uint32_t intern_hash(const char *name) {
        return intern_head(name)->hash;
}
