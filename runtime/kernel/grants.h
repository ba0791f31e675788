/* SPDX-License-Identifier: MIT */
/*
 * Grants: files and devices of the host that a process gets by the solution, opened by the kernel process,
 * and sockets through which whoever runs the solution talks to it. The process has the descriptor and no
 * path: exactly that file, and only as it was opened.
 *
 * A file that somebody may write belongs to one process: shared, it would be a channel that no policy
 * sees. That holds within a solution, and by a lock between those that run at the same time.
 */
#pragma once

#include <stdint.h>

#include "solution.h"

/* Resolves the files of a solution and looks whether they can be had. */
void grants_check(Solution *s, const SolPlaces *places, Problems *p, Pool *pool);

/* Opens the files of a task; ret_fds has room for its grants. ret_size: what no file that the process
 * writes may grow beyond, 0 without one. Negative errno: none is open, and *ret_object is the file. -EBUSY:
 * somebody else has it open, and one of both may write. */
int grants_open(const SolTask *task, int *ret_fds, uint64_t *ret_size, const char **ret_object);
void grants_close(const SolTask *task, int *fds);
