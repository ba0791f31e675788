/* SPDX-License-Identifier: MIT */
/*
 * coresrv/nk/transport-kos-security.h: calls to the kernel process, which answers with the decision.
 */
#include <coresrv/nk/transport-kos-security.h>

#include <pthread.h>

#include <coresrv/time/timeout.h>
#include <services/rtl/nk_msg.h>

#include "boot/boot.h"
#include "handle/handle_kinds.h"
#include "ipc.h"
#include "transport/chan.h"

static struct {
        pthread_once_t once;
        Handle handle; /* of the one client end that all threads share */
} own = {.once = PTHREAD_ONCE_INIT, .handle = INVALID_HANDLE};

static void open_own(void) {
        const Boot *boot = boot_get();
        const ChanClientPlan plan = {.mem_fd = -1,
                .bell_fd = -1,
                .status_fd = -1,
                .judged_fd = boot->block->security_fd,
                .kernel = boot_kernel()};
        ChanClient *client;

        if (plan.judged_fd < 0 || chan_client_open(&plan, &client))
                return;
        if (hnd_open(&hnd_client, client, NULL, &own.handle))
                (void)chan_client_free(client);
}

static nk_err_t ask(struct nk_transport *base, const struct nk_message *req, const struct nk_arena *req_arena,
        struct nk_message *res, struct nk_arena *res_arena) {
        const Boot *boot = boot_get();
        SMsgHdr out, in;

        (void)base;
        if (!boot)
                return NK_ENOTCONN;
        if (!boot->block->has_policy)
                return NK_EOK;
        (void)pthread_once(&own.once, open_own);
        if (own.handle == INVALID_HANDLE)
                return NK_EPERM;
        PackOutMsg(&out, req, req_arena);
        PackInMsg(&in, res, res_arena);
        return ipc_nk_err(ipc_call(own.handle, &out, &in, INFINITE_TIMEOUT, INVALID_HANDLE));
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
