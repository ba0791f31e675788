/* SPDX-License-Identifier: MIT */
/*
 * Reader of init.yaml: the shape of the file, nothing about what it refers to.
 *
 * Knows the keys, their types and the limits; looks at no other file, so that it can be fed
 * anything. The text may come from anybody: every length is checked before it is used.
 */
#pragma once

#include "solution.h"

/* Reads `p->source` into `s`. What is wrong goes to `p`; `s` then holds what could be read, so
 * that the later checks can report as much as possible in the same run. */
void init_read(Solution *s, Problems *p, Pool *pool);
