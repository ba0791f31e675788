/* SPDX-License-Identifier: MIT */
/*
 * NkKosTransport: the abstract transport of nk/transport.h over a channel handle.
 *
 * Pass `&transport.base` to P_proxy_init, nk_transport_recv and nk_transport_reply. The object
 * owns nothing, needs no clean-up and may be copied; the handle must stay open while it is used.
 * Rules of buffers, answers and threads: coresrv/syscalls.h. Results, from the code of the system
 * call beneath:
 *
 *      rcOk NK_EOK             rcSecurityDisallow NK_EPERM     rcInvalidArgument NK_EINVAL
 *      rcOutOfMemory NK_ENOMEM rcNotConnected NK_ENOTCONN      rcIpcInterrupt, rcTimeout NK_EAGAIN
 *      rcResourceNotFound NK_ENOENT                            any other NK_EBADMSG
 *
 * A call whose dispatch failed in the server returns NK_ENOENT, or, when the server runs
 * NkKosDoDispatch, the code with which the dispatch failed.
 * Source: documented and observed; signature of NkKosTransportSync_Init, and the codes, are our choice.
 */
#ifndef CORESRV_NK_TRANSPORT_KOS_H
#define CORESRV_NK_TRANSPORT_KOS_H

#include <handle/handletype.h>
#include <nk/transport.h>
#include <nk/types.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct NkKosTransport {
        struct nk_transport base;
        Handle handle; /* private */
} NkKosTransport;

/* The same with time limits and interrupts. All members but `base` are private. */
typedef struct NkKosTransportSync {
        struct nk_transport base;
        Handle handle;
        Handle call_sync;
        Handle recv_sync;
        rtl_uint32_t call_timeout;
        rtl_uint32_t recv_timeout;
} NkKosTransportSync;

/* Binds a transport to a handle.
 * transport:  caller's memory, any contents.
 * handle:     client handle for calls, listener handle for recv and reply; borrowed.
 * reserved, flags: NK_NULL and 0; not used.
 * Returns NK_EOK; NK_EINVAL: transport is null, or handle is INVALID_HANDLE (the transport is bound all
 * the same, its operations return NK_EINVAL).
 * Does not block. */
nk_err_t NkKosTransport_Init(NkKosTransport *transport, Handle handle, void *reserved, nk_uint32_t flags);

/* Binds a transport whose calls and receipts can time out and be interrupted.
 * callSync, recvSync:        from KnIpcCreateSyncObject, or INVALID_HANDLE; borrowed.
 * callTimeout, recvTimeout:  milliseconds, or INFINITE_TIMEOUT.
 * Returns as above. */
nk_err_t NkKosTransportSync_Init(NkKosTransportSync *transport, Handle handle, Handle callSync,
        Handle recvSync, rtl_uint32_t callTimeout, rtl_uint32_t recvTimeout);

#ifdef __cplusplus
}
#endif

#endif
