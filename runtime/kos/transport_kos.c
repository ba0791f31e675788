/* SPDX-License-Identifier: MIT */
/*
 * coresrv/nk/transport-kos.h: the exchange as an abstract transport.
 */
#include <coresrv/nk/transport-kos.h>

#include <coresrv/time/timeout.h>
#include <services/rtl/nk_msg.h>

#include "ipc.h"

static nk_err_t call_on(Handle handle, const struct nk_message *req, const struct nk_arena *req_arena,
        struct nk_message *res, struct nk_arena *res_arena, rtl_uint32_t timeout_ms, Handle sync) {
        SMsgHdr out, in;

        PackOutMsg(&out, req, req_arena);
        PackInMsg(&in, res, res_arena);
        return ipc_nk_err(ipc_call(handle, &out, &in, timeout_ms, sync));
}

static nk_err_t recv_on(Handle handle, struct nk_message *req, struct nk_arena *req_arena,
        rtl_uint32_t timeout_ms, Handle sync) {
        SMsgHdr in;

        PackInMsg(&in, req, req_arena);
        return ipc_nk_err(ipc_recv(handle, &in, timeout_ms, sync));
}

static nk_err_t reply_on(Handle handle, const struct nk_message *res, const struct nk_arena *res_arena) {
        SMsgHdr out;

        PackOutMsg(&out, res, res_arena);
        return ipc_nk_err(ipc_reply(handle, &out));
}

/* --- NkKosTransport --- */

static Handle handle_of(struct nk_transport *base) {
        return ((NkKosTransport *)(void *)base)->handle; /* base is the first member */
}

static nk_err_t plain_call(struct nk_transport *base, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        return call_on(handle_of(base), req, req_arena, res, res_arena, INFINITE_TIMEOUT, INVALID_HANDLE);
}

static nk_err_t plain_recv(struct nk_transport *base, struct nk_message *req, struct nk_arena *req_arena) {
        return recv_on(handle_of(base), req, req_arena, INFINITE_TIMEOUT, INVALID_HANDLE);
}

static nk_err_t plain_reply(
        struct nk_transport *base, const struct nk_message *res, const struct nk_arena *res_arena) {
        return reply_on(handle_of(base), res, res_arena);
}

nk_err_t NkKosTransport_Init(NkKosTransport *transport, Handle handle, void *reserved, nk_uint32_t flags) {
        static const struct nk_transport_ops ops = {
                .call = plain_call,
                .recv = plain_recv,
                .reply = plain_reply,
        };

        (void)reserved;
        (void)flags;
        if (!transport)
                return NK_EINVAL;
        *transport = (NkKosTransport){.base = {.ops = &ops}, .handle = handle};
        return handle == INVALID_HANDLE ? NK_EINVAL : NK_EOK;
}

/* --- NkKosTransportSync --- */

static NkKosTransportSync *sync_of(struct nk_transport *base) {
        return (NkKosTransportSync *)(void *)base;
}

static nk_err_t sync_call(struct nk_transport *base, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        NkKosTransportSync *t = sync_of(base);

        return call_on(t->handle, req, req_arena, res, res_arena, t->call_timeout, t->call_sync);
}

static nk_err_t sync_recv(struct nk_transport *base, struct nk_message *req, struct nk_arena *req_arena) {
        NkKosTransportSync *t = sync_of(base);

        return recv_on(t->handle, req, req_arena, t->recv_timeout, t->recv_sync);
}

static nk_err_t sync_reply(
        struct nk_transport *base, const struct nk_message *res, const struct nk_arena *res_arena) {
        return reply_on(sync_of(base)->handle, res, res_arena);
}

nk_err_t NkKosTransportSync_Init(NkKosTransportSync *transport, Handle handle, Handle callSync,
        Handle recvSync, rtl_uint32_t callTimeout, rtl_uint32_t recvTimeout) {
        static const struct nk_transport_ops ops = {
                .call = sync_call,
                .recv = sync_recv,
                .reply = sync_reply,
        };

        if (!transport)
                return NK_EINVAL;
        *transport = (NkKosTransportSync){
                .base = {.ops = &ops},
                .handle = handle,
                .call_sync = callSync,
                .recv_sync = recvSync,
                .call_timeout = callTimeout,
                .recv_timeout = recvTimeout,
        };
        return handle == INVALID_HANDLE ? NK_EINVAL : NK_EOK;
}
