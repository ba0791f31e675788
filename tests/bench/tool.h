/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks of programs that compile something: a private folder for their input and output, and the time of
 * a run from its start to its end.
 */
#pragma once

#include <stdio.h>
#include <sys/types.h>

#define TOOL_PATH 512

typedef struct Tool {
        char folder[TOOL_PATH];
} Tool;

/* What goes wrong in these ends the program with status 3. */
void tool_open(Tool *t);
void tool_close(Tool *t); /* removes the folder with all in it */
void tool_path(const Tool *t, char path[static TOOL_PATH], const char *name);
FILE *tool_create(const Tool *t, const char *name); /* folders in the name are made */
void tool_finish(FILE *f);
off_t tool_size(const Tool *t, const char *name); /* bytes; 0: there is none */

/* Seconds, or a negative number when the program is missing or fails. stderr goes nowhere. */
double tool_run(const char *const argv[]);
/* The best of several runs, before each of which these files are removed; the list ends with NULL. */
double tool_best(const Tool *t, const char *const argv[], const char *const outputs[], int runs);
