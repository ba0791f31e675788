/* SPDX-License-Identifier: MIT */
/*
 * IPC interrupt: taking threads of this process out of CallEx and RecvEx.
 *
 * A synchronisation object is either set or clear, and stays so until it is told otherwise; it
 * starts clear. While it is set, a CallEx or RecvEx that was given it returns rcIpcInterrupt
 * instead of waiting: CallEx only as long as no server thread has received the request, RecvEx
 * only while there is no request. Calls without the object are not affected, nor are other
 * processes: the handle can't be transferred. KnHandleClose deletes the object and interrupts
 * those who still wait with it.
 *
 * Threads: all functions may be called from any thread; none blocks.
 * Source: functions and rules documented (IPC interrupt); parameter types, the codes, and that
 * closing interrupts are our choice.
 */
#ifndef CORESRV_IPC_IPC_API_H
#define CORESRV_IPC_IPC_API_H

#include <handle/handletype.h>
#include <rtl/retcode.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a synchronisation object in the clear state.
 * syncHandle:  out; untouched on failure. The caller closes it with KnHandleClose.
 * Returns rcOk; rcInvalidArgument: null pointer; rcOutOfMemory: no memory or descriptor left;
 * rcQuotaExceeded: the process has no room for another handle. */
Retcode KnIpcCreateSyncObject(Handle *syncHandle);

/* Sets the object: who waits with it now or later returns rcIpcInterrupt. Setting twice is one time.
 * Returns rcOk; rcInvalidArgument: not an open synchronisation object. */
Retcode KnIpcSetInterrupt(Handle syncHandle);

/* Clears the object. Returns rcOk; rcInvalidArgument as above. */
Retcode KnIpcClearInterrupt(Handle syncHandle);

#ifdef __cplusplus
}
#endif

#endif
