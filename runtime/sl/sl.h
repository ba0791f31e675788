/* SPDX-License-Identifier: MIT */
/*
 * What the service locator knows beyond its public functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <handle/handletype.h>

/* Is the handle one of a listener that the process was born with? Which one: index into the boot block's. */
bool sl_find_listener(Handle handle, uint32_t *ret_index);
