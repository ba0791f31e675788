/* SPDX-License-Identifier: MIT */
/*
 * Procfs: numbers from the host's status files of processes and threads.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* The number behind `field` ("Threads:") in the status file of a process; with thread != 0, of that
 * thread of it. 0 when there is no such process, thread or field: all asked for are positive. */
uint64_t procfs_number(pid_t pid, uint32_t thread, const char *field);
