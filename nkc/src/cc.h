/* SPDX-License-Identifier: MIT */
/*
 * The C compiler of the user, for the code that nkc writes: $CC, $CPPFLAGS, $CFLAGS and $LDFLAGS as make
 * understands them, without a shell. Everything happens in a private temporary folder.
 */
#pragma once

#include "sdk.h"

#include <stddef.h>

typedef struct Scratch {
        char *path; /* NULL: none */
} Scratch;

/* 0 or -errno. The folder is the caller's alone, below $TMPDIR or /tmp. */
int scratch_open(Scratch *s, Arena *a);
void scratch_close(Scratch *s); /* removes it with the files in it */

typedef enum CcKind {
        CC_MODULE, /* a shared object */
        CC_PROGRAM /* of policy tests: with the library */
} CcKind;

/* Compiles the file `source` of the scratch folder into its file `output`. False after a message to stderr;
 * the compiler's own messages go there too. */
bool cc_compile(
        const Scratch *s, Arena *a, const Sdk *sdk, CcKind kind, const char *source, const char *output);

/* Runs a program to its end; argv ends with NULL. out: file for its standard output, NULL: ours.
 * Its exit status, 128 + n after signal n, or -1 after a message. Signals of the terminal stop the program,
 * not us. */
int cc_run(const char *const *argv, const char *folder, const char *out);
