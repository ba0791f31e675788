/* SPDX-License-Identifier: MIT */
/*
 * Calls to kl.core.Core: the transport of its proxies, and what becomes of their results.
 */
#include "kernel_call.h"

#include "kernel_leg.h"

static int32_t fd_of(const BootBlock *block) {
        return block->kernel_fd;
}

static KernelLeg leg = KERNEL_LEG(fd_of);

static nk_err_t call(struct nk_transport *base, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        (void)base;
        return kernel_leg_call(&leg, req, req_arena, res, res_arena);
}

void kernel_open(void) {
        kernel_leg_open(&leg);
}

struct nk_transport *kernel_transport(void) {
        static const struct nk_transport_ops ops = {.call = call};
        static struct nk_transport transport = {.ops = &ops};

        return &transport;
}

Retcode kernel_outcome(nk_err_t err, Retcode rc) {
        switch (err) {
        case NK_EOK:
                return rc;
        case NK_EPERM:
                return rcSecurityDisallow;
        case NK_ENOENT:
                return rcUnimplemented;
        case NK_ENOTCONN:
                return rcNotConnected;
        case NK_ENOMEM:
                return rcOutOfMemory;
        default:
                return rcFail;
        }
}
