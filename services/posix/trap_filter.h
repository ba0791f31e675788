/* SPDX-License-Identifier: MIT */
/*
 * The filter of the trap, made from the table of calls.
 *
 * A tree over the numbers, so that no call meets more than a few comparisons, and calls of which nothing is
 * trapped look at nothing but their number: the kernel then remembers that without running the filter.
 */
#pragma once

#include <linux/filter.h>

#define TRAP_NUMBERS_MAX 128u                         /* an 8-bit jump reaches over half of the tree */
#define TRAP_FILTER_MAX  (4 * TRAP_NUMBERS_MAX + 64u) /* instructions */

/* Fills in the filter; the number of instructions. */
unsigned short trap_filter_make(struct sock_filter ret[TRAP_FILTER_MAX]);
