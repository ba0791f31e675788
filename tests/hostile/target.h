/* SPDX-License-Identifier: MIT */
/*
 * The two who mean well: a server that distrusts its own runtime and looks at everything it is given
 * once more, and a neighbour that calls it without a pause and checks every answer.
 */
#pragma once

#include "score.h"

#define TARGET_CHANNEL "target"

/* Programs of a process with a boot block; what they return is its exit code. */
int target_serve(Score *score, unsigned n_threads);
int target_visit(Score *score);
/* Calls without checking anything, until it is killed. */
int target_visit_blindly(Score *score);
