/* SPDX-License-Identifier: MIT */
/*
 * The tests of a policy as a C program for runtime/ksm/pal.h: tables of cases with their messages byte for
 * byte, and main(). It is compiled together with the decision code, as one file or as two.
 */
#pragma once

#include "psl/emit_ksm.h"

void emit_pal(Text *out, Arena *arena, const PolPolicy *p);
