/* SPDX-License-Identifier: MIT */
/*
 * Stops: processes that wait for a debugger before their main(), as `caisson run --stop` says.
 */
#pragma once

#include <stdio.h>

#include "solution.h"

#define STOPS_MAX 16u /* names; "all" is one */
#define STOPS_ALL "all"

typedef struct Stops {
        const char *names[STOPS_MAX]; /* tasks, borrowed */
        size_t n_names;
} Stops;

/* Returns NULL, or what is wrong. */
const char *stops_add(Stops *s, const char *name);
/* Gives the named tasks of a loaded solution the variable that the runtime looks at. 0, or -1 after saying
 * on `out` which task there isn't. */
int stops_apply(const Stops *s, Solution *sol, Pool *pool, FILE *out);
