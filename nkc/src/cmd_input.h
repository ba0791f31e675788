/* SPDX-License-Identifier: MIT */
/*
 * What commands that compile descriptions have in common: the session, the files, and the options
 * that say where to search and which errors methods may have.
 */
#pragma once

#include "base/opts.h"
#include "cmd.h"
#include "session.h"

/* First rows of the option table of such a command. */
enum { INPUT_OPT_INCLUDE, INPUT_OPT_EXTENDED, INPUT_N_OPTS };

#define INPUT_OPTS                                                                                           \
        [INPUT_OPT_INCLUDE] = {.letter = 'I',                                                                \
                .word = "include",                                                                           \
                .value_name = "DIR",                                                                         \
                .help = "search folder, repeatable"},                                                        \
        [INPUT_OPT_EXTENDED] = {                                                                             \
                .word = "extended-errors", .help = "any number of 'error' parameters of any type"}

typedef struct CmdInput {
        NkcSession *session; /* prints to stderr */
        Arena *arena;
        const char **files;
        size_t n_files;
        bool extended_errors;
} CmdInput;

void cmd_input_init(CmdInput *in, const OptScan *scan);
void cmd_input_deinit(CmdInput *in);
void cmd_input_take(
        CmdInput *in, int opt, const char *value); /* what opt_next() gave; other options are ignored */

/* Before the work: CMD_OK, or CMD_USAGE after a message. After it: the exit code. */
int cmd_input_check(const CmdInput *in, const Command *self, int last_opt, const OptScan *scan);
int cmd_input_exit_code(const CmdInput *in);
