/* SPDX-License-Identifier: MIT */
/*
 * Output files: written beside the target and renamed over it, so that nobody ever sees half a
 * file; left alone when the content is already there, so that builds do not run again for nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Returns 0 or a negative errno; *changed (may be NULL) says whether the file was written. An existing
 * file keeps its mode, a symbolic link is followed; a new file gets 0666 less the umask. */
int out_write(const char *path, const char *bytes, size_t size, bool *changed);
