/* SPDX-License-Identifier: MIT */
/*
 * Channels to the kernel process.
 */
#include "kernel_leg.h"

#include <coresrv/time/timeout.h>
#include <services/rtl/nk_msg.h>

#include "handle/handle_kinds.h"
#include "ipc.h"
#include "transport/chan.h"
#include "transport/family.h"

static Handle open_leg(const KernelLeg *leg, const Boot *boot) {
        const ChanClientPlan plan = {.mem_fd = -1,
                .bell_fd = -1,
                .status_fd = -1,
                .judged_fd = leg->fd_of(boot->block),
                .kernel = boot_kernel()};
        Handle handle = INVALID_HANDLE;
        ChanClient *client;

        if (plan.judged_fd < 0 || chan_client_open(&plan, &client))
                return INVALID_HANDLE;
        if (hnd_open(&hnd_client, client, NULL, &handle))
                (void)chan_client_free(client);
        return handle;
}

/* Two members of a family must not open the same memory, each with ends of his own. */
static Handle get_handle(KernelLeg *leg, const Boot *boot) {
        if (atomic_load_explicit(&leg->is_tried, memory_order_acquire))
                return leg->handle;
        if (family_self() != 0)
                return INVALID_HANDLE;
        (void)pthread_mutex_lock(&leg->lock);
        if (!atomic_load(&leg->is_tried))
                leg->handle = open_leg(leg, boot);
        atomic_store_explicit(&leg->is_tried, true, memory_order_release);
        (void)pthread_mutex_unlock(&leg->lock);
        return leg->handle;
}

void kernel_leg_open(KernelLeg *leg) {
        const Boot *boot = boot_get();

        if (boot)
                (void)get_handle(leg, boot);
}

nk_err_t kernel_leg_call(KernelLeg *leg, const struct nk_message *req, const struct nk_arena *req_arena,
        struct nk_message *res, struct nk_arena *res_arena) {
        const Boot *boot = boot_get();
        SMsgHdr out, in;
        Handle handle;

        if (!boot)
                return NK_ENOTCONN;
        handle = get_handle(leg, boot);
        if (handle == INVALID_HANDLE)
                return NK_EPERM;
        PackOutMsg(&out, req, req_arena);
        PackInMsg(&in, res, res_arena);
        return ipc_nk_err(ipc_call(handle, &out, &in, INFINITE_TIMEOUT, INVALID_HANDLE));
}
