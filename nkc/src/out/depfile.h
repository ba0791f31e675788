/* SPDX-License-Identifier: MIT */
/*
 * Dependency rules for make and ninja: "target: \" and then one prerequisite a line.
 */
#pragma once

#include "base/text.h"

#include <stddef.h>

/* Appends one rule; names are escaped as both tools read them. */
void depfile_rule(Text *out, const char *target, const char *const *needs, size_t n_needs);
