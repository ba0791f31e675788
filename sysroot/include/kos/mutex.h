/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: one thread of the process at a time.
 *
 * Only the thread that locked a mutex unlocks it (documented). A recursive mutex can be locked again by its
 * owner, and is free after as many unlocks. A plain one can't: its owner waits for itself, with
 * KosMutexLock for ever. A thread that ends while it owns a mutex leaves it locked.
 *
 * Threads: every function may be called from any thread, Init and Deinit by one alone.
 * Source: functions and codes documented, KosMutexIsLocked of CE 1.4; the rest is our choice where it says
 * so.
 */
#ifndef KOS_MUTEX_H
#define KOS_MUTEX_H

#include <coresrv/time/timeout.h>
#include <kos/sync_types.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a free mutex that is not recursive. mutex: memory of the caller, not NULL. Can't fail, does not
 * block. */
void KosMutexInit(KosMutex *mutex);

/* The same. recursive: 0, or another number for a recursive mutex. */
void KosMutexInitEx(KosMutex *mutex, int recursive);

/* Ends a free mutex; its memory may be used for something else. Does not block. */
void KosMutexDeinit(KosMutex *mutex);

/* Locks the mutex. Blocks until its owner unlocks it. */
void KosMutexLock(KosMutex *mutex);

/* Locks the mutex if that needs no waiting. Does not block.
 * Returns rcOk; rcBusy: another thread owns it (documented), or the caller does and it is not recursive. */
Retcode KosMutexTryLock(KosMutex *mutex);

/* Locks the mutex, waiting for a limited time.
 * mdelay:  milliseconds; 0: only try; INFINITE_TIMEOUT: as long as it takes.
 * Returns rcOk; rcTimeout: the time passed (documented), also with 0. */
Retcode KosMutexLockTimeout(KosMutex *mutex, rtl_uint32_t mdelay);

/* Undoes one lock of the calling thread. By a thread that does not own the mutex: no effect (our choice).
 * Does not block. */
void KosMutexUnlock(KosMutex *mutex);

/* rtl_true: some thread owns the mutex. Stale the moment it is known, unless the caller is the owner. Does
 * not block. */
rtl_bool KosMutexIsLocked(const KosMutex *mutex);

#ifdef __cplusplus
}
#endif

#endif
