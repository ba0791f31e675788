/* SPDX-License-Identifier: MIT */
/*
 * Parses policies in tests and keeps what was said about them.
 */
#pragma once

#include "base/text.h"
#include "psl/parse.h"

typedef struct ParsedPolicy {
        Ctx ctx;
        PslFile *file;
        Text messages; /* all of them, as printed; the file is called "t.psl" */
        unsigned n_errors;
        unsigned n_warnings;
} ParsedPolicy;

void policy_parse(ParsedPolicy *p, const char *text);
void policy_free(ParsedPolicy *p);

/* An expression with a pair of parentheses around every operator, field, element and call:
 * "(1 + (2 * 3))", "(message.a)", "(list.[0])", "(pred.empty x)". */
void policy_put_grouped(Text *out, const PslExpr *e);
