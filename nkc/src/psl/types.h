/* SPDX-License-Identifier: MIT */
/*
 * Making typed expressions: leaves, operators with folding of constants, and the names of types.
 */
#pragma once

#include "psl/check.h"

#define POL_INT_MIN ((AstInt)INT64_MIN)
#define POL_INT_MAX ((AstInt)UINT64_MAX)

bool pol_number_holds(PolNumber n, AstInt value);
bool pol_number_is_signed(PolNumber n);
unsigned pol_number_bits(PolNumber n);
const char *pol_number_text(PolNumber n);         /* "UInt16" */
bool pol_number_of(LayKind kind, PolNumber *out); /* false: no integer */
bool pol_number_named(const char *name, PolNumber *out);

/* For messages: "a number", "a text". */
const char *pol_type_text(PolType t);

const PolExpr *pol_const_number(const PolBuild *b, Span span, AstInt value);
const PolExpr *pol_const_boolean(const PolBuild *b, Span span, bool value);
const PolExpr *pol_const_text(const PolBuild *b, Span span, const char *text);
const PolExpr *pol_const_unit(const PolBuild *b, Span span);

/* An operation on items of the right types. Folded when all are constant; a constant that leaves the range
 * is reported. BAD when an item is. */
const PolExpr *pol_operation(const PolBuild *b, PolExprKind kind, PolType type, Span span,
        const PolExpr *const *items, uint32_t n);
const PolExpr *pol_convert(
        const PolBuild *b, PolExprKind kind, PolNumber number, const PolExpr *item, Span span);

/* The value at a place of the message. */
const PolExpr *pol_load(const PolBuild *b, Span span, PolPlace place, bool may_fail);
