/* SPDX-License-Identifier: MIT */
/*
 * Syntax errors in words: which token was not expected, and, when that is a short list, what could
 * stand there instead.
 */
#pragma once

#include "front/build.h"
#include "front/expected.h"

void report_syntax(Parse *p, Span unexpected, const Expected *e);
void report_stack_full(Parse *p, Span span);
