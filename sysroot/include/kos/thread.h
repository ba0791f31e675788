/* SPDX-License-Identifier: MIT */
/*
 * Threads of this process.
 *
 * Each thread has a number, its Tid, which no other thread gets soon after. The functions below are for
 * threads made here; where others can be meant, the main thread and those of pthread_create, it is said.
 *
 * How a thread ends: its routine returns, it calls KosThreadExit, or another thread calls KosThreadTerminate.
 * The last one does not break off what the thread is doing: it ends at its next *ending point*, which is
 * KosThreadSleep, KosThreadYield, KosThreadSuspend, KosThreadWait, KnSleep, and every wait for an event,
 * a semaphore, a condition variable or a queue, also one that goes on already. So memory and the library's
 * own objects are whole afterwards. Mutexes that it owns stay locked.
 *
 * What is known of a thread that has ended (its exit code) is kept until its place is needed: the process
 * remembers KOS_THREAD_MAX threads and forgets the one first that ended first.
 *
 * Threads: every function may be called from any thread.
 * Source: functions documented (CE 1.1; KosThreadCreateDetached: 1.3); codes, limits and types that are not
 * marked are our choice.
 */
#ifndef KOS_THREAD_H
#define KOS_THREAD_H

#include <coresrv/time/timeout.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Number of a thread; 0 is none. */
typedef rtl_uint32_t Tid;

/* What a thread does; its result is the exit code. */
typedef int (*ThreadRoutine)(void *context);

/* Priorities (documented). A chamber lets a thread go back, not go ahead: 0 runs when nobody else wants the
 * processor, 1 .. 14 let threads that wait a lot go first, 15 .. 31 are all normal. */
enum { ThreadPriorityLowest = 0, ThreadPriorityNormal = 15, ThreadPriorityHighest = 31 };

/* Bytes of a stack: the usual size (name documented), and the smallest that is given. */
enum { ThreadStackSizeDefault = 0x100000, NKX_THREAD_STACK_MIN = 0x10000 };

/* Threads that a process has or remembers; a chamber lets about a quarter of them run at once. */
#define KOS_THREAD_MAX 4096u

/* Makes a thread.
 * tid:        out, before the routine runs; untouched on failure.
 * priority:   0 .. 31.
 * stackSize:  bytes; rounded up to whole pages and to NKX_THREAD_STACK_MIN.
 * routine:    what it does.
 * context:    passed to the routine as it is.
 * suspended:  0, or another number: it waits for KosThreadResume before it begins.
 * Returns rcOk; rcInvalidArgument: tid or routine is null, or no such priority; rcOutOfMemory: no memory for
 * the stack, or as many threads as the chamber allows; rcQuotaExceeded: KOS_THREAD_MAX threads are alive.
 * Blocks: no. */
Retcode KosThreadCreate(Tid *tid, rtl_uint32_t priority, rtl_uint32_t stackSize, ThreadRoutine routine,
        void *context, int suspended);

/* Makes a thread that nobody can wait for; nothing is kept of it when it ends. Parameters and results as
 * above, but tid may be RTL_NULL (parameters are our choice). */
Retcode KosThreadCreateDetached(Tid *tid, rtl_uint32_t priority, rtl_uint32_t stackSize,
        ThreadRoutine routine, void *context, int suspended);

/* Waits until a thread has ended, and is gone with all it had. May be called again, by any thread.
 * timeout:  milliseconds; 0: if it has not ended, yield once (documented); INFINITE_TIMEOUT: as long as it
 *           takes.
 * Returns the thread's exit code (documented for 1.3), so rcOk for a thread that ended with 0 (1.1);
 * rcTimeout: it did not end in that time (documented for 1.1); -1 (documented for 1.3): no such thread, it is
 * detached, or the caller itself. A thread that others are to wait for had better not end with one of these
 * two codes. */
int KosThreadWait(rtl_uint32_t tid, rtl_uint32_t timeout);

