/* SPDX-License-Identifier: MIT */
/*
 * Control groups (version 2) of processes that have `limits`: the processor's share, which nothing else
 * gives, and memory and threads once more, counted by Linux as they are used.
 *
 * They need a group that was delegated to this process: one in which it may make others, and in which
 * no other process lives. In there:
 *
 *      caisson-PID/        of this run
 *      caisson-PID/0 …     one per process that has limits
 *      caisson-PID.own/    this process, where it is in the way: a group has groups or processes
 *
 * Where there is none, memory and threads are held by resource limits alone; only a share of the
 * processor can't be given.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "solution.h"

#define GROUP_MEMORY (1u << 0)
#define GROUP_PIDS   (1u << 1)
#define GROUP_CPU    (1u << 2)

typedef struct Groups {
        char *base;           /* folder of the delegated group; NULL: none */
        uint32_t controllers; /* GROUP_* that can be had in there */
        uint32_t enabled;     /* those that we have handed on in it */
        bool has_moved;       /* to the group of our own */
        int error;            /* errno: why there is none */
        bool is_optional;     /* a limit that can't be given is no error */
} Groups;

#define GROUPS_NULL ((Groups){.base = NULL})

/* Makes the run's group. folder: a delegated group; NULL: that of this process. False: there is none, and
 * groups->error says why; everything else may be called then too. */
bool groups_init(Groups *g, const char *folder);
/* All processes of the groups must have ended. */
void groups_deinit(Groups *g);

/* Makes the group of a task. ret_fd: where the child writes "0" to join it, or -1: it has none. Negative
 * errno: a limit can't be given, *ret_object names it. */
int groups_add(Groups *g, uint32_t task, const SolLimits *limits, int *ret_fd, const char **ret_object);
void groups_remove(const Groups *g, uint32_t task);

/* Probable cause and way out. */
const char *groups_explain(int error);
