/* SPDX-License-Identifier: MIT */
/*
 * Condition variables: waiting, outside a mutex, for what another thread changes inside it.
 *
 * Those who wait form a queue (documented): a signal wakes the one who has waited longest. A wait ends by a
 * signal, a broadcast or its time limit, and never for no reason (our choice); all the same, look at the
 * condition again after it, because another thread may have had the mutex in between. A signal that finds
 * nobody waiting has no effect.
 *
 * Threads: every function may be called from any thread, Init and Deinit by one alone. Different waiters may
 * use different mutexes.
 * Source: functions and codes documented unless marked.
 */
#ifndef KOS_CONDVAR_H
#define KOS_CONDVAR_H

#include <coresrv/time/timeout.h>
#include <kos/sync_types.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a condition variable. condvar: memory of the caller, not NULL. Can't fail, does not block. */
void KosCondvarInit(KosCondvar *condvar);

/* Ends the condition variable; its memory may be used for something else. Nobody may be waiting (our choice:
 * it is not looked at). Does not block. */
void KosCondvarDeinit(KosCondvar *condvar);

/* Wakes the thread that has waited longest. Does not block; with or without the mutex. */
void KosCondvarSignal(KosCondvar *condvar);

/* Wakes all threads that wait. Does not block; with or without the mutex. */
void KosCondvarBroadcast(KosCondvar *condvar);

/* Frees the mutex, waits, and locks the mutex again, a recursive one as many times as it was. Nothing that
 * another thread signals after it had the mutex is missed.
 * mutex:   locked by the caller.
 * Returns rcOk; rcInvalidOperation: the caller does not own the mutex, nothing was done (our choice).
 * Blocks as long as it takes. */
Retcode KosCondvarWait(KosCondvar *condvar, KosMutex *mutex);

/* The same for a limited time; the mutex is locked again in any case, however long that takes.
 * mdelay:  milliseconds; 0: give others a chance to have the mutex; INFINITE_TIMEOUT: as long as it takes.
 * Returns rcOk; rcTimeout: the time passed; rcInvalidOperation as above. */
Retcode KosCondvarWaitTimeout(KosCondvar *condvar, KosMutex *mutex, rtl_uint32_t mdelay);

#ifdef __cplusplus
}
#endif

#endif
