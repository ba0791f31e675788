/* SPDX-License-Identifier: MIT */
/*
 * Namespaces: the process gets users, processes, mounts, network, IPC, host name and control groups
 * of its own. Inside it is nobody. Outside it is nobody too where root started it; otherwise it has the
 * id of who did, which is of no use in there: no file, no process and no capability goes with it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "chamber_root.h"

#define NS_NOBODY 65534u /* user and group of processes that root starts */

/* 0, or -1 with errno. */
int ns_unshare(uint32_t layers); /* leaves; maps the ids */
int ns_become_nobody(void);      /* takes the mapped id, where it is another one */

/* Makes an init for the new processes' namespace and a process in it, both children of the caller's
 * parent, which thus sees how the process ends, signals included. An init of its own because the
 * first process of a namespace ignores what it has no handler for: SIGTERM, or its own abort().
 * Returns 0 in the process, 1 in the caller with both numbers, or -1 with errno. report_fd: as below. */
int ns_fork(int report_fd, pid_t *ret_pid, pid_t *ret_init);

/* From now on the caller dies when the kernel process does. Comes after whatever changes credentials, which
 * would undo it. The kernel process may have died before: then nobody has the other end of the report, and
 * its number would tell nothing in a namespace; this doesn't return then. 0, or -1 with errno. */
int ns_die_with_kernel(int report_fd);
