/* SPDX-License-Identifier: MIT */
/*
 * Flags of virtual memory, for <coresrv/vmm/vmm_api.h>.
 *
 * Source: the names are documented; values are our choice.
 */
#ifndef VMM_FLAGS_H
#define VMM_FLAGS_H

/* What may be done with the memory. */
#define VMM_FLAG_READ     0x0001
#define VMM_FLAG_WRITE    0x0002
#define VMM_FLAG_EXECUTE  0x0004
#define VMM_FLAG_RWX_MASK 0x0007

/* How much of it there is. */
#define VMM_FLAG_RESERVE 0x0010 /* addresses that nobody else gets */
#define VMM_FLAG_COMMIT  0x0020 /* memory behind them, at the latest when it is touched */
#define VMM_FLAG_LOCKED  0x0040 /* with COMMIT: at once (documented) */

#define VMM_FLAG_CACHE_DISABLE 0x0080 /* not on this host */
#define VMM_FLAG_LOW_GUARD     0x0100 /* a page below that faults when it is touched */
#define VMM_FLAG_HIGH_GUARD    0x0200 /* a page above */
#define VMM_FLAG_ALIAS         0x0400 /* not on this host */

#endif
