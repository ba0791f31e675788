/* SPDX-License-Identifier: MIT */
/*
 * What commands and programs that read policies have in common: the options of the preprocessor.
 */
#pragma once

#include "base/opts.h"
#include "cmd.h"
#include "out/outdir.h"
#include "psl/load.h"

/* Rows of the option table of such a program, from its row `first` on. */
enum { POLICY_OPT_PREPROCESS, POLICY_OPT_DEFINE, POLICY_OPT_DUMP, POLICY_N_OPTS };

#define POLICY_OPTS(first)                                                                                   \
        [(first) + POLICY_OPT_PREPROCESS] = {.word = "enable-preprocessor",                                  \
                .help = "policies: carry out '{% if ... %}'"},                                               \
                   [(first) + POLICY_OPT_DEFINE] = {.word = "preprocessor-definition",                       \
                           .value_name = "NAME[=VALUE]",                                                     \
                           .help = "policies: define NAME, repeatable"},                                     \
                   [(first) + POLICY_OPT_DUMP] = {.word = "preprocessor-dump-dir",                           \
                           .value_name = "DIR",                                                              \
                           .help = "policies: write what the preprocessor leaves"}

typedef struct PolicyInput {
        PslOptions options;
        const char **definitions;
        const char *bad_definition; /* the first one; NULL: none */
        const char *dump_folder;    /* NULL: none */
        OutDir dump;
        int exit_code; /* CMD_FAILED after a dump could not be written (a message was printed), else CMD_OK */
} PolicyInput;

void policy_input_init(PolicyInput *in, Arena *arena, const OptScan *scan);
void policy_input_deinit(PolicyInput *in);
void policy_input_take(PolicyInput *in, int opt, const char *value); /* other options are ignored */

/* Before the work: CMD_OK, or another exit code after a message. */
int policy_input_check(PolicyInput *in, const Command *self);

bool policy_input_is_policy(const char *path); /* ends in ".psl" */
