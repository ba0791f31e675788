/* SPDX-License-Identifier: MIT */
/*
 * The layout model as text: for people and golden tests (lay_dump_text) and for other tools
 * (lay_dump_json; format: docs/reference/json-model.md). Both are deterministic.
 */
#pragma once

#include "base/text.h"
#include "model.h"

void lay_dump_text(const LayUnit *unit, Text *out);
void lay_dump_json(const LayUnit *unit, Text *out);
