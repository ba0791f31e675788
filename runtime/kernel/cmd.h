/* SPDX-License-Identifier: MIT */
/*
 * Commands of `caisson`: one file each, listed in main.c's table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of all commands. `run` has more: loop.h. */
enum { CMD_EXIT_OK = 0, CMD_EXIT_PROBLEMS = 1, CMD_EXIT_USAGE = 2, CMD_EXIT_SYSTEM = 3 };

typedef struct Command {
        const char *name;
        const char *summary;               /* one line of `caisson --help` */
        int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit status */
} Command;

int cmd_run(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_gpio(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_new(int argc, char **argv);
int cmd_policy(int argc, char **argv);
