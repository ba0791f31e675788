/* SPDX-License-Identifier: MIT */
/*
 * The channel to the kernel: opened when it is first needed, one for all threads.
 */
#include "kernel_call.h"

#include <pthread.h>

#include <coresrv/time/timeout.h>
#include <services/rtl/nk_msg.h>

#include "boot/boot.h"
#include "handle/handle_kinds.h"
#include "ipc.h"
#include "transport/chan.h"

static struct {
        pthread_once_t once;
        Handle handle;
} own = {.once = PTHREAD_ONCE_INIT, .handle = INVALID_HANDLE};

static void open_own(void) {
        const ChanClientPlan plan = {.mem_fd = -1,
                .bell_fd = -1,
                .status_fd = -1,
                .judged_fd = boot_get()->block->kernel_fd,
                .kernel = boot_kernel()};
        ChanClient *client;

        if (plan.judged_fd < 0 || chan_client_open(&plan, &client))
                return;
        if (hnd_open(&hnd_client, client, NULL, &own.handle))
                (void)chan_client_free(client);
}

static nk_err_t call(struct nk_transport *base, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        const Boot *boot = boot_get();
        SMsgHdr out, in;

        (void)base;
        if (!boot)
                return NK_ENOTCONN;
        if (!boot->block->has_policy)
                return NK_ENOENT;
        (void)pthread_once(&own.once, open_own);
        if (own.handle == INVALID_HANDLE)
                return NK_EPERM;
        PackOutMsg(&out, req, req_arena);
        PackInMsg(&in, res, res_arena);
        return ipc_nk_err(ipc_call(own.handle, &out, &in, INFINITE_TIMEOUT, INVALID_HANDLE));
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
        default:
                return rcFail;
        }
}
