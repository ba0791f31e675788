/* SPDX-License-Identifier: MIT */
/*
 * Looks at everything that a hostile image offers, within bounds.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fs.h"

/* Visits every name, at most a few thousand, reads contents, links and attributes, and then takes the file
 * system down. */
void fs_walk(Fs *fs);
/* The same, and changes what it finds: names, contents, attributes. */
void fs_walk_and_change(Fs *fs);