/* Lets a thread go on that waits in KosThreadSuspend or was made suspended. Any thread can be meant.
 * Returns rcOk; rcInvalidArgument: no such thread; rcInvalidThreadState: it is not suspended. */
Retcode KosThreadResume(Tid tid);

/* Stops the calling thread until another one resumes it. tid: its own number (documented for 1.4).
 * Returns rcOk when it was resumed; rcInvalidArgument: no such thread; rcInvalidOperation: another thread. */
Retcode KosThreadSuspend(Tid tid);

/* Asks a thread to end at its next ending point; the caller's own number: at once. To know when it has ended,
 * wait for it. A suspended one ends without being resumed; one that has not begun never will.
 * exitCode:  what KosThreadWait returns; the thread's own code if it ends by itself before.
 * Returns rcOk, also when it was asked before (the first code counts); rcInvalidArgument: no such thread;
 * rcInvalidThreadState: it has ended; rcInvalidOperation: it was not made here. */
Retcode KosThreadTerminate(Tid tid, rtl_int32_t exitCode);

/* Ends the calling thread, any: clean-up handlers, destructors of its variables and callbacks run. The main
 * thread too ends alone, and the process with its last thread. Does not return. */
void KosThreadExit(rtl_int32_t exitCode) __rtl_noreturn;

/* Lets the calling thread sleep. mdelay: as for KnSleep, which it is. Returns rcOk. */
Retcode KosThreadSleep(rtl_uint32_t mdelay);

/* Offers the processor to others once. */
void KosThreadYield(void);

/* Number of the calling thread, any; the same until it ends. 0: KOS_THREAD_MAX threads are alive and this
 * one, not made here, is one more. */
Tid KosThreadCurrentId(void);

/* Where the stack of a thread lies.
 * tid:   any thread whose number is known.
 * size:  out, bytes; RTL_NULL: not wanted. At most 4 GiB - 1 are told.
 * Returns its lowest address, or RTL_NULL: no such thread, it has ended, or the host does not tell (so it
 * is with the main thread in a chamber). */
void *KosThreadGetStack(Tid tid, rtl_uint32_t *size);

/* --- one pointer of each thread --- */

/* What the calling thread, any, has stored; RTL_NULL at first. */
void *KosThreadTlsGet(void);

/* Stores a pointer for the calling thread, any; the library does nothing with it. Returns rcOk. */
Retcode KosThreadTlsSet(void *tls);

/* --- callbacks --- */

typedef enum KosThreadCallbackReason {
        KosThreadCallbackReasonCreate,
        KosThreadCallbackReasonDestroy
} KosThreadCallbackReason;

typedef void KosThreadCallback(KosThreadCallbackReason reason);

#define KOS_THREAD_CALLBACKS_MAX 16u

/* From now on each new thread that is made here calls the function before its routine, and each that
 * ends calls it afterwards, in the order (at the end in the opposite order) in which they were registered.
 * Returns rcOk; rcInvalidArgument: null; rcAlreadyExists: it is registered; rcQuotaExceeded:
 * KOS_THREAD_CALLBACKS_MAX are. */
Retcode KosThreadCallbackRegister(KosThreadCallback *callback);

/* Undoes that. A thread that is beginning or ending meanwhile may still call the function.
 * Returns rcOk; rcInvalidArgument: null; rcResourceNotFound: it is not registered. */
Retcode KosThreadCallbackUnregister(KosThreadCallback *callback);

/* --- once --- */

/* Whether something has been done; in memory that lasts, and zero at first. */
typedef struct KosThreadOnceState {
        int private_;
} KosThreadOnceState;

/* Initialiser of a KosThreadOnceState. */
#define KOS_THREAD_ONCE_INIT                                                                                 \
        { 0 }

/* Calls a function if no thread did so before with the same state. When it returns the function has
 * returned, whoever called it: blocks meanwhile.
 * Returns rcOk; rcInvalidArgument: a null pointer. (Parameters are our choice.) */
Retcode KosThreadOnce(KosThreadOnceState *onceControl, void (*initRoutine)(void));

#ifdef __cplusplus
}
#endif

#endif
