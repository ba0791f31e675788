/* SPDX-License-Identifier: MIT */
/*
 * Signals of this thread, held back while it has what a handler of the program's must not find half done, or
 * wait for: it would wait for itself.
 */
#pragma once

#include <stdint.h>

/* All but SIGSYS: that one answers calls, and ends the process while it is blocked. What was blocked before.
 */
uint64_t signals_hold(void);
void signals_release(uint64_t before);
