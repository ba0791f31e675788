/* SPDX-License-Identifier: MIT */
/*
 * The C file that einit makes of a checked solution: its init description with every name resolved, as
 * text, and a main() that hands it to `caisson run`.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "solution.h"

/* The init description again, all keys kept, in which each process has a task name and a path, and each
 * channel name is a literal. `source` is the text that `s` was read from. NULL: out of memory. */
const char *einit_expand(const Solution *s, const char *source, size_t size, Pool *pool, size_t *ret_size);

/* name: of the init file, for the first line. 0 or a negative errno. */
int einit_write(FILE *out, const Solution *s, const char *name, const char *text, size_t size);
