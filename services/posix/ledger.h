/* SPDX-License-Identifier: MIT */
/*
 * Ledger: which member of a family has which handles of files. They count as one process's, so what a member
 * has that ends, another one closes in its place.
 *
 * A process that may not fork has none; then nothing is noted, and closing is closing.
 */
#pragma once

#include <stdint.h>

#include <handle/handletype.h>

#define LEDGER_MAX 4096u /* far more than a VFS gives one process at a time */

/* Before the process forks, and before it has handles that its children are to inherit. */
void ledger_open(void);
/* A new handle. */
void ledger_note(uint32_t member, Handle file);
/* Closes a handle, whoever has it. */
void ledger_close(Handle file);
/* Closes all that one has. */
void ledger_close_all(uint32_t member);
