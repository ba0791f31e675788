/* SPDX-License-Identifier: MIT */
/*
 * The last of what clients had that are gone: freeing a file or a place may wait for a device.
 *
 * Nobody is to wait along who has nothing to do with that device. So each file system on one has a line, and
 * a thread as long as somebody stands in it; what lies in memory is freed at once. Who stands there still
 * counts towards the limits of his process, and so a line is never longer than those let it be.
 */
#pragma once

#include "fs.h"

typedef struct Farewell {
        struct Farewell *next;
        void (*say)(struct Farewell *f); /* frees what it is part of */
} Farewell;

/* Has f->say(f) called: now, or after those that came before it at the same file system. fs: stays until
 * then. */
void farewell_say(const Fs *fs, Farewell *f);
