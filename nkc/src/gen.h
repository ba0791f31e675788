/* SPDX-License-Identifier: MIT */
/*
 * Generation as the two command lines share it: `nkc gen` (many inputs, one output tree) and
 * nk-gen-c (one input, one flat output folder). Both fill a Gen from the same options and run it.
 *
 * Every input is compiled before anything is written, so an error anywhere leaves all outputs as
 * they were.
 */
#pragma once

#include "base/opts.h"
#include "cmd.h"
#include "emit/emit.h"

#include <stdbool.h>
#include <stddef.h>

/* A growing list of words of the command line. */
typedef struct GenWords {
        const char **words;
        size_t n;
} GenWords;

typedef struct Gen {
        const char *program; /* for messages: "nkc gen", "nk-gen-c" */
        GenWords includes;   /* -I, in order */
        GenWords files;
        const char *folder; /* -o; NULL: the current one */
        EmitOptions emit;
        bool extended_errors;
        bool is_flat;      /* X.idl.h directly in the folder; otherwise below it by path */
        bool to_stdout;    /* print the headers, write nothing */
        bool has_shape;    /* also X.edl.shape */
        bool has_rules;    /* -MD: also X.idl.h.d beside each header */
        bool has_nk_rules; /* X.idl.nk.d beside the header, as nk-gen-c's build files expect */
        const char *rules; /* --depfile: all rules in this file */
        bool cannot_read;  /* set while running: a file could not be read */
        Text problem;      /* set by gen_option */
} Gen;

void gen_deinit(Gen *g);

/* The options of nk-gen-c; `nkc gen` has GEN_N_OPTS, the last of which are its own. */
#define GEN_N_COMMON 18u
#define GEN_N_OPTS   22u
extern const Opt gen_opts[GEN_N_OPTS];

/* Takes what opt_next() returned: an index or OPT_ARGUMENT. False: g->problem says what is wrong. */
bool gen_option(Gen *g, int opt, const char *value);

/* Compiles and writes everything; prints what goes wrong to stderr. Returns CMD_*. */
int gen_run(Gen *g);
