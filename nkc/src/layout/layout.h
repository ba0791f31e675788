/* SPDX-License-Identifier: MIT */
/*
 * The layout stage: from the resolved model of sema to the layout model. All sizes, offsets,
 * capacities, arena needs and ids of the project are worked out below this header.
 */
#pragma once

#include "model.h"
#include "sema/sema.h"

typedef struct Layout Layout;

Layout *layout_new(const Ctx *ctx, bool extended_errors);

/* The model of a checked description. NULL when it or something it uses is bad; limits that only
 * sizes can show are reported here. Built once for each file. */
const LayUnit *layout_unit(Layout *l, SemaFile *f);
