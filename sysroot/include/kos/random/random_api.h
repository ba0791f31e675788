/* SPDX-License-Identifier: MIT */
/*
 * Random numbers, good enough for keys.
 */
#ifndef KOS_RANDOM_RANDOM_API_H
#define KOS_RANDOM_RANDOM_API_H

#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fills memory with random bytes of the host's kernel.
 * size:    bytes; 0: nothing to do.
 * output:  where they go; the caller's. RTL_NULL only with 0 bytes.
 * Returns rcOk; rcInvalidArgument: no memory was given. What was written before any other error is
 * unspecified, and there is none on a host that runs chambers. Blocks: only on a machine that was started
 * moments ago and has no entropy yet.   Threads: any. Source: name and header documented (CE 1.3); parameters
 * and codes are our choice. */
Retcode KosRandomGenerate(rtl_size_t size, void *output);

#ifdef __cplusplus
}
#endif

#endif
