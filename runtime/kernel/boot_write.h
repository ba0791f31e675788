/* SPDX-License-Identifier: MIT */
/*
 * Boot block, the writing side: what boot/boot_block.h promises a new process.
 *
 * Together with the block goes the list of descriptors that the process gets. Their numbers
 * follow from the init file and the policy alone: BOOT_FD is the block; then, if the process serves
 * anything, its status page; if anything of it is judged, its bell to the kernel process, that one's status
 * page, its leg to kl.core.Core with its mailbox, and its leg for its security interface, if it has them;
 * then its table of handles, its console and the memory of its family; then the ear of each listener; then
 * direct leg, bell, status page and judged leg of each channel in which it is the client, in the order of its
 * entry; then both legs of each channel in which it is the server, in the order of the file; then the granted
 * files. A channel has the legs it needs.
 */
#pragma once

#include "channels.h"

typedef struct BootPlan {
        int block_fd; /* sealed; owned */
        int *fds;     /* the process's BOOT_FD + 1, + 2, … */
        uint32_t n_fds;
        int *own_fds; /* those among them that belong to the plan; the others are the channels' */
        uint32_t n_own;
} BootPlan;

#define BOOT_PLAN_NULL ((BootPlan){.block_fd = -1})

/* grant_fds: the task's files, borrowed; NULL when it has none. console_fd, family_fd: likewise; -1: none.
 * Returns 0 or a negative errno: -E2BIG when the shape tables exceed what 32-bit offsets hold. */
int boot_plan_init(BootPlan *plan, const Channels *channels, uint32_t task, uint32_t layers,
        const int *grant_fds, int console_fd, int family_fd);
void boot_plan_deinit(BootPlan *plan);
