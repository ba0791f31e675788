/* SPDX-License-Identifier: MIT */
/*
 * Syntax errors in words: which token was not expected, and, when that is a short list, what could
 * stand there instead.
 */
#pragma once

#include "front/build.h"

#define REPORT_TOKENS 80 /* more than the grammar has */
#define REPORT_LISTED 4u /* longer lists help nobody and are left out */

typedef struct ReportExpected {
        const char *tokens[REPORT_TOKENS]; /* as the grammar names them: "'='", "interface", "a name" */
        unsigned n;
} ReportExpected;

void report_expect(ReportExpected *e, const char *token);
void report_syntax(Parse *p, Span unexpected, const ReportExpected *e);
void report_stack_full(Parse *p, Span span);
