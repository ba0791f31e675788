/* SPDX-License-Identifier: MIT */
/*
 * The layout model as text: for people and golden tests (dump_text) and for other tools
 * (dump_json; format: docs/reference/json-model.md). Both are deterministic.
 */
#pragma once

#include "base/text.h"
#include "model.h"

void dump_text(const LayUnit *unit, Text *out);
void dump_json(const LayUnit *unit, Text *out);
