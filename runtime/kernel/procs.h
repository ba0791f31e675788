/* SPDX-License-Identifier: MIT */
/*
 * Processes of a running solution: starting, ending, and what became of them.
 *
 * Each process leads a session of its own, so that what it forks can be ended with it. The
 * kernel process is the reaper of everything below it; nothing outlives it.
 */
#pragma once

#include <linux/filter.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "chamber_seccomp.h"
#include "channels.h"
#include "groups.h"

typedef struct Proc {
        pid_t init; /* first process of its namespace; 0: none, or reaped */
        /* 0: not started, or ended and reaped. Written by the loop's thread; the relay's looks at it. */
        _Atomic pid_t pid;
        int output[2]; /* read ends of stdout and stderr, non-blocking; -1: none, or handed over */
        int console;   /* our end of its console (consoles.h), non-blocking; likewise */
        bool has_ended;
        int status; /* as of waitpid, once has_ended */
} Proc;

typedef struct Procs {
        const Solution *sol;
        uint32_t layers; /* of every chamber; less where the solution grants something */
        struct sock_fprog
                filters[SECCOMP_KINDS]; /* with LAYER_SECCOMP: those that are needed, by their extras */
        Groups groups;
        Proc *list; /* per task */
        uint32_t n_running;
} Procs;

#define PROCS_NULL ((Procs){.list = NULL})

/* Why a process could not be started. */
typedef struct ProcFailure {
        char step[64];
        char object[256]; /* what it was about; "": the program */
        int error;        /* errno */
} ProcFailure;

int procs_init(Procs *p, const Solution *sol, uint32_t layers);
void procs_deinit(Procs *p);
/* Starts the process of a task; returns when its program runs. Negative errno: see ret_failure. */
int procs_start(Procs *p, const Channels *channels, uint32_t task, ProcFailure *ret_failure);
/* What the step and the error mean for this task, as a sentence; static or in `buffer`. */
const char *procs_explain(const ProcFailure *failure);
/* Reaps one child that has ended. True: ret_task is the task, or SOL_NOBODY for a child that was
 * left behind by one. False: none has ended. */
bool procs_reap(Procs *p, uint32_t *ret_task);
/* Sends a signal to a process and what it forked. */
void procs_signal(const Procs *p, uint32_t task, int sig);
void procs_signal_all(const Procs *p, int sig);
/* Ends every process that is still a child of this one, known or not, and reaps it. */
void procs_end_leftovers(void);
