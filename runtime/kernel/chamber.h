/* SPDX-License-Identifier: MIT */
/*
 * Chamber: what a new process may still reach when its program begins.
 *
 * Runs in the child between fork and exec, and only takes away: descriptors that are not its own,
 * the way to more privileges, the terminal, files, the network, the sight of other processes, most
 * system calls. Every layer has its place in the table of chamber.c, in an order in which each still
 * permits the next; those that need more than a few lines have a file of their own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "chamber_limits.h"
#include "chamber_root.h"
#include "layers.h"

struct sock_fprog;

typedef struct Chamber {
        int *fds; /* fds[i] becomes descriptor i; the last one is close-on-exec, for reporting */
        size_t n_fds;
        uint32_t layers; /* LAYER_* that are to be put around the process */
        Limits limits;
        int group_fd;                    /* where it joins its control group; -1: it has none */
        bool has_network;                /* the host's: no LAYER_NET */
        RootPlan *root;                  /* with LAYER_ROOT or LAYER_LANDLOCK */
        const struct sock_fprog *filter; /* with LAYER_SECCOMP */
        bool has_terminal;               /* nothing, or what could not be given up; the steps fill it in */
        const char *object;              /* what a failed step was about; NULL: nothing of its own */
} Chamber;

/* What the child tells, as one packet. To one with a process the kernel process answers with a byte, when it
 * has reaped the child that made that: then nobody counts among its threads but its init. */
typedef struct ChamberReport {
        pid_t pid, init; /* both 0: a failure. The process, and the first one of its namespace */
        int error;       /* errno */
        char step[64];
        char object[256];
} ChamberReport;

/* Returns NULL in the process that is to execute the program, or the name of the step that failed,
 * with errno. There is no way back: the child reports and exits then. chamber->fds[n_fds - 1] always
 * is the descriptor to report to, a socket of packets. With LAYER_PID that process is another one than the
 * caller: it and its init are children of the caller's parent, which a report tells, and the caller exits
 * with 0. */
const char *chamber_enter(Chamber *chamber);
