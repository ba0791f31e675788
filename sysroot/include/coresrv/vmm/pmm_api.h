/* SPDX-License-Identifier: MIT */
/*
 * Memory objects: memory that processes share by handle (MDL).
 *
 *      const int flags = VMM_FLAG_READ | VMM_FLAG_WRITE;       in the one that makes it
 *      Handle shared;
 *      void *data;
 *
 *      if (KnPmmMdlCreate(size, flags, &shared) == rcOk &&
 *              KnPmmMdlMap(shared, 0, size, RTL_NULL, flags, &data) == rcOk)
 *              ...
 *      req.memory = nk_handle_desc(shared, NKX_MDL_READ);      for others, to read
 *
 * Its handle is one like others (handle_api.h): sent in messages, copied with fewer rights, revoked. It ends
 * with its last handle and mapping; until then it counts towards the process that made it (`limits: shared`
 * in init.yaml, 64 MiB without). A mapping goes with KnVmUnmap, or with its process.
 *
 * Revoking a handle takes the way to new mappings away, from all that descend from it. What a process has
 * mapped, or was let map, it keeps. And whoever maps memory that others may write must copy before checking:
 * it may change at any time.
 *
 * All functions are calls to the kernel that the policy sees (endpoint vmm.VMM), may be made by any thread,
 * and wait for its answer only. rcSecurityDisallow: the policy forbids it, or the solution lets no two
 * processes share memory (`mediation: always`); rcNotConnected: the process is no part of a solution. Source:
 * names and order of the parameters are observed; types, rights and codes are our choice.
 */
#ifndef CORESRV_VMM_PMM_API_H
#define CORESRV_VMM_PMM_API_H

#include <handle/handletype.h>
#include <rtl/retcode.h>
#include <rtl/types.h>
#include <services/ocap.h>
#include <vmm/flags.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rights of a handle: map for reading; map for writing, which needs both. */
#define NKX_MDL_READ  OCAP_HANDLE_SPEC(0)
#define NKX_MDL_WRITE OCAP_HANDLE_SPEC(1)

/* Memory objects that one process may have made and that somebody can touch. */
#define NKX_MDL_OBJECTS_MAX 64u

/* Makes a memory object; its bytes are zero.
 * size:    bytes, at least 1; rounded up to pages of 4096.
 * flags:   VMM_FLAG_READ, or VMM_FLAG_READ | VMM_FLAG_WRITE: what may be done with it at most.
 *          VMM_FLAG_COMMIT and VMM_FLAG_LOCKED are understood; memory comes when it is touched.
 * handle:  out, with all rights that the flags allow; untouched on failure. Close it with KnHandleClose.
 * Returns rcOk; rcInvalidArgument: size 0 or too large for a number, other flags, handle is null;
 * rcQuotaExceeded: the limit of bytes or objects of this process, or of its handles; rcOutOfMemory. */
Retcode KnPmmMdlCreate(rtl_size_t size, int flags, Handle *handle);

/* Maps a part of a memory object.
 * offset:  bytes, a multiple of 4096.
 * size:    bytes, at least 1; rounded up to pages.
 * hint:    address to try first, a multiple of 4096; RTL_NULL: anywhere.
 * flags:   VMM_FLAG_READ, or VMM_FLAG_READ | VMM_FLAG_WRITE; VMM_FLAG_COMMIT and VMM_FLAG_LOCKED are
 *          understood.
 * addr:    out, untouched on failure. Give it back with KnVmUnmap and the size.
 * Returns rcOk; rcInvalidArgument: not within the object, a wrong multiple, other flags, addr is null, no
 * handle of a memory object; rcHandleRevoked; rcNoCapability: the handle lacks a right; rcOutOfMemory:
 * addresses or descriptors of this process. */
Retcode KnPmmMdlMap(Handle handle, rtl_size_t offset, rtl_size_t size, void *hint, int flags, void **addr);

/* How large a memory object is, and what may be done with it at most. Our own extension: who gets a handle
 * needs it.
 * size, flags:  out; either may be RTL_NULL.
 * Returns rcOk; rcInvalidArgument: no handle of a memory object; rcHandleRevoked. */
Retcode nkx_mdl_query(Handle handle, rtl_size_t *size, int *flags);

#ifdef __cplusplus
}
#endif

#endif
