/* SPDX-License-Identifier: MIT */
/*
 * One of the process's own channels to the kernel process: opened when it is first needed, one for all
 * threads.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <handle/handletype.h>
#include <nk/transport.h>

#include "boot/boot.h"

typedef struct KernelLeg {
        int32_t (*fd_of)(const BootBlock *block); /* -1: the process has no such channel */
        pthread_mutex_t lock;
        atomic_bool is_tried;
        Handle handle; /* once it is tried; INVALID_HANDLE: the policy leaves the process no such call */
} KernelLeg;

#define KERNEL_LEG(fd)                                                                                       \
        { .fd_of = (fd), .lock = PTHREAD_MUTEX_INITIALIZER, .handle = INVALID_HANDLE }

/* Opens it now: before a fork, after which nobody else can. */
void kernel_leg_open(KernelLeg *leg);

/* One exchange, of any thread. NK_ENOTCONN: not started by `caisson run`; NK_EPERM: no such channel; else as
 * the transport's calls. */
nk_err_t kernel_leg_call(KernelLeg *leg, const struct nk_message *req, const struct nk_arena *req_arena,
        struct nk_message *res, struct nk_arena *res_arena);
