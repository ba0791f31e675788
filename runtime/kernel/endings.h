/* SPDX-License-Identifier: MIT */
/*
 * Endings: in which order the processes of a solution are asked to end: nobody as long as somebody runs who
 * has a channel to him. So a file server has nobody to serve any more when it writes back what it has, and
 * its driver is there still. Those of a circle of channels are asked together, when nobody else is left to
 * wait for.
 *
 * Threads and clock: none of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "solution.h"

typedef struct Endings {
        const Solution *sol;
        bool *was_told, *is_marked; /* per task; the second for one look */
} Endings;

#define ENDINGS_NULL ((Endings){.sol = NULL})

/* Does the process of that task run? */
typedef bool EndingsRuns(const void *arg, uint32_t task);

/* 0, -ENOMEM. The solution, checked, is borrowed. */
int endings_init(Endings *e, const Solution *sol);
void endings_deinit(Endings *e);

/* Tells those that run, were not told so far, and are not needed any more. Returns how many. */
typedef void EndingsTell(void *arg, uint32_t task);
uint32_t endings_tell(Endings *e, EndingsRuns *runs, EndingsTell *tell, void *arg);
