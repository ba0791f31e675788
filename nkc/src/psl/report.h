/* SPDX-License-Identifier: MIT */
/*
 * Syntax errors in words: which token was not expected, and, when that is a short list, what could
 * stand there instead.
 */
#pragma once

#include "psl/build.h"

#define PSL_EXPECTED_MAX 96 /* more tokens than the grammar has */
#define PSL_LISTED_MAX   4u /* longer lists help nobody and are left out */

typedef struct PslExpected {
        const char *tokens[PSL_EXPECTED_MAX]; /* as the grammar names them: "'='", "match", "a name" */
        unsigned n;
} PslExpected;

void psl_report_expect(PslExpected *e, const char *token);
void psl_report_syntax(PslParse *p, Span unexpected, const PslExpected *e);
void psl_report_stack_full(PslParse *p, Span span);
