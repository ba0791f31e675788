/* SPDX-License-Identifier: MIT */
/*
 * Handles of this process.
 *
 * A handle is a number that means something in one process only. Here: client handles and
 * listener handles of the service locator, synchronisation objects of coresrv/ipc/ipc_api.h.
 */
#ifndef CORESRV_HANDLE_HANDLE_API_H
#define CORESRV_HANDLE_HANDLE_API_H

#include <handle/handletype.h>
#include <rtl/retcode.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most handles that are open in one process at a time. */
#define HANDLE_OPEN_MAX 4096u

/* Closes a handle. The number is invalid from then on and is not given out again soon. Threads that
 * wait on it return: Call and Recv with rcNotConnected, a wait that a synchronisation object can
 * interrupt with rcIpcInterrupt. Closing a client handle or a listener handle ends its channels: the
 * other ends get rcNotConnected, and the service locator does not give the channel out again
 * (documented).
 * Returns rcOk; rcInvalidArgument: not an open handle.
 * Blocks: no.   Threads: any, also while others use the handle.
 * Source: documented; the error code and what waiting threads get are our choice. */
Retcode KnHandleClose(Handle handle);

#ifdef __cplusplus
}
#endif

#endif
