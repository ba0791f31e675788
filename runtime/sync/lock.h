/* SPDX-License-Identifier: MIT */
/*
 * Mutexes from inside: giving one up and having it back, for those who wait outside it.
 */
#pragma once

#include <stdint.h>

#include <kos/mutex.h>

/* Frees the mutex however often the caller locked it, and returns how often; 0: the caller is not its owner.
 */
uint32_t lock_give_up(KosMutex *mutex);
/* Locks the mutex as often as that. */
void lock_have_back(KosMutex *mutex, uint32_t depth);
