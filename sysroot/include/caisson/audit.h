/* SPDX-License-Identifier: MIT */
/*
 * Reading the audit of the running solution: what the security module denied, and what the policy's audit
 * profiles ask for.
 *
 *      char record[NKX_AUDIT_RECORD_SIZE];
 *      rtl_uint32_t lost;
 *      Handle reader;
 *
 *      if (nkx_audit_open(&reader) == rcOk && nkx_audit_read(reader, record, sizeof(record), &lost) == rcOk)
 *              …
 *
 * A record is a JSON object, the same as a line of `caisson run --audit` (docs/reference/audit.md). The
 * kernel keeps the last records of each process from the start of the solution; a new reader begins with the
 * oldest, and each reader gets them all. Who reads too slowly loses some, and is told how many.
 *
 * All functions ask the kernel, and so the policy: requests to the endpoint `audit.Audit` of `kl.core.Core`.
 * Besides the codes named below each returns rcSecurityDisallow: denied; rcUnimplemented: the solution runs
 * without a policy; rcNotConnected: not started by `caisson run`. Threads: any.
 *
 * Source: the endpoint with its methods is documented; these functions and their codes are our choice.
 */
#ifndef CAISSON_AUDIT_H
#define CAISSON_AUDIT_H

#include <handle/handletype.h>
#include <rtl/retcode.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NKX_AUDIT_RECORD_SIZE 8192u /* bytes; room for any record with its final zero */

/*
 * Opens a reader, which stays with the process: its handle can't be sent.
 *
 * reader: not NULL; set on success only. Close it with nkx_audit_close() or like any handle.
 * Returns rcOk; rcInvalidArgument: NULL; rcQuotaExceeded: too many handles; rcOutOfMemory.
 * Blocks: no.
 */
Retcode nkx_audit_open(Handle *reader);

/*
 * Takes the next record. The reader has passed it then.
 *
 * record: not NULL; gets text with a final zero, the empty text when there is no record now.
 * size: of `record` in bytes, at least NKX_AUDIT_RECORD_SIZE.
 * lost: so many records between the last one and this were lost; may be NULL.
 * Returns rcOk, also without a record; rcInvalidArgument: no reader, NULL, `size` too small; rcHandleRevoked.
 * With any other result than rcOk `record` and `lost` stay as they are.
 * Blocks: no; who waits for records asks again later.
 */
Retcode nkx_audit_read(Handle reader, char *record, rtl_size_t size, rtl_uint32_t *lost);

/*
 * Closes a reader.
 *
 * Returns rcOk; rcInvalidArgument: no reader. Blocks: no.
 */
Retcode nkx_audit_close(Handle reader);

#ifdef __cplusplus
}
#endif

#endif
