/* SPDX-License-Identifier: MIT */
/*
 * PSL text to tree. The parser reports everything that is wrong with the shape of the text. What a name
 * means, which selectors fit an event, and everything that needs a second look at the tree is left to
 * the checks. Re-entrant: all state hangs on the call.
 */
#pragma once

#include "psl/ast.h"

/* Always returns a tree; file->is_bad says that parts are missing (the diagnostics got the reasons). */
PslFile *psl_parse(const Ctx *ctx, const SrcFile *source);
