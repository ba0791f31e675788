/* SPDX-License-Identifier: MIT */
/*
 * What a process that has been taken over tries. Each table is about one kind of thing.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

typedef struct Attempt {
        const char *name;
        int (*attempt)(void); /* -1 with errno: refused; CONTAINED: done, and nobody else's business */
} Attempt;

typedef struct Attempts {
        const Attempt *list;
        size_t n;
} Attempts;

#define CONTAINED 1

extern pid_t outside; /* a process that is not in the chamber */

extern const Attempts attempts_files, attempts_sockets, attempts_processes, attempts_kernel, attempts_amounts,
        attempts_channels, attempts_family;
