/* SPDX-License-Identifier: MIT */
/*
 * The canonical spelling of a policy: one layout for everybody, comments, grouping and broken lines kept.
 * What is printed parses to an equal tree, and printing that again gives the same bytes.
 */
#pragma once

#include "base/text.h"
#include "psl/ast.h"

#define PSL_FORMAT_COLUMNS 100u /* dictionaries, lists and bodies that are longer are broken into lines */

/* Appends the text. The file must have parsed without errors (is_bad false). */
void psl_format(const PslFile *file, Text *out);
