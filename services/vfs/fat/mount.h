/* SPDX-License-Identifier: MIT */
/*
 * Mounting: options, what the device says of its free clusters, and what has to be made good first.
 */
#pragma once

#include "fat/state.h"

extern const FsOps fat_ops;

/* Before every operation that changes something: fat_reap() and fat_begin(). */
int fat_start(FatFs *fs);
/* Closes the device. No node may be in use. */
void fat_free(FatFs *fs);
