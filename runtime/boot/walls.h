/* SPDX-License-Identifier: MIT */
/*
 * Walls of the chamber, seen from inside: before main, the runtime closes what only the start needed
 * (opening files, executing, making code of data) and tries each wall that the boot block promises.
 * A process whose walls do not hold ends before its own code has run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Layers that the kernel process has put around a process; boot block, `layers`. */
#define LAYER_USER     (1u << 0)
#define LAYER_ROOT     (1u << 1)
#define LAYER_PID      (1u << 2)
#define LAYER_NET      (1u << 3)
#define LAYER_IPC      (1u << 4)
#define LAYER_UTS      (1u << 5)
#define LAYER_CGROUP   (1u << 6)
#define LAYER_SECCOMP  (1u << 7)
#define LAYER_LANDLOCK (1u << 8)
#define LAYER_ALL      ((1u << 9) - 1)

#define WALLS_EXIT 125 /* exit code of a process whose walls do not hold */

/* Closes and tries the walls that `layers` promises, 0: none. Ends the process with WALLS_EXIT when one
 * does not hold. */
void walls_stand(uint32_t layers, bool may_fork);
/* Names the first wall that does not hold, or NULL. `layers`: those to try. may_fork: it may, within its
 * chamber. Tightens first. */
const char *walls_close(uint32_t layers, bool may_fork);
