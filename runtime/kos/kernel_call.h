/* SPDX-License-Identifier: MIT */
/*
 * Calls to kl.core.Core, by the proxies that nkc makes of idl/kl/core.
 *
 * The channel is the process's own since its creation. A process has none if its policy denies it every call
 * there.
 */
#pragma once

#include <nk/transport.h>
#include <rtl/retcode.h>

/* Endpoints of kl.core.Core; tests/abi/core compares them with what nkc says. */
#define KERNEL_VMM    0
#define KERNEL_HANDLE 3
#define KERNEL_TASK   4
#define KERNEL_HAL    9
#define KERNEL_AUDIT  10
#define KERNEL_CM     11
#define KERNEL_NOTICE 12

/* Where proxies of the kernel's endpoints call. Never NULL; any number of threads at once. */
struct nk_transport *kernel_transport(void);

/* Opens the channel now, if it wasn't: before a fork, after which nobody else can. */
void kernel_open(void);

/* What a call has come to: `rc` of the answer, or why there is no answer: rcSecurityDisallow, rcNotConnected
 * (not started by `caisson run`), rcUnimplemented (a method that the kernel lacks), rcOutOfMemory (it took no
 * descriptors, or has too many open files), rcFail. */
Retcode kernel_outcome(nk_err_t err, Retcode rc);
