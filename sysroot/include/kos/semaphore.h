/* SPDX-License-Identifier: MIT */
/*
 * Semaphores: a number of permits that threads of one process take and give.
 *
 * Every function recognises what is not a semaphore: NULL, memory that was never initialised (unless it
 * happens to look so), and a semaphore after its Deinit.
 *
 * Threads: every function may be called from any thread; Init by one alone.
 * Source: functions and codes documented (KosSemaphoreSignalN: CE 1.4), unless marked.
 */
#ifndef KOS_SEMAPHORE_H
#define KOS_SEMAPHORE_H

#include <coresrv/time/timeout.h>
#include <kos/sync_types.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most permits of a semaphore (the number is our choice). */
#define KOS_SEMAPHORE_VALUE_MAX 0x7fffffffu

/* Makes a semaphore. Does not block.
 * semaphore: memory of the caller.
 * count:     permits that it starts with, 0 .. KOS_SEMAPHORE_VALUE_MAX.
 * Returns rcOk; rcInvalidArgument: NULL; rcFail: the count is above the limit. */
Retcode KosSemaphoreInit(KosSemaphore *semaphore, unsigned count);

/* Ends a semaphore; its memory may be used for something else. Does not block.
 * Returns rcOk; rcInvalidArgument: no semaphore; rcBusy: threads wait for it, and it stays as it is (that
 * it fails is documented, the code is our choice). */
Retcode KosSemaphoreDeinit(KosSemaphore *semaphore);

/* Takes a permit. Blocks until there is one.
 * Returns rcOk; rcInvalidArgument: no semaphore. */
Retcode KosSemaphoreWait(KosSemaphore *semaphore);

/* The same for a limited time.
 * mdelay:  milliseconds; 0: only look; INFINITE_TIMEOUT: as long as it takes.
 * Returns rcOk; rcInvalidArgument: no semaphore; rcTimeout: the time passed. */
Retcode KosSemaphoreWaitTimeout(KosSemaphore *semaphore, rtl_uint32_t mdelay);

/* Takes a permit if there is one. Does not block.
 * Returns rcOk; rcInvalidArgument: no semaphore; rcBusy: there is none. */
Retcode KosSemaphoreTryWait(KosSemaphore *semaphore);

/* Gives a permit, and wakes a thread that waits for one. Does not block.
 * Returns rcOk; rcInvalidArgument: no semaphore; rcFail: there are KOS_SEMAPHORE_VALUE_MAX, nothing was
 * added (our choice). */
Retcode KosSemaphoreSignal(KosSemaphore *semaphore);

/* Gives n permits at once, all or none of them. n may be 0. Results as above. */
Retcode KosSemaphoreSignalN(KosSemaphore *semaphore, unsigned n);

#ifdef __cplusplus
}
#endif

#endif
