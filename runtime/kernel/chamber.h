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

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "chamber_root.h"
#include "layers.h"

struct sock_fprog;

#define CHAMBER_FILES_MIN   1024u        /* descriptors that every program may open */
#define CHAMBER_FILES_ADD   256u         /* at least so many beyond those it is born with */
#define CHAMBER_THREADS_MAX 1024u        /* threads of one process */
#define CHAMBER_MEMORY_MAX  (2ull << 30) /* bytes of private memory: heap, stacks, data */

typedef struct Chamber {
        int *fds; /* fds[i] becomes descriptor i; the last one is close-on-exec, for reporting */
        size_t n_fds;
        uint32_t layers;                 /* LAYER_* that are to be put around the process */
        RootPlan *root;                  /* with LAYER_ROOT or LAYER_LANDLOCK */
        const struct sock_fprog *filter; /* with LAYER_SECCOMP */
        const char *object;              /* what a failed step was about; NULL: nothing of its own */
} Chamber;

/* What the child tells. Comes as a whole: it is far smaller than what a pipe writes at once. */
typedef struct ChamberReport {
        pid_t pid, init; /* both 0: a failure. The process, and the first one of its namespace */
        int error;       /* errno */
        char step[64];
        char object[256];
} ChamberReport;

/* Returns NULL in the process that is to execute the program, or the name of the step that failed,
 * with errno. There is no way back: the child reports and exits then. chamber->fds[n_fds - 1] always
 * is the descriptor to report to. With LAYER_PID that process is another one than the caller: it and
 * its init are children of the caller's parent, which a report tells, and the caller exits with 0. */
const char *chamber_enter(Chamber *chamber);
