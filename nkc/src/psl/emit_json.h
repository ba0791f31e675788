/* SPDX-License-Identifier: MIT */
/*
 * A policy as JSON, for tools: docs/reference/policy-json.md describes every key.
 */
#pragma once

#include "base/text.h"
#include "psl/policy.h"

void emit_json(Text *out, const PolPolicy *p);
