/* SPDX-License-Identifier: MIT */
/*
 * Loop: a solution's life from start to end, in one thread around one epoll set.
 *
 * Starts the processes in their order, and those that come back (lives.h) again, then waits: for their ends,
 * their output, signals and timers. A run passes its stages once and in order: running, stopping (asked to
 * end, in turn: endings.h), killing (made to end), and is over when no child is left and everything printed
 * is written.
 */
#pragma once

#include "audit.h"
#include "channels.h"
#include "judge.h"
#include "layers.h"
#include "mediator.h"
#include "output.h"
#include "procs.h"
#include "solution.h"
#include "waits.h"

/* From SIGTERM to SIGKILL when a solution is stopped. Who serves may have to write what others have left it.
 */
#define LOOP_GRACE_MS        1000u
#define LOOP_SERVER_GRACE_MS 5000u

/* Exit status of `caisson run` beyond that of the clients; see docs/guide/running.md. */
enum { LOOP_EXIT_SYSTEM = 3, LOOP_EXIT_DEADLOCK = 4, LOOP_EXIT_POLICY = 5, LOOP_EXIT_SIGNAL = 128 };

typedef struct LoopOptions {
        OutputOptions output;
        bool keep;             /* go on after the last client */
        bool stop_on_deadlock; /* --on-deadlock=stop */
        bool is_verbose;       /* say also what goes well */
        Isolation isolation;   /* --isolation */
        Judge *judge;          /* borrowed, with its audit; NULL: no policy, everything is granted */
        Audit *audit;          /* NULL without a judge */
        bool is_permissive;    /* --permissive */
        bool needs_no_policy;  /* nothing is said when there is none: the solution is ours */
} LoopOptions;

/* Runs a checked solution. Returns the exit status of the program. Changes the signal mask, the
 * handling of SIGPIPE and SIGCHLD and the limit on descriptors of the calling process, and expects to
 * be alone in it: it reaps every child. */
int loop_run(const Solution *sol, const LoopOptions *options);
