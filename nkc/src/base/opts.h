/* SPDX-License-Identifier: MIT */
/*
 * Command-line options from a table: long and short forms, joined and separate values
 * (-IDIR, -I DIR, --include=DIR, --include DIR), "--" ends options, positional words anywhere.
 * The same table prints the help. Does not print; a problem leaves its text in the scan.
 */
#pragma once

#include "text.h"

#include <stddef.h>

typedef struct Opt {
        char letter;            /* 0: none */
        const char *word;       /* without "--"; NULL: none */
        const char *value_name; /* NULL: takes no value */
        const char *help;       /* NULL: accepted, not listed in the help */
} Opt;

#define OPT_END      (-1) /* no more words */
#define OPT_ARGUMENT (-2) /* a word that is not an option: scan->value */
#define OPT_BAD      (-3) /* scan->problem says what is wrong, with "did you mean" */

typedef struct OptScan {
        const Opt *opts;
        size_t n_opts;
        int argc;
        char **argv;
        int next;
        const char *letters; /* rest of a word of joined one-letter options */
        int only_arguments;  /* after "--" */
        const char *value;   /* of the option or argument just returned */
        Text problem;
} OptScan;

/* argv[0] is skipped. */
void opt_init(OptScan *s, const Opt *opts, size_t n_opts, int argc, char **argv);
void opt_deinit(OptScan *s);
int opt_next(OptScan *s); /* index into opts, or OPT_… */

/* One line an option: "  -I, --include DIR   search folder, repeatable". */
void opt_print_help(const Opt *opts, size_t n_opts, Text *out);
