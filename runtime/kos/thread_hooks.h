/* SPDX-License-Identifier: MIT */
/*
 * Functions that every new thread calls when it begins and when it ends: KosThreadCallbackRegister.
 */
#pragma once

#include <kos/thread.h>

/* Calls all that are registered now: in their order, or backwards for the end. */
void hooks_call(KosThreadCallbackReason reason);
