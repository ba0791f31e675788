/* SPDX-License-Identifier: MIT */
/*
 * What a case shows: a pipe takes the place of our stdout and stderr while it runs.
 */
#pragma once

#include <stddef.h>

#define SHOWN_MAX (1u << 20)

typedef struct Shown {
        char *text; /* ends with a zero byte; free with free() */
        size_t size;
        int reader;   /* where it arrives, not blocking */
        int saved[2]; /* our own stdout and stderr */
} Shown;

/* From here on nothing that a case prints is seen, a failure too. */
void shown_begin(Shown *s);
/* Takes what has arrived. */
void shown_collect(Shown *s);
/* Our own files are back, and the rest is taken. */
void shown_end(Shown *s);
