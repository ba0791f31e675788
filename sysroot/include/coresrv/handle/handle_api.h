/* SPDX-License-Identifier: MIT */
/*
 * Handles of this process.
 *
 * A handle is a number that means something in one process only. Client handles and listener handles of the
 * service locator, and synchronisation objects of coresrv/ipc/ipc_api.h, are known to this process alone.
 * All others stand for objects that the kernel knows: they have rights (<services/ocap.h>), can be copied
 * with fewer rights and sent in messages, and each copy and each sent one descends from the one it was made
 * of. Handle fields of messages are packed and read with the helpers of <nk/types.h>.
 *
 * What has to do with the second sort asks the kernel, and so the policy: requests to the endpoint
 * `handle.Handle` of `kl.core.Core`. Besides the codes named below each such function returns
 * rcSecurityDisallow: denied; rcNotConnected: not started by `caisson run`; rcHandleRevoked: a handle was
 * revoked. Threads: any. Results are written on success only.
 */
#ifndef CORESRV_HANDLE_HANDLE_API_H
#define CORESRV_HANDLE_HANDLE_API_H

#include <handle/handletype.h>
#include <nk/types.h>
#include <rtl/retcode.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most handles of each sort that one process has at a time; a revoked one counts until it is closed. */
#define HANDLE_OPEN_MAX   4096u  /* known to this process alone */
#define HANDLE_KERNEL_MAX 10000u /* known to the kernel */

/* Closes a handle. The number is invalid from then on and is not given out again soon. Threads that
 * wait on it return: Call and Recv with rcNotConnected, a wait that a synchronisation object can
 * interrupt with rcIpcInterrupt. Closing a client handle or a listener handle ends its channels: the
 * other ends get rcNotConnected, and the service locator does not give the channel out again
 * (documented). What descends from a handle stays valid, and its ancestor takes its place (documented). A
 * revoked handle is closed like any other.
 * Returns rcOk; rcInvalidArgument: not an open handle.
 * Blocks: no.   Threads: any, also while others use the handle.
 * Source: documented; the error code, revoked handles and what waiting threads get are our choice. */
Retcode KnHandleClose(Handle handle);

/* Makes a resource of this process, with its first handle. type: HANDLE_TYPE_USER_FIRST .. LAST, no effect.
 * rights: OCAP_HANDLE_* bits, and the provider's own OCAP_HANDLE_SPEC() bits. context: comes back when
 * somebody sends a descendant of the handle back to this process without a badge between; never followed.
 * Returns rcOk; rcInvalidArgument: bad type, handle is NULL; rcQuotaExceeded: HANDLE_KERNEL_MAX handles;
 * rcOutOfMemory.
 * Blocks: no.   Source: documented; codes our choice. */
Retcode KnHandleCreateUserObject(rtl_uint32_t type, rtl_uint32_t rights, void *context, Handle *handle);

/* The same for an endpoint that can be called through the handle: a callable handle.
 * rights:      with OCAP_IPC_CALL who has the handle calls it like a client handle, with INVALID_RIID for
 *              *_proxy_init(); the policy judges each call by the classes of both processes.
 * ipcChannel:  the server or listener handle on which calls arrive, of the service locator too;
 *              INVALID_HANDLE: does what KnHandleCreateUserObject() does.
 * riid:        number of the endpoint there, which is the only one that can be called.
 * Each process that calls gets a channel of its own with its first call, which ends when its handle is closed
 * or revoked, when the listener is closed, and with either process.
 * Returns the codes of KnHandleCreateUserObject(); rcInvalidArgument: not a listener, riid is INVALID_RIID;
 * rcNoCapability, rcHandleRevoked: of ipcChannel.
 * Blocks: no.   Source: observed in public programs; what a handle's channel lives on is our choice. */
Retcode KnHandleCreateUserObjectEx(rtl_uint32_t type, rtl_uint32_t rights, void *context, Handle ipcChannel,
        nk_iid_t riid, Handle *handle);

