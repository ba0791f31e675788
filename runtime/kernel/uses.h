/* SPDX-License-Identifier: MIT */
/*
 * Uses: which processes get requests that name their own handles, and go there directly. Each of them has a
 * table of who holds what (handle/held.h).
 */
#pragma once

#include "channels.h"

/* ret_are_used: per task; over its channels, or over those that processes may make while they run. The
 * verdicts of the channels are there. Asks the policy once for each two classes: it speaks of them, and what
 * holds of one process holds of all. 0, -ENOMEM. */
int uses_find(const Channels *c, bool *ret_are_used);
