/* SPDX-License-Identifier: MIT */
/*
 * Processes of a program of the host: see exec_fork.c.
 */
#pragma once

/* Before main(), when there is a back end: memory that its processes share. */
void exec_may_fork(void);
