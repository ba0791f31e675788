/* SPDX-License-Identifier: MIT */
/*
 * Torn: a malformed request, written by hand into this process's own leg to the kernel process. The runtime
 * would send nothing of the kind.
 */
#pragma once

#include <nk/types.h>

/* Sends the head of a Put over the first channel. The status its sender is told; NK_EOK: there is no leg. */
nk_err_t torn_put(nk_uint32_t value);
