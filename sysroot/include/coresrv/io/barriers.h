/* SPDX-License-Identifier: MIT */
/*
 * Barriers: what was read or written before is done before what comes after, for other processors and for
 * memory that is shared with them.
 *
 * None can fail or blocks.
 * Source: functions documented; that they have no parameter and no result is inferred.
 */
#ifndef CORESRV_IO_BARRIERS_H
#define CORESRV_IO_BARRIERS_H

/* Reads before it are done before reads and writes after it. */
static inline void IoReadBarrier(void) {
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/* Reads and writes before it are done before writes after it. */
static inline void IoWriteBarrier(void) {
        __atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Everything before it is done before everything after it. */
static inline void IoReadWriteBarrier(void) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
