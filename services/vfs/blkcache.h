/* SPDX-License-Identifier: MIT */
/*
 * A write-back cache over a block device, itself a block device.
 *
 * Memory is bounded by a number of pages. What is written stays here until a flush, or until room is needed;
 * then all of it goes out in the order of the device, neighbours in one transfer. Sequential reads are read
 * ahead. Sectors written *late* wait for a flush, which writes them when everything else is safe: so a file
 * system puts what refers to something behind what it refers to, and a loss of power at any moment finds no
 * reference to nothing.
 *
 * What the device has written but not flushed is kept too. A device that fails may have lost it (its driver
 * died and came back), so after an error it is written again with the next flush. Nothing that could not be
 * written is forgotten: each flush tries again, and says so if it fails. A device whose driver died and came
 * back says so with -ECONNRESET at its next write or flush, once: then everything unflushed is written again
 * at once.
 *
 * Any number of threads may call; one at a time gets in.
 */
#pragma once

#include "blk.h"

#define BLKCACHE_PAGE      4096u
#define BLKCACHE_SECTOR    512u /* the unit of what is written late or not */
#define BLKCACHE_PAGES_MIN 64u
#define BLKCACHE_PAGES     4096u /* unless said otherwise: 16 MiB */
#define BLKCACHE_RESETS    8u    /* of the device, in one flush */
#define BLKCACHE_AHEAD     32u   /* pages in one transfer, and read ahead at most */

/* max_pages: 0 means BLKCACHE_PAGES. Takes `below` over on success; closing closes it. What closing can't
 * write is lost, so flush before. -EINVAL: fewer than BLKCACHE_PAGES_MIN; -ENOMEM. */
int blkcache_new(Blk *below, uint32_t max_pages, Blk **ret_cache);

/* As blk_write(), for a flush to write after everything that is not late. A sector once written late stays so
 * until then. */
int blkcache_write_late(Blk *cache, const void *data, size_t size, uint64_t at);
/* Late sectors fill half of the cache: the file system should flush before it goes on. */
bool blkcache_is_crowded(Blk *cache);
/* The first half of a flush: all but what is late is safe then. */
int blkcache_flush_early(Blk *cache);
/* Closes the cache only; the device below is the caller's again. */
void blkcache_leave(Blk *cache);
/* Is it a cache? Then nobody needs another one in front of it. */
bool blkcache_is(const Blk *blk);
