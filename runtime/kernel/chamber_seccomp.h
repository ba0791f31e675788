/* SPDX-License-Identifier: MIT */
/*
 * System calls: the list of those that the loader, the C library and the runtime need; every other one is
 * refused. The runtime takes away a few more when the program has started (boot/walls.h).
 */
#pragma once

#include <linux/filter.h>
#include <stdint.h>

/* What a process may do beyond what all may. */
enum {
        SECCOMP_NETWORK = 1, /* sockets of TCP and UDP */
        SECCOMP_ACCEPT = 2,  /* who connects to a socket that it was granted */
        SECCOMP_GPIO = 4,    /* what a GPIO chip that it was granted does */
        SECCOMP_FORK = 8,    /* to fork, and to wait for what it forks */
        SECCOMP_KINDS = 16   /* combinations of these */
};

/* Makes the filter; the child only installs it. extras: of the above. 0 or a negative errno. */
int seccomp_make(struct sock_fprog *ret_filter, uint32_t extras);
void seccomp_unmake(struct sock_fprog *filter);
