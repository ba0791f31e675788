/* SPDX-License-Identifier: MIT */
/*
 * The machine below, as the kernel knows it.
 */
#ifndef CORESRV_HAL_HAL_API_H
#define CORESRV_HAL_HAL_API_H

#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A variable of the machine.
 * name:   "board", the name of the board: what init.yaml has as `board`, "caisson" if it has none; there is
 *         no other variable.
 * value:  not NULL, room for `size` bytes, the zero included; set on success only.
 * Returns rcOk; rcResourceNotFound: no such variable; rcBufferTooSmall; rcInvalidArgument: a NULL, or a name
 * of more than 255 bytes; rcSecurityDisallow: the policy denies requests to hal.HAL of kl.core.Core;
 * rcNotConnected: not started by `caisson run`.
 * Blocks: no.   Threads: any.   Source: name and parameters observed; codes our choice. */
Retcode KnHalGetEnv(const char *name, char *value, rtl_size_t size);

#ifdef __cplusplus
}
#endif

#endif
