/* SPDX-License-Identifier: MIT */
/*
 * Read-write locks: many readers or one writer.
 *
 * A reader waits only while a writer owns the lock, so a thread may lock for reading what it reads already.
 * A writer waits until there is neither reader nor writer: where readers never pause it does not get in.
 * A thread that ends while it owns the lock leaves it locked.
 *
 * Threads: every function may be called from any thread, Init and Deinit by one alone.
 * Source: functions documented; codes and who goes first are our choice.
 */
#ifndef KOS_RWLOCK_H
#define KOS_RWLOCK_H

#include <kos/sync_types.h>
#include <rtl/retcode.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a free lock. lock: memory of the caller, not NULL. Can't fail, does not block. */
void KosRWLockInit(KosRWLock *lock);

/* Ends a free lock; its memory may be used for something else. Does not block. */
void KosRWLockDeinit(KosRWLock *lock);

/* Locks for reading. Blocks while a writer owns the lock; for ever if the caller is that writer. */
void KosRWLockRead(KosRWLock *lock);

/* Locks for writing. Blocks while anybody else owns the lock; for ever if the caller owns it already. */
void KosRWLockWrite(KosRWLock *lock);

/* Locks for reading if that needs no waiting. Does not block.
 * Returns rcOk; rcBusy: a writer owns the lock; rcOutOfMemory: more readers than the C library can count. */
Retcode KosRWLockTryRead(KosRWLock *lock);

/* Locks for writing if that needs no waiting. Does not block.
 * Returns rcOk; rcBusy: somebody owns the lock, perhaps the caller. */
Retcode KosRWLockTryWrite(KosRWLock *lock);

/* Undoes one lock of the calling thread, of either kind. The caller must own the lock. Does not block. */
void KosRWLockUnlock(KosRWLock *lock);

#ifdef __cplusplus
}
#endif

#endif
