/* SPDX-License-Identifier: MIT */
/*
 * Virtual memory of this process, in pages: first addresses are reserved, then memory is committed to them.
 *
 * Addresses are multiples of a page; sizes are bytes, at least 1, and rounded up to pages. Committed memory
 * is zero at first. Touching what is not committed, or in a way that is not allowed, ends the process. In a
 * chamber memory never is executable, and all that is writable counts towards the limit of the process
 * (docs/guide/isolation.md).
 *
 * None of the functions blocks; all may be called from any thread. They work on any address of the process,
 * as the original ones do: pass what KnVmAllocate returned, or a part of it. Source: functions, flags and
 * what COMMIT and LOCKED mean are documented; the prototypes are our choice.
 */
#ifndef CORESRV_VMM_VMM_API_H
#define CORESRV_VMM_VMM_API_H

#include <rtl/retcode.h>
#include <rtl/types.h>
#include <vmm/flags.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most areas with guard pages of one process. */
#define NKX_VMM_GUARDED_MAX 1024u

/* Reserves addresses and, if asked to, commits memory to them.
 * addr:   where, exactly; RTL_NULL: anywhere.
 * size:   bytes.
 * flags:  VMM_FLAG_READ, WRITE, EXECUTE: what may be done once it is committed; VMM_FLAG_RESERVE (which
 *         always happens); VMM_FLAG_COMMIT, and with it VMM_FLAG_LOCKED; VMM_FLAG_LOW_GUARD and
 *         VMM_FLAG_HIGH_GUARD, whose pages lie outside the size.
 * Returns the lowest address, or RTL_NULL: the address is taken or no multiple of a page, there is not so
 * much, a flag is unknown or not possible on this host, executable memory in a chamber, or too many guards.
 * Free it with KnVmUnmap. */
void *KnVmAllocate(void *addr, rtl_size_t size, int flags);

/* Commits memory to reserved addresses.
 * flags:  VMM_FLAG_READ, WRITE, EXECUTE, VMM_FLAG_LOCKED; VMM_FLAG_COMMIT is understood.
 * Returns rcOk; rcInvalidArgument: no such address, size or flag; rcOutOfMemory: not so much memory, or not
 * reserved; rcSecurityDisallow: executable memory in a chamber. */
Retcode KnVmCommit(void *addr, rtl_size_t size, int flags);

/* Gives the memory back and keeps the addresses.
 * Returns rcOk; rcInvalidArgument: no such address or size; rcOutOfMemory: not reserved. */
Retcode KnVmDecommit(void *addr, rtl_size_t size);

/* Changes what may be done with committed memory.
 * newFlags:  VMM_FLAG_READ, WRITE, EXECUTE; 0: nothing.
 * Returns as KnVmCommit. */
Retcode KnVmProtect(void *addr, rtl_size_t size, int newFlags);

/* Gives addresses back, and memory and guard pages with them.
 * Returns rcOk, also for what was not reserved; rcInvalidArgument: no such address or size. */
Retcode KnVmUnmap(void *addr, rtl_size_t size);

#ifdef __cplusplus
}
#endif

#endif
