/* SPDX-License-Identifier: MIT */
/*
 * A second checker of parameters, written for clarity alone: it collects every chunk of a message
 * and compares each with each. The fast one must agree with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nk/shape.h"

bool slow_verify(const ShapeNode *nodes, uint32_t first, uint32_t n, const uint8_t *message,
        const uint8_t *arena, uint32_t arena_size);
