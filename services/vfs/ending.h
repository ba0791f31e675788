/* SPDX-License-Identifier: MIT */
/*
 * The end of a process with file systems in it: what was written is on its devices then, and they are said to
 * be unmounted.
 *
 * It comes with exit(), or with a SIGTERM that the program does not handle itself; that one then ends the
 * process as it would have without.
 */
#pragma once

#include "mounts.h"

/* From now on; once. */
void ending_begin(Mounts *mounts);
/* Is called before a SIGTERM ends the process: who serves others lets them go. */
void ending_before(void (*before)(void));
