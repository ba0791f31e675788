/* SPDX-License-Identifier: MIT */
/*
 * Events: a flag that threads of one process can wait for.
 *
 * An event is set or clear, and starts clear. Setting it ends every wait that goes on, and those that begin
 * before it is cleared again. A wait with `reset` clears the event when it succeeds: of several waits with
 * `reset` each Set lets exactly one through, so such an event is a turn that threads take. Waits without
 * `reset` that went on when the event was set all succeed, whoever clears it first.
 *
 * Threads: every function may be called from any thread, Init and Deinit by one alone.
 * Source: functions and codes documented; which waits a Set lets through when several reset is our choice.
 */
#ifndef KOS_EVENT_H
#define KOS_EVENT_H

#include <coresrv/time/timeout.h>
#include <kos/sync_types.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a clear event. event: memory of the caller, not NULL. Can't fail, does not block. */
void KosEventInit(KosEvent *event);

/* Ends the event; its memory may be used for something else. Nobody may be waiting for it (our choice: it
 * is not looked at). Does not block. */
void KosEventDeinit(KosEvent *event);

/* Sets the event and wakes all who wait for it. On a set event: no effect. Does not block. */
void KosEventSet(KosEvent *event);

/* Clears the event. Does not block. */
void KosEventReset(KosEvent *event);

/* Waits until the event is set.
 * reset:   rtl_true: clear it when the wait succeeds.
 * Blocks as long as it takes. */
void KosEventWait(KosEvent *event, rtl_bool reset);

/* The same for a limited time.
 * msec:    milliseconds; 0: only look; INFINITE_TIMEOUT: as long as it takes.
 * Returns rcOk; rcTimeout: the time passed and the event was not set (documented). */
Retcode KosEventWaitTimeout(KosEvent *event, rtl_bool reset, rtl_uint32_t msec);

#ifdef __cplusplus
}
#endif

#endif
