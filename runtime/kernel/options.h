/* SPDX-License-Identifier: MIT */
/*
 * Command-line options from a table, which is also their help. Forms: -I DIR, -IDIR, --bin DIR,
 * --bin=DIR, "--" before words that begin with '-'. Long names are not abbreviated.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

typedef struct Option {
        char letter;       /* 0: none */
        const char *name;  /* without the dashes */
        const char *value; /* what the value is called in the help; NULL: takes none */
        const char *help;
        /* Gets the value, or NULL for an option without one. Returns NULL, or what is wrong with it. */
        const char *(*set)(void *command, const char *value);
} Option;

typedef struct Options {
        const char *command; /* "run", for messages */
        const Option *list;
        size_t n_options;
} Options;

/* Reads all options; the other words are left in argv[1] … argv[*n_words]. Returns 0, or -1 after
 * saying on stderr what is wrong. */
int options_read(const Options *options, int argc, char **argv, void *command, size_t *n_words);
void options_print(const Options *options, FILE *out);
