/* SPDX-License-Identifier: MIT */
/*
 * System calls: the list of those that the loader, the C library and the runtime need; every other one is
 * refused. The runtime takes away a few more when the program has started (boot/walls.h).
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>

/* Makes the filter; the child only installs it. has_network: with sockets of TCP and UDP. 0 or a negative
 * errno. */
int seccomp_make(struct sock_fprog *ret_filter, bool has_network);
void seccomp_unmake(struct sock_fprog *filter);
