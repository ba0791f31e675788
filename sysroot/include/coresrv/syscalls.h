/* SPDX-License-Identifier: MIT */
/*
 * The exchange itself: Call, Recv, Reply, and the forms with a time limit and an interrupt.
 *
 * Most programs use them through NkKosTransport (coresrv/nk/transport-kos.h). A call is
 * synchronous: the caller stays blocked until its answer or an error arrives. Whoever received
 * a request answers it: Reply goes to the sender of the last request that this thread received
 * through the handle. POSIX signals never end a call early.
 *
 * Buffers. What is sent: the constant part, whose size nk_req_reset (or generated code) stored in
 * the message, and the used part of the arena; both together at most CALL_MESSAGE_MAX bytes. What
 * is received: the size stored in the message *before* the call is the capacity for the constant
 * part, and the whole arena is the capacity for the rest; so reset both before each receipt. When
 * nothing was received the arena is empty and the contents of the message are unspecified.
 *
 * Threads: everything here may be called from any thread, several at once on one handle. Calls of
 * several threads through one client handle run side by side.
 * Source: functions and codes documented (system calls, IPC control); order and types of the
 * parameters of CallEx and RecvEx, and all codes not marked "documented", are our choice.
 */
#ifndef CORESRV_SYSCALLS_H
#define CORESRV_SYSCALLS_H

#include <coresrv/time/timeout.h>
#include <handle/handletype.h>
#include <ipc/if_rend.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most bytes of one message: constant part and used arena together (documented; the number is our choice). */
#define CALL_MESSAGE_MAX (4u * 1024u * 1024u)

/* Requests that one thread may hold unanswered, each through another handle. */
#define RECV_PENDING_MAX 8u

/* Sends a request and waits for its answer.
 * handle:  client handle (ServiceLocatorConnect); borrowed.
 * msgOut:  the request, bound with PackOutMsg; only read.
 * msgIn:   where the answer goes, bound with PackInMsg.
 * Returns rcOk: the request was delivered and the answer is in msgIn (documented);
 *   rcInvalidArgument: the request or the answer has a wrong structure (documented), a header is null
 *     or bound in the wrong direction, the request is above CALL_MESSAGE_MAX, or the handle is not an
 *     open client handle;
 *   rcSecurityDisallow: the policy forbids the request or the answer (documented);
 *   rcNotConnected: the server end is gone (documented), went during the call, or this handle was
 *     closed meanwhile;
 *   rcOutOfMemory: the answer does not fit msgIn, or the request did not fit the server's buffers;
 *   rcTimeout: the channel's deadline passed;
 *   rcFail: the server took the request and went on to the next without an answer;
 *   rcResourceNotFound: the server has no such method, or its reply carries no result;
 *   any other code that the server's dispatcher ended with, as the Retcode next to it.
 * Blocks until then; a server that is alive but not yet in Recv is waited for. */
Retcode Call(Handle handle, const SMsgHdr *msgOut, SMsgHdr *msgIn);

/* Waits for the next request on a handle. A request still unanswered by this thread on the same
 * handle is dropped first: its sender gets rcFail. Malformed requests are refused before they get
 * here: their sender gets rcInvalidArgument and the wait goes on.
 * handle:  listener handle (ServiceLocatorRegister); borrowed.
 * msgIn:   where the request goes, bound with PackInMsg.
 * Returns rcOk;
 *   rcInvalidArgument: wrong structure (documented), header null or not bound by PackInMsg, or the
 *     handle is not an open listener handle;
 *   rcSecurityDisallow: documented for a request that the policy forbids;
 *   rcOutOfMemory: a request arrived that does not fit msgIn; its sender got rcOutOfMemory too;
 *   rcQuotaExceeded: the thread holds RECV_PENDING_MAX unanswered requests of other handles;
 *   rcNotConnected: the handle was closed while waiting. */
Retcode Recv(Handle handle, SMsgHdr *msgIn);

/* Answers the last request that this thread received through the handle. Whatever the result, the
 * request is gone afterwards and its sender is released.
 * msgOut:  the answer, bound with PackOutMsg. Generated dispatchers mark it as the answer to the
 *          request's RIID and MID (nk_msg_set_method_id); a message without that mark carries no
 *          result and releases the client with rcResourceNotFound. Sending takes the mark off, so
 *          that an old answer is never sent for a new request: the message must be writable.
 * Returns rcOk: the client has it (documented);
 *   rcInvalidArgument: wrong structure (documented; the sender of the request gets the same code),
 *     above CALL_MESSAGE_MAX, header null or not bound by PackOutMsg, or no open listener handle;
 *   rcSecurityDisallow: the policy forbids the answer (documented);
 *   rcInvalidOperation: this thread received no request through this handle, or answered it already;
 *   rcNotConnected: the client is gone.
 * Does not block: the answer is placed where the client finds it. */
Retcode Reply(Handle handle, const SMsgHdr *msgOut);

/* Call with a time limit and an interrupt.
 * mdelay:      milliseconds; INFINITE_TIMEOUT: none but the channel's own deadline.
 * syncHandle:  from KnIpcCreateSyncObject, or INVALID_HANDLE: not interruptible.
 * Returns as Call, and
 *   rcTimeout: the time passed; whatever the server still answers is thrown away;
 *   rcIpcInterrupt: the object is set, and no server thread had picked the request up (documented);
 *   rcInvalidArgument: syncHandle is not an open synchronisation object. */
Retcode CallEx(Handle handle, const SMsgHdr *msgOut, SMsgHdr *msgIn, rtl_uint32_t mdelay, Handle syncHandle);

/* Recv with a time limit (0: only look) and an interrupt; both as in CallEx. */
Retcode RecvEx(Handle handle, SMsgHdr *msgIn, rtl_uint32_t mdelay, Handle syncHandle);

#ifdef __cplusplus
}
#endif

#endif
