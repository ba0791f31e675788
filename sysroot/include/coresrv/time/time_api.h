/* SPDX-License-Identifier: MIT */
/*
 * Time: so far, the monotonic clock in milliseconds.
 */
#ifndef CORESRV_TIME_TIME_API_H
#define CORESRV_TIME_TIME_API_H

#include <coresrv/time/timeout.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Milliseconds since the start of the kernel. The kernel is the host's: the count is the same in all
 * processes and does not go back. Can't fail, does not block; any thread.
 * Source: name and result observed; which kernel is our choice. */
rtl_size_t KnGetMSecSinceStart(void);

#ifdef __cplusplus
}
#endif

#endif
