/* SPDX-License-Identifier: MIT */
/*
 * Syntax errors in words: which token was not expected, and, when that is a short list, what could
 * stand there instead.
 */
#pragma once

#include "front/expected.h"
#include "psl/build.h"

/* Not for tokens that no text has. */
void psl_report_expect(Expected *e, const char *token);
void psl_report_syntax(PslParse *p, Span unexpected, const Expected *e);
void psl_report_stack_full(PslParse *p, Span span);
