/* SPDX-License-Identifier: MIT */
/*
 * The commands of the program `nkc`: one struct and one file each. main.c holds the table.
 */
#pragma once

#include "base/ctx.h"
#include "base/opts.h"

#include <stdbool.h>

enum {
        CMD_OK = 0,
        CMD_INPUT = 1, /* errors in the input */
        CMD_USAGE = 2, /* wrong usage */
        CMD_FAILED = 3 /* cannot read or write, internal error */
};

typedef struct Command {
        const char *name;     /* "check"; of an action of a command: "policy test" */
        const char *synopsis; /* "[-I DIR]... FILE..." */
        const char *summary;  /* one line for `nkc --help` */
        const char *details;  /* paragraph for `nkc check --help`, or NULL */
        const Opt *opts;      /* options, without --help, which every command has */
        size_t n_opts;
        int (*run)(const struct Command *self, OptScan *scan); /* returns CMD_…; NULL: has actions */
        const struct Command *const *actions;                  /* the word after the name is one of them */
        size_t n_actions;
        bool is_hidden; /* not listed */
} Command;

extern const Command cmd_check;
extern const Command cmd_dump;
extern const Command cmd_explain;
extern const Command cmd_fmt;
extern const Command cmd_gen;
extern const Command cmd_policy;
extern const Command cmd_skeleton;

/* Prints the problem and how to get help to stderr; returns CMD_USAGE. */
int cmd_usage(const Command *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sink that prints to stderr (userdata unused), and the exit code after a flush. */
void cmd_print_diag(void *userdata, DiagSeverity severity, unsigned number, const char *text);
int cmd_finish(
        Ctx *ctx); /* flushes to stderr; CMD_OK, CMD_INPUT, or CMD_FAILED when a file could not be read */
