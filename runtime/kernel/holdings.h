/* SPDX-License-Identifier: MIT */
/*
 * Holdings: what the processes of a running solution hold, for people and for tests.
 *
 * Ctrl-\ shows the handles and objects of each process that has any. At the end of a run nobody holds
 * anything any more; what the tables hold all the same is a fault of ours, and said with --verbose.
 */
#pragma once

#include "mediator.h"

typedef void HoldingsSay(void *userdata, const char *line);

/* A line for each process that has something. */
void holdings_print(Mediator *m, HoldingsSay *say, void *userdata);
/* One line, when all processes have ended. */
void holdings_print_left(Mediator *m, HoldingsSay *say, void *userdata);
