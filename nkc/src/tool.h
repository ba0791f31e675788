/* SPDX-License-Identifier: MIT */
/*
 * A program of one task, such as nk-gen-c: what it says of itself, and of wrong usage.
 */
#pragma once

#include <stdbool.h>

#include "base/opts.h"

typedef struct Tool {
        const char *name;
        const char *head; /* of --help, up to the list of options */
        const Opt *opts;
        size_t n_opts;
} Tool;

/* --help, -h or --version is among the words before a "--": prints that. False: it is not. */
bool tool_tells(const Tool *t, int argc, char **argv);
/* Prints the problem and where help is; returns CMD_USAGE. */
int tool_usage(const Tool *t, const char *problem);
