/* SPDX-License-Identifier: MIT */
/*
 * Parses texts in tests and keeps what was said about them.
 */
#pragma once

#include "front/parse.h"

typedef struct Parsed {
        Ctx ctx;
        AstFile *file;
        Text messages; /* all of them, as printed; the file is called "t.idl", "t.cdl" or "t.edl" */
        unsigned n_errors;
        unsigned n_warnings;
} Parsed;

void parse_text(Parsed *p, AstFileKind kind, const char *text, size_t size);
void parse_idl(Parsed *p, const char *text);
void parse_cdl(Parsed *p, const char *text);
void parse_free(Parsed *p);

/* An expression with a pair of parentheses around every operator: "((1 + 2) * 3)". */
void put_grouped(Text *out, const AstExpr *e);
