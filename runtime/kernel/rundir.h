/* SPDX-License-Identifier: MIT */
/*
 * Run folder: where the controls of running solutions are, for the user who runs them and nobody else.
 *
 * $XDG_RUNTIME_DIR/caisson, or /tmp/caisson-<uid>: a folder of the user's own that nobody else may enter. In
 * it, for each control of each solution, a local socket of packets "<process>.<control>", where the number is
 * that of `caisson run`. One whose `caisson run` is gone is taken away by whoever comes by.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define RUNDIR_PATH_MAX 256u

/* Letters, digits, '-' and '_', 1 .. INIT_CONTROL_MAX of them. */
bool rundir_is_name(const char *name);
/* The folder's path: for messages, and for sockets. False: XDG_RUNTIME_DIR is too long. */
bool rundir_path(char path[RUNDIR_PATH_MAX]);

/* Makes a control of this process. 0, or a negative errno: -EACCES: the folder is not safe. */
int rundir_listen(const char *name, int *ret_fd);
/* Takes all controls of this process away. */
void rundir_clear(void);

/* Which solutions have that control. Returns how many there are, of which up to n_max are in pids; negative
 * errno. */
int rundir_find(const char *name, pid_t *pids, size_t n_max);
int rundir_connect(pid_t pid, const char *name, int *ret_fd);
