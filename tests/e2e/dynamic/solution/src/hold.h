/* SPDX-License-Identifier: MIT */
/*
 * Holding: a process makes everything of which the kernel process keeps something, and keeps it.
 */
#pragma once

#include <rtl/retcode.h>
#include <rtl/types.h>

#include <handle/handletype.h>

/* One of each kind, three of memory. on: a listener of this process. For others to have: an object, and
 * memory that they may map. */
Retcode hold_everything(Handle on, Handle *ret_object, Handle *ret_memory);
