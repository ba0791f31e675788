/* SPDX-License-Identifier: MIT */
/*
 * Text to tree. The parser reports everything that is wrong with the shape of the text: bytes,
 * literals, words out of place, order of the parts of a file, repeated sections, nesting limits,
 * older spellings. What a name means, whether it is spelled as it must be, and everything that needs
 * a second look at the tree is left to sema. Re-entrant: all state hangs on the call.
 */
#pragma once

#include "ast.h"

/* Always returns a tree; file->is_bad says that parts are missing (the diagnostics got the reasons). */
AstFile *front_parse(const Ctx *ctx, const SrcFile *source, AstFileKind kind);

/* Kind by the ending of a file name: ".idl", ".cdl", ".edl". False: none of them. */
bool front_kind_of(const char *path, AstFileKind *kind);

/* Reads one file; problems become diagnostics. NULL when it cannot be read. `use` as below. */
const SrcFile *front_read(const Ctx *ctx, const char *path, Span use);

/* Reads and parses one file; problems of reading become diagnostics too. NULL when it cannot be read
 * or its ending is none of the three. `use` is the place that asked for the file, or SPAN_NONE. */
AstFile *front_parse_file(const Ctx *ctx, const char *path, Span use);
