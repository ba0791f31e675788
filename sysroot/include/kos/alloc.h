/* SPDX-License-Identifier: MIT */
/*
 * Memory of this process, in pieces of any size.
 *
 * Memory is readable and writable, and belongs to the caller until KosMemFree. What is allocated here is
 * freed here, not with free(). The kernel of the original commits and locks it (documented); on this host it
 * is the C library's: it takes up memory when it is first written, and may be swapped out as the host's
 * administrator decides. In a chamber a process has a limit (docs/guide/isolation.md), beyond which an
 * allocation fails.
 *
 * Threads: any. None blocks.
 * Source: functions documented; what is not marked so is our choice.
 */
#ifndef KOS_ALLOC_H
#define KOS_ALLOC_H

#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Allocates memory whose contents are unspecified.
 * size:    bytes; 0 gives a pointer that only KosMemFree may use (documented).
 * Returns memory that is aligned for every type, or RTL_NULL: there is not so much (documented). */
void *KosMemAlloc(rtl_size_t size);

/* Allocates memory with an alignment.
 * align:   bytes, a power of two; 0, as any that every type needs anyhow, asks for nothing special.
 * zeroed:  0, or another number: the contents are zero.
 * Returns memory, or RTL_NULL: there is not so much (documented), or the alignment is not a power of two. */
void *KosMemAllocEx(rtl_size_t size, rtl_size_t align, int zeroed);

/* Allocates memory whose contents are zero. Size and result as KosMemAlloc. */
void *KosMemZalloc(rtl_size_t size);

/* Frees what one of the functions above returned. ptr: RTL_NULL has no effect. */
void KosMemFree(void *ptr);

/* Bytes of an allocation: at least what was asked for.
 * ptr:     what one of the functions above returned; borrowed; RTL_NULL gives 0. */
rtl_size_t KosMemGetSize(const void *ptr);

#ifdef __cplusplus
}
#endif

#endif
