/* SPDX-License-Identifier: MIT */
/*
 * Shape tables made by hand, for the tests of the check.
 */
#pragma once

#include "nk/shape.h"

typedef struct ShapeParts {
        const ShapeEndpoint *endpoints; /* texts are filled in */
        uint32_t n_endpoints;
        const ShapeMethod *methods; /* texts are filled in */
        uint32_t n_methods;
        const ShapeNode *nodes;
        uint32_t n_nodes;
} ShapeParts;

/* One block with these parts; free() it. */
ShapeTable *shape_block_new(const ShapeParts *parts);

/* Its parts, to be changed by tests of bad tables. */
ShapeEndpoint *shape_block_endpoints(ShapeTable *t);
ShapeMethod *shape_block_methods(ShapeTable *t);
ShapeNode *shape_block_nodes(ShapeTable *t);