/* Makes a badge: a context for transfers, to be put into nk_handle_desc(). notice: gets EVENT_BADGE_CLOSED
 * when the last handle that was made with it is closed or revoked, and EVENT_OBJECT_DESTROYED when the
 * badge is gone; INVALID_HANDLE: nobody does. eventId: comes with these events. context: comes back when a
 * handle made with the badge is sent back; never followed. A badge can be neither copied nor transferred; it
 * keeps its context for the handles made with it after it is closed.
 * Returns rcOk; rcInvalidArgument: not a notice, handle is NULL; rcQuotaExceeded: HANDLE_KERNEL_MAX handles;
 * rcOutOfMemory.
 * Blocks: no.   Source: documented; codes our choice. */
Retcode KnHandleCreateBadge(Notice notice, rtl_uintptr_t eventId, void *context, Handle *handle);

/* Makes a second handle with some of the first one's rights. inHandle: has OCAP_HANDLE_COPY.
 * newRightsMask: a part of its rights, or NKX_RIGHTS_ALL for all. copyBadge: a badge, or INVALID_HANDLE.
 * Returns rcOk; rcInvalidArgument: no such handle, not a badge, outHandle is NULL; rcNoCapability: the
 * right to copy is missing, or more rights are asked for; rcQuotaExceeded: HANDLE_KERNEL_MAX handles, 64
 * generations, or 20000 handles made with badges of this process.
 * Blocks: no.   Source: documented; codes our choice. */
Retcode KnHandleCopy(Handle inHandle, rtl_uint32_t newRightsMask, Handle copyBadge, Handle *outHandle);

/* Closes a handle and revokes what descends from it, in every process: until closed, these handles give
 * rcHandleRevoked.
 * Returns rcOk; rcInvalidArgument: no such handle.
 * Blocks: no.   Source: documented. */
Retcode KnHandleRevoke(Handle handle);

/* Revokes what was made of this very handle together with a badge, and what descends from that.
 * Returns rcOk; rcInvalidArgument: no such handle, not a badge.
 * Blocks: no.   Source: documented. */
Retcode KnHandleRevokeSubtree(Handle handle, Handle badge);

/* Number of the resource that a handle stands for: equal for two handles of the same one, in whatever
 * process. handle: has OCAP_HANDLE_GET_SID.
 * Returns rcOk; rcInvalidArgument: no such handle, sid is NULL; rcNoCapability: the right is missing.
 * Blocks: no.   Source: documented. */
Retcode KnHandleGetSidByHandle(Handle handle, rtl_uint32_t *sid);

/* Makes a listener: a server handle to which channels can be added, by KnCmAccept() and by callable handles.
 * Returns rcOk; rcInvalidArgument: listener is NULL; rcQuotaExceeded: 64 listeners made in this way (with
 * KnCmAccept(), KnHandleConnect()), HANDLE_KERNEL_MAX handles, the process's share of the kernel process's
 * open files; rcOutOfMemory.
 * Blocks: no.   Source: the name is known, the rest is our choice. */
Retcode KnHandleCreateListener(Handle *listener);

/* Makes a client handle for a listener of this process.
 * inListener:   a server or listener handle, of the service locator too; INVALID_HANDLE: a new listener.
 * outListener:  inListener, or the new one.
 * outServer:    the same.
 * outClient:    for calls to any endpoint of this process; it can be copied and transferred, and each process
 *               that calls through it has a channel of its own.
 * Returns rcOk; rcInvalidArgument: not a listener, a pointer is NULL; rcNoCapability, rcHandleRevoked: of
 * inListener; rcQuotaExceeded, rcOutOfMemory: as KnHandleCreateListener().
 * Blocks: no.   Source: observed in public programs; rights and the number of handles are our choice. */
Retcode KnHandleConnect(Handle inListener, Handle *outListener, Handle *outServer, Handle *outClient);

#ifdef __cplusplus
}
#endif

#endif
