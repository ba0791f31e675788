/* SPDX-License-Identifier: MIT */
/*
 * Descriptions of a test: files in a folder of their own, a session that searches it, and a record
 * of what it said.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/text.h"
#include "nkc.h"
#include "session.h"

#define DESCR_MESSAGES_MAX 256

typedef struct Descr {
        char folder[64];
        NkcSession *session;
        Text said;                            /* all messages */
        unsigned numbers[DESCR_MESSAGES_MAX]; /* of the messages */
        size_t n_messages;
} Descr;

void descr_init(Descr *d);
void descr_deinit(Descr *d); /* removes the folder with all that is in it */

/* Writes a file; folders on the way are made. */
void descr_put(Descr *d, const char *path, const char *text);

/* As nkc_unit_compile(), for a path inside the folder. */
const LayUnit *descr_compile(Descr *d, const char *path, bool extended_errors);

/* How often was this message given? */
unsigned descr_count(const Descr *d, unsigned number);
