/* SPDX-License-Identifier: MIT */
/*
 * Processes: so far, one's own name.
 */
#ifndef CORESRV_TASK_TASK_API_H
#define CORESRV_TASK_TASK_API_H

#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copies the name of the calling process, the `task` of init.yaml, by which others connect to it.
 * buf:   out, NUL-terminated; untouched on failure. 256 bytes are enough for every name.
 * size:  bytes of it.
 * Returns rcOk; rcInvalidArgument: null; rcBufferTooSmall; rcResourceNotFound: the process was not started as
 * a part of a solution. Blocks: no.   Threads: any.   Source: observed and documented; type of the size and
 * codes are our choice. */
Retcode KnTaskGetName(char *buf, rtl_size_t size);

#ifdef __cplusplus
}
#endif

#endif
