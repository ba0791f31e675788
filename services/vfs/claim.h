/* SPDX-License-Identifier: MIT */
/*
 * Who uses which partition: a file system keeps in memory what it has read and will write, and knows nothing
 * of another one in the same bytes.
 */
#pragma once

#include "blk.h"

/* The partition `below` for its user alone, or, if nobody writes, for several. Takes it over on success;
 * closing gives it back and closes it. disk: its name; index: number of the partition. -EBUSY: it is in use,
 * and one of the two would write; -ENOMEM. */
int claim_new(const char *disk, uint32_t index, Blk *below, Blk **ret);
