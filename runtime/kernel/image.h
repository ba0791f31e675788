/* SPDX-License-Identifier: MIT */
/*
 * Images: a solution as one file, a tar archive in the ustar form as makeimg writes it.
 *
 * An image is unpacked into a folder of its own, readable by its owner alone, which lives as long as the
 * run. Only files and folders are taken, under names that stay below that folder; whatever else an
 * archive may hold is refused, because an image comes from anywhere.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "pool.h"

#define IMAGE_ENTRIES_MAX 65536u /* files and folders */
#define IMAGE_NAME_MAX    256u   /* bytes of an entry's name: what the format can say */

/* Is this a file that begins as a tar archive does? */
bool image_is(const char *path);
/* Unpacks an image. Returns 0 and the folder, or -1 after saying on `out` what is wrong; then nothing is
 * left behind. *ret_is_ours: it belongs to us or to root, and nobody else may write to it. */
int image_unpack(Pool *pool, const char *path, FILE *out, const char **ret_folder, bool *ret_is_ours);
void image_remove(const char *folder); /* the folder of image_unpack() with all in it; NULL: nothing */
