/* SPDX-License-Identifier: MIT */
/*
 * Fingerprint of an interface: FNV-1a over everything that a reader of its messages relies on.
 */
#include "fingerprint.h"

#include <string.h>

#define FNV_START 14695981039346656037u
#define FNV_PRIME 1099511628211u

static void add_number(uint64_t *hash, uint32_t number) {
        for (unsigned i = 0; i < 4; i++)
                *hash = (*hash ^ (number >> (8 * i) & 0xff)) * FNV_PRIME;
}

static void add_text(uint64_t *hash, const char *text) {
        add_number(hash, (uint32_t)strlen(text));
        for (; *text; text++)
                *hash = (*hash ^ (unsigned char)*text) * FNV_PRIME;
}

static void add_fields(uint64_t *hash, const LayField *fields, uint32_t n);

/* Types nest at most LAY_MAX_DEPTH deep. */
static void add_type(uint64_t *hash, const LayType *type) {
        add_number(hash, type->kind);
        add_number(hash, type->size);
        add_number(hash, type->bound);
        if (type->elem)
                add_type(hash, type->elem);
        if (type->record)
                add_fields(hash, type->record->fields, type->record->n_fields);
}

static void add_fields(uint64_t *hash, const LayField *fields, uint32_t n) {
        add_number(hash, n);
        for (uint32_t i = 0; i < n; i++) {
                add_text(hash, fields[i].name);
                add_number(hash, fields[i].offset);
                add_type(hash, fields[i].type);
        }
}

static void add_message(uint64_t *hash, const LayMessage *m) {
        add_number(hash, m->size);
        add_fields(hash, m->fields, m->n_fields);
}

uint64_t fingerprint_interface(const LayInterface *interface) {
        uint64_t hash = FNV_START;

        add_number(&hash, interface->n_methods);
        for (uint32_t i = 0; i < interface->n_methods; i++) {
                const LayMethod *m = &interface->methods[i];

                add_text(&hash, m->name);
                add_message(&hash, &m->req);
                add_message(&hash, &m->res);
                add_message(&hash, &m->err);
        }
        return hash ? hash : 1;
}
