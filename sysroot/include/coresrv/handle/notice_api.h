/* SPDX-License-Identifier: MIT */
/*
 * Notifications: events of objects, received where and when a program wants.
 *
 * A notice is subscribed to objects, each time with a mask of events (<handle/event_descr.h>) and a number
 * of the program's choice. What happened to one subscription and was not taken yet is one notification,
 * whose mask collects all that happened. A notice belongs to its process; close it like any handle.
 *
 * All functions ask the kernel, and so the policy: requests to the endpoint `notice.Notice` of
 * `kl.core.Core`. Besides the codes named below each returns rcSecurityDisallow: denied; rcNotConnected: not
 * started by `caisson run`; rcHandleRevoked: a handle was revoked. Threads: any.
 */
#ifndef CORESRV_HANDLE_NOTICE_API_H
#define CORESRV_HANDLE_NOTICE_API_H

#include <coresrv/handle/handle_api.h>
#include <coresrv/time/timeout.h>
#include <handle/event_descr.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One notification. */
typedef struct {
        rtl_uintptr_t eventId;  /* given when subscribing */
        rtl_uint32_t eventMask; /* what happened, never 0 */
} EventDesc;

/* Makes a notice. notice: not NULL; set on success only.
 * Returns rcOk; rcInvalidArgument: NULL; rcQuotaExceeded: too many handles; rcOutOfMemory: the process
 * has 256 notices, or no memory.
 * Blocks: no.   Source: documented; codes our choice. */
Retcode KnNoticeCreate(Notice *notice);

/* Makes events of an object come to a notice. object: a handle with OCAP_HANDLE_GET_EVENT. evMask: not 0.
 * evId: comes back with each notification; need not be unique. Several subscriptions to one object are
 * allowed.
 * Returns rcOk; rcInvalidArgument: no such handle, not a notice, empty mask; rcNoCapability: the right is
 * missing; rcOutOfMemory: the notice has 4096 subscriptions, or all of the process have 16384, or no
 * memory.
 * Blocks: no.   Source: documented; codes our choice. */
Retcode KnNoticeSubscribeToObject(Notice notice, Handle object, rtl_uint32_t evMask, rtl_uintptr_t evId);

/* Takes notifications, and waits up to `msec` milliseconds (INFINITE_TIMEOUT: for ever) for the first one.
 * countMax: elements of `events`, at least 1; one call takes at most 64. count: how many it has taken, 0 with
 * any other result than rcOk.
 * Returns rcOk; rcTimeout: none in time; rcAbort: the notice was closed, or KnNoticeDropAndWake() called;
 * rcInvalidArgument: a pointer is NULL, countMax is 0, not a notice; rcOutOfMemory: 64 calls wait already.
 * Blocks: yes.   Source: documented; codes our choice. */
Retcode KnNoticeGetEvent(
        Notice notice, rtl_uint64_t msec, rtl_size_t countMax, EventDesc *events, rtl_size_t *count);

/* Signals events of a user object to whoever is subscribed. object: a handle with OCAP_HANDLE_SET_EVENT, made
 * by KnHandleCreateUserObject() or descending from such a one. evMask: OBJECT_EVENT_USER() bits, not 0.
 * Returns rcOk; rcInvalidArgument: other bits, or another kind of handle; rcNoCapability: the right is
 * missing.
 * Blocks: no.   Source: name documented; parameters and codes our choice. */
Retcode KnNoticeSetObjectEvent(Handle object, rtl_uint32_t evMask);

/* Ends the subscriptions to an object, those with that number or all, with what was not taken yet.
 * Returns rcOk; rcResourceNotFound: there was none; rcInvalidArgument, rcNoCapability as for subscribing.
 * Blocks: no.   Source: our choice. */
Retcode KnNoticeUnsubscribeFromEvent(Notice notice, Handle object, rtl_uintptr_t evId);
Retcode KnNoticeUnsubscribeFromObject(Notice notice, Handle object);

/* Makes every thread that waits in KnNoticeGetEvent() return with rcAbort.
 * Returns rcOk; rcInvalidArgument: not a notice.   Blocks: no.   Source: our choice. */
Retcode KnNoticeDropAndWake(Notice notice);

/* Closes a notice; as KnHandleClose(). */
Retcode KnNoticeRelease(Notice notice);

#ifdef __cplusplus
}
#endif

#endif
