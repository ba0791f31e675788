/* SPDX-License-Identifier: MIT */
/*
 * The canonical spelling of a file: one layout for everybody, comments and grouping kept. What is
 * printed parses to an equal tree, and printing that again gives the same bytes.
 */
#pragma once

#include "base/text.h"
#include "front/ast.h"

#define FORMAT_COLUMNS 100u /* longer parameter lists are broken, one parameter a line */

/* Appends the text. The file must have parsed without errors (is_bad false). */
void front_format(const AstFile *file, Text *out);
