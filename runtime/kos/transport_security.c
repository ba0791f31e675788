/* SPDX-License-Identifier: MIT */
/*
 * coresrv/nk/transport-kos-security.h: calls to the kernel process, which answers with the decision.
 */
#include <coresrv/nk/transport-kos-security.h>

#include "kernel_leg.h"

static int32_t fd_of(const BootBlock *block) {
        return block->security_fd;
}

static nk_err_t ask(struct nk_transport *base, const struct nk_message *req, const struct nk_arena *req_arena,
        struct nk_message *res, struct nk_arena *res_arena) {
        static KernelLeg leg = KERNEL_LEG(fd_of);
        const Boot *boot = boot_get();

        (void)base;
        if (boot && !boot->block->has_policy)
                return NK_EOK;
        return kernel_leg_call(&leg, req, req_arena, res, res_arena);
}

nk_err_t NkKosSecurityTransport_Init(NkKosSecurityTransport *transport, void *reserved, nk_uint32_t flags) {
        static const struct nk_transport_ops ops = {.call = ask};

        (void)reserved;
        (void)flags;
        if (!transport)
                return NK_EINVAL;
        *transport = (NkKosSecurityTransport){.base = {.ops = &ops}};
        return NK_EOK;
}
