/* SPDX-License-Identifier: MIT */
/*
 * Landlock: the second wall before files. Should the root ever be left, only what the process was
 * given anyway can be read; newer kernels also refuse TCP, abstract sockets and signals to others.
 */
#pragma once

#include <stdbool.h>

#include "chamber_root.h"

/* 0: the kernel has it. -1 with errno: ENOSYS not built in, EOPNOTSUPP turned off. */
int landlock_probe(void);
/* Confines the caller to reading and executing the plan's files, named as they are inside of the
 * root, or outside. With the network it may use TCP. 0, or -1 with errno and plan->object. */
int landlock_confine(RootPlan *plan, bool is_inside, bool has_network);
