/* SPDX-License-Identifier: MIT */
/*
 * Threads of this process, the low level: sleeping. Everything else is in <kos/thread.h>.
 */
#ifndef CORESRV_THREAD_THREAD_API_H
#define CORESRV_THREAD_THREAD_API_H

#include <coresrv/time/timeout.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lets the calling thread sleep.
 * msec:    milliseconds; 0 gives the processor to others once; INFINITE_TIMEOUT: for ever.
 * Returns rcOk, never before the time has passed: signals don't shorten it.
 * Threads: any; one that another ends (KosThreadTerminate) ends in here.   Source: observed; header and
 * result are our choice. */
Retcode KnSleep(rtl_uint32_t msec);

#ifdef __cplusplus
}
#endif

#endif
