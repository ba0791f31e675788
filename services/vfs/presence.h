/* SPDX-License-Identifier: MIT */
/*
 * Which disks are there: drivers are asked, and one that hangs keeps nobody.
 *
 * Names of disks are looked up under the lock of a file system that all programs use (/dev/null lies there).
 * So the question is put by a thread of its own, and who asks waits for the answer no longer than a prompt
 * driver takes; after that, what was known last counts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PRESENCE_MAX     16u  /* disks that can be asked for */
#define PRESENCE_WAIT_MS 500u /* from when a question was put */

/* ask: called with the name, on another thread, which may take as long as it likes; never for one disk twice
 * at a time. False also as long as nothing is known, and for more than PRESENCE_MAX disks. */
bool presence_of(const char *disk, bool (*ask)(const char *disk));
