/* SPDX-License-Identifier: MIT */
/*
 * Expressions and calls of a policy as C. Whatever can fail or is recorded becomes a variable of its
 * own, in the order of the text; the operators between such values have no effects and stay together.
 */
#pragma once

#include "base/arena.h"
#include "base/text.h"
#include "psl/policy.h"

#define KSM_EXPR_INLINE_MAX 60u /* bytes of an operand; a longer one gets a name */

typedef struct KsmCode {
        Text *out;
        Arena *arena;
        unsigned depth;    /* of the line, in steps of 8 columns */
        unsigned n_values; /* v1, v2, … of the function at hand */
} KsmCode;

void ksm_code_line(KsmCode *k, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What to write for the value, after lines that make it. */
const char *ksm_expr(KsmCode *k, const PolExpr *e);

void ksm_call_rule(KsmCode *k, const PolCall *call);
/* The subject of a choice, "ksm_flow_query(c, 7, c->dst_sid)", up to its operand; what follows it, labels
 * and all, is the caller's. */
const char *ksm_call_subject(KsmCode *k, const PolCall *call);
