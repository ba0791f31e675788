/* SPDX-License-Identifier: MIT */
/*
 * From the parts of a policy to the resolved policy.
 */
#pragma once

#include "psl/check.h"

/* NULL after an error, which was reported. */
const PolPolicy *pol_compile(Layout *layout, const Ctx *ctx, const PslUnit *unit, bool lenient_classes);
