/* SPDX-License-Identifier: MIT */
/*
 * Connection manager: channels between processes that run already.
 *
 * A client asks for a service of a process by name, and waits; the process listens, and accepts the request
 * or drops it. The names are those of init.yaml; the name of the service is whatever the two have agreed
 * upon, the endpoint's name by custom. A channel made in this way is like any other: the policy judges each
 * call over it by the classes of both ends. It ends when either side closes its handle, or dies.
 *
 *      client
 *              KnCmConnect("Clock", "clock.time", 1000, &handle, &rsid)        waits
 *              NkKosTransport_Init(&t, handle, NK_NULL, 0)
 *              X_proxy_init(&p, &t.base, (nk_iid_t)rsid)
 *      server
 *              KnCmListen(RTL_NULL, INFINITE_TIMEOUT, client, service)
 *              KnCmAccept(client, service, riid, INVALID_HANDLE, &listener)    the first one
 *              KnCmAccept(client, service, riid, listener, &handle)            the next ones
 *              nk_transport_recv() on the listener                             serves them all
 *
 * All functions ask the kernel, and so the policy: requests to the endpoint `cm.CM` of `kl.core.Core`.
 * Besides the codes named below each returns rcInvalidArgument: a pointer is null, a name is empty or longer
 * than UCORE_STRING_SIZE - 1; rcSecurityDisallow: denied; rcNotConnected: not started by `caisson run`.
 * Threads: any number at once. Results are written on success only. Names are borrowed for the call.
 */
#ifndef CORESRV_CM_CM_API_H
#define CORESRV_CM_CM_API_H

#include <coresrv/time/timeout.h>
#include <handle/handletype.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a buffer for a name, its zero included. The same as kl_core_Types_UCoreStringSize of
 * <kl/core/Types.idl.h>. Source: both names are documented, the number is our choice. */
#define UCORE_STRING_SIZE 256

/* Of one process: calls that wait in KnCmConnect(), and as many in KnCmListen(). What it has that was made at
 * run time: channels as a client, channels as a server, listeners. */
#define CM_PENDING_MAX  64u
#define CM_CALLED_MAX   250u
#define CM_SERVED_MAX   1000u
#define CM_LISTENER_MAX 64u

/* Asks a process for a channel, and waits until it has accepted or dropped the request.
 * server:  process name; it need not run yet.
 * service: any text that both have agreed upon.
 * msecs:   how long to wait for it to be accepted; INFINITE_TIMEOUT: for ever.
 * handle:  out, client handle for NkKosTransport_Init(); KnHandleClose() ends the channel.
 * rsid:    out, the endpoint's RIID as the server gave it: to be checked against NK_IID_MAX before a cast.
 * Returns rcOk; rcTimeout; rcResourceNotFound: msecs is 0 and there is no such process; rcAbort: dropped;
 * rcNotConnected: the server has ended; rcQuotaExceeded: CM_CALLED_MAX, CM_SERVED_MAX, HANDLE_KERNEL_MAX
 * handles, or where its limit (ulimit -Hn) is low the client's share of the kernel process's open files;
 * rcOutOfMemory: CM_PENDING_MAX. Blocks: up to msecs.   Source: documented; the codes are our
 * choice. */
Retcode KnCmConnect(
        const char *server, const char *service, rtl_uint32_t msecs, Handle *handle, rtl_uint32_t *rsid);

/* Waits for a request to this process, and tells the first one in the queue. It stays in the queue, as the
 * last one: with one request every call returns the same, with several they come in turn. Calls that wait
 * are served in their order.
 * filter:  not used; RTL_NULL or any text.
 * msecs:   how long to wait; 0: not at all; INFINITE_TIMEOUT: for ever.
 * client:  out, name of the process that asks; UCORE_STRING_SIZE bytes.
 * service: out, what it asks for; UCORE_STRING_SIZE bytes.
 * Returns rcOk; rcTimeout; rcOutOfMemory: CM_PENDING_MAX.
 * Blocks: up to msecs.   Source: documented; the codes are our choice. */
Retcode KnCmListen(const char *filter, rtl_uint32_t msecs, char *client, char *service);

/* Accepts the oldest request with these names: the client's call returns with its end of a new channel.
 * client, service: as KnCmListen() gave them.
 * rsid:     what the client gets to know as the endpoint's RIID; not looked at.
 * listener: INVALID_HANDLE: a new listener is made, with the channel in it. Or a listener handle, of the
 *           service locator too: the channel is added to its set, also while threads wait there in Recv().
 * handle:   out. With a new listener: its handle, for Recv() and for the next KnCmAccept(); closing it ends
 *           all of its channels. Else a server handle of this channel: closing it ends this channel alone;
 *           Recv() on it receives from the whole set of the listener.
 * Returns rcOk; rcResourceNotFound: no such request (any more); rcInvalidArgument: not a listener;
 * rcNoCapability, rcHandleRevoked; rcQuotaExceeded: CM_CALLED_MAX, CM_SERVED_MAX, CM_LISTENER_MAX,
 * HANDLE_KERNEL_MAX handles, or the share of the kernel process's open files, of the client's or of this
 * process; rcOutOfMemory. But for the first ones the request is gone, and the client has been told the same
 * code. Blocks: no.   Source: documented; codes, and what a server handle receives, are our choice. */
Retcode KnCmAccept(
        const char *client, const char *service, rtl_uint32_t rsid, Handle listener, Handle *handle);

/* Refuses the oldest request with these names: the client's call returns rcAbort.
 * Returns rcOk; rcResourceNotFound: no such request (any more).
 * Blocks: no.   Source: documented; the codes are our choice. */
Retcode KnCmDrop(const char *client, const char *service);

#ifdef __cplusplus
}
#endif

#endif
