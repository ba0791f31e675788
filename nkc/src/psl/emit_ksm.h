/* SPDX-License-Identifier: MIT */
/*
 * The decision code of a policy in C, for runtime/ksm/ksm_module.h: constant tables, and one function
 * for each different list of rules. The same policy gives the same text.
 */
#pragma once

#include "base/arena.h"
#include "base/text.h"
#include "psl/policy.h"

/* The whole file. The arena serves while it is written. */
void emit_ksm(Text *out, Arena *arena, const PolPolicy *p);

/* Parts of it, in their order. Lines may be of any length. */
void emit_ksm_tables(Text *out, Arena *arena, const PolPolicy *p); /* classes … profiles */
void emit_ksm_code(Text *out, Arena *arena, const PolPolicy *p);   /* functions of the decisions */
const char *emit_ksm_number(PolNumber number);                     /* the KsmType that stands for it */
void emit_ksm_section(Text *out, const char *title);
