/* SPDX-License-Identifier: MIT */
/*
 * Chamber: what a new process may still reach when its program begins.
 *
 * Runs in the child between fork and exec, and only takes away: descriptors that are not its
 * own, the way to more privileges, the terminal. Every layer that a process is confined by has
 * its place in chamber_enter(), in an order in which each layer still permits the next.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

typedef struct Chamber {
        int *fds; /* fds[i] becomes descriptor i; the last one is close-on-exec, for reporting a failure */
        size_t n_fds;
        pid_t kernel; /* the kernel process; when it dies, so does the child */
} Chamber;

#define CHAMBER_FILES_MIN 1024u /* descriptors that every program may open */
#define CHAMBER_FILES_ADD 256u  /* at least so many beyond those it is born with */

/* Returns NULL, or the name of the step that failed, with errno. There is no way back: the child
 * reports and exits then. chamber->fds[n_fds - 1] always is the descriptor to report to. */
const char *chamber_enter(Chamber *chamber);
