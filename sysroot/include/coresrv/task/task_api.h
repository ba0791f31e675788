/* SPDX-License-Identifier: MIT */
/*
 * Processes: one's own name, and programs of the solution that a process starts.
 *
 * What may be started by whom stands in init.yaml: an entry with `starter: NAME` is not started at the
 * beginning but when the process NAME wants it. It has the channels, limits and arguments of its entry, and
 * nothing of the one that starts it but the handles that are given to it.
 *
 *      Handle worker;
 *
 *      if (KnTaskCreate("demo.Worker", RTL_NULL, RTL_NULL, 0, 0, 0, &worker) == rcOk &&
 *              nkx_task_give(worker, "input", memory, NKX_MDL_READ) == rcOk && KnTaskResume(worker) == rcOk)
 *              rc = nkx_task_wait(worker, INFINITE_TIMEOUT, &reason, &status);
 *
 * A program is started once: its channels are those of one life. Its name is taken from KnTaskCreate on; when
 * all handles of a process that never ran are closed, it is free again. A process that runs goes on when its
 * handles are closed, or the one that started it ends. Others may end it or wait for it when they are sent a
 * handle with the right.
 *
 * All functions but KnTaskGetName are calls to the kernel that the policy sees (endpoint task.Task), may be
 * made by any thread, and give rcInvalidArgument: a pointer is null, no handle of a process; rcHandleRevoked;
 * rcNoCapability: the handle lacks the right; rcSecurityDisallow: the policy forbids the call;
 * rcNotConnected: the caller is no part of a solution. KnNoticeSubscribeToObject with EVENT_TASK_COMPLETED
 * tells of the end as well. Source: order of the parameters of KnTaskCreate and names without nkx_ are
 * documented; the rest is our choice.
 */
#ifndef CORESRV_TASK_TASK_API_H
#define CORESRV_TASK_TASK_API_H

#include <coresrv/time/timeout.h>
#include <handle/handletype.h>
#include <rtl/retcode.h>
#include <rtl/types.h>
#include <services/ocap.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rights of the handle of a process. */
#define NKX_TASK_START     OCAP_HANDLE_SPEC(0) /* KnTaskResume, nkx_task_give */
#define NKX_TASK_TERMINATE OCAP_HANDLE_SPEC(1) /* nkx_task_terminate */
#define NKX_TASK_WAIT      OCAP_HANDLE_SPEC(2) /* nkx_task_wait */

/* What KnTaskCreate gives. */
#define NKX_TASK_RIGHTS                                                                                      \
        ((OCAP_HANDLE_FULL & ~OCAP_HANDLE_SET_EVENT) | NKX_TASK_START | NKX_TASK_TERMINATE | NKX_TASK_WAIT)

/* Why a process is over, and what its status is then. */
#define NKX_TASK_EXITED     0u /* it ended by itself: exit status, 0 to 255 */
#define NKX_TASK_KILLED     1u /* the host ended it, or itself: number of the signal */
#define NKX_TASK_TERMINATED 2u /* a process ended it: number of the signal */

/* Handles that a process can be given by name, and calls that wait for one process. */
#define NKX_TASK_GIVEN_MAX 32u
#define NKX_TASK_WAITS_MAX 64u

/* Copies the name of the calling process, the `task` of init.yaml, by which others connect to it.
 * buf:   out, NUL-terminated; untouched on failure. 256 bytes are enough for every name.
 * size:  bytes of it.
 * Returns rcOk; rcInvalidArgument: null; rcBufferTooSmall; rcResourceNotFound: the process was not started as
 * a part of a solution. Blocks: no.   Threads: any.   Source: observed and documented; type of the size and
 * codes are our choice. */
Retcode KnTaskGetName(char *buf, rtl_size_t size);

/* Creates a process, stopped.
 * name:   its process name in init.yaml (`task`, or the class).
 * eiid:   its class, to be compared with init.yaml; RTL_NULL: whatever stands there.
 * path:   its program, likewise.
 * stackSize, priority, flags: 0; not used.
 * child:  out, with NKX_TASK_RIGHTS; untouched on failure.
 * Returns rcOk; rcResourceNotFound: no such process in init.yaml; rcSecurityDisallow: `starter` is another
 * process, or the policy denies the event `execute`; rcAlreadyExists: it has been created; rcInvalidArgument:
 * another class or path, a name that is empty or too long; rcQuotaExceeded: handles; rcOutOfMemory.
 * Blocks: no. */
Retcode KnTaskCreate(const char *name, const char *eiid, const char *path, rtl_uint32_t stackSize,
        rtl_uint32_t priority, rtl_uint32_t flags, Handle *child);

/* Gives a process that was created and not started a handle, which it finds with KosTaskLookupResource
 * (kos/task.h).
 * name:    1 to 255 bytes.
 * handle:  one of the kernel's (user resources, memory, processes) with OCAP_HANDLE_TRANSFER.
 * rights:  a part of the handle's, or NKX_RIGHTS_ALL.
 * Returns rcOk; rcAlreadyExists: the name; rcQuotaExceeded: NKX_TASK_GIVEN_MAX; rcInvalidOperation: it was
 * started; rcNoCapability: more rights than the handle has, or no right to transfer it. */
Retcode nkx_task_give(Handle child, const char *name, Handle handle, rtl_uint32_t rights);

/* Starts a process that was created. Blocks until its program runs.
 * Returns rcOk; rcInvalidOperation: it was started; rcFail: it can't be started, `caisson run` says why, and
 * it stays created. */
Retcode KnTaskResume(Handle child);

/* Ends a process (SIGKILL). Does not wait for its end.
 * Returns rcOk; rcInvalidOperation: it does not run. */
Retcode nkx_task_terminate(Handle child);

/* Waits for the end of a process, also before it was started.
 * msecs:   time limit; 0 only looks; INFINITE_TIMEOUT.
 * reason:  out, NKX_TASK_EXITED, KILLED or TERMINATED; may be RTL_NULL.
 * status:  out, what goes with it; may be RTL_NULL.
 * Returns rcOk; rcTimeout; rcAbort: its last handle was closed meanwhile; rcQuotaExceeded: NKX_TASK_WAITS_MAX
 * calls wait. */
Retcode nkx_task_wait(Handle child, rtl_uint32_t msecs, rtl_uint32_t *reason, rtl_int32_t *status);

#ifdef __cplusplus
}
#endif

#endif
