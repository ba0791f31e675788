/* SPDX-License-Identifier: MIT */
/*
 * Other numbers of objects of this process: those under which the kernel knows them.
 *
 * A channel that was made at run time has a handle that the kernel keeps, and an end in this process that
 * only the handle table knows. Each number of the kernel's has one place, so looking up is one load, without
 * a lock.
 */
#pragma once

#include <stdbool.h>

#include "handle_table.h"

/* Numbers of the kernel's differ in these bits as long as they are in use. */
#define HND_ALIASES 16384u

/* `number` is from now on another name of `handle`. is_owner: closing the number closes it. False: it has
 * another name already. */
bool hnd_alias_put(Handle number, Handle handle, bool is_owner);
/* INVALID_HANDLE: it is no other name of anything. */
Handle hnd_alias_get(Handle number);
/* Ends it, and closes the handle if it was the owner. */
void hnd_alias_drop(Handle number);
