/* SPDX-License-Identifier: MIT */
/*
 * Templates: a folder of text files that is copied with a name filled in.
 *
 * In paths, a part that is NAME becomes the name, `gitignore` becomes `.gitignore`, and a final `.in` goes;
 * in texts, @NAME@ becomes the name. Nothing that exists is written over.
 */
#pragma once

#include <stdio.h>

#include "pool.h"

#define TEMPLATE_FILE_MAX (64u * 1024u) /* bytes of a file */
#define TEMPLATE_NAME_MAX 32u           /* bytes of the name: it is the beginning of longer ones */

/* Can this be the name of a package? NULL, or what is wrong. */
const char *template_refuse(const char *name);
/* Makes `folder`, which must not exist, from the template. 0, or -1 after saying on `out` what failed. */
int template_copy(Pool *pool, const char *from, const char *folder, const char *name, FILE *out);
