/* SPDX-License-Identifier: MIT */
/*
 * Processes, as one that was started sees it: what its starter gave to it.
 */
#ifndef KOS_TASK_H
#define KOS_TASK_H

#include <handle/handletype.h>
#include <rtl/retcode.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Finds a handle that the process was given before it ran (nkx_task_give, <coresrv/task/task_api.h>).
 * name:    as it was given, NUL-terminated.
 * handle:  out; untouched on failure. The same one at each call, and the caller's to close.
 * Returns rcOk; rcResourceNotFound: nothing was given under that name; rcInvalidArgument: null, no name, or
 * the handle was closed; rcHandleRevoked; rcSecurityDisallow: the policy forbids the call (task.Task,
 * Lookup); rcNotConnected: not a part of a solution. Waits for the kernel's answer only.   Threads: any.
 * Source: the name and what it is for are documented; the parameters are our choice. */
Retcode KosTaskLookupResource(const char *name, Handle *handle);

#ifdef __cplusplus
}
#endif

#endif
