/* SPDX-License-Identifier: MIT */
/*
 * What the service locator knows beyond its public functions.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <handle/handletype.h>

struct BootChannel;

/* The channel end of the boot block that a client's handle was made of. NULL: it was not. */
const struct BootChannel *sl_find_channel(Handle handle);
/* Is called with the handle and the index of each listener that is made of the boot block, once. Set before
 * the first one is. */
typedef void SlRegistered(Handle listener, uint32_t index);
void sl_on_registered(SlRegistered *registered);

/* Held while a process is forked. */
pthread_mutex_t *sl_get_lock(void);

/* Is the handle one of a listener that the process was born with? Which one: index into the boot block's. */
bool sl_find_listener(Handle handle, uint32_t *ret_index);
