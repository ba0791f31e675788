/* SPDX-License-Identifier: MIT */
/*
 * Start order: servers before their clients, `before` and `after` as written.
 *
 * Of the tasks that may be next, the first one of the file is taken, so the order is stable.
 * Channels that form a circle give way (the first task of the circle goes first); a circle of
 * `before` and `after` alone can't be fulfilled and is a problem.
 */
#pragma once

#include "solution.h"

/* Fills s->order. Names of `before` and `after` must be known. */
void order_tasks(Solution *s, Problems *p, Pool *pool);
