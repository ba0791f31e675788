/* SPDX-License-Identifier: MIT */
/*
 * Text constants of C headers, for `id: {var: NAME, include: HEADER}`.
 *
 * Understands `#define NAME "text"`, several texts in a row, parentheses, other macros of that
 * kind, and definitions in headers that the header includes. Conditions (#if) are not evaluated:
 * the first definition of a name counts.
 */
#pragma once

#include "pool.h"

enum {
        MACRO_E_HEADER = 1, /* the header isn't along the folders, or is too large */
        MACRO_E_UNKNOWN,    /* no such definition, neither in the header nor in what it includes */
        MACRO_E_NOT_TEXT,   /* the definition is no text constant, or leads back to itself */
};

typedef struct Macro {
        const char *value;   /* on success */
        const char *header;  /* where it is defined, or the header that was read; NULL if none was found */
        unsigned line;       /* of the definition; 0: none found */
        const char *nearest; /* MACRO_E_UNKNOWN: a similar name of the header, or NULL */
} Macro;

/* Returns 0, a MACRO_E_* code, or a negative errno when a header can't be read. */
int macro_resolve(Pool *pool, const char *const *folders, size_t n_folders, const char *header,
        const char *name, Macro *ret_macro);
