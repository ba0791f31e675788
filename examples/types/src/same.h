/* SPDX-License-Identifier: MIT */
/*
 * Comparing values that lie in two arenas: what was sent with what came back.
 */
#pragma once

#include <nk/arena.h>
#include <nk/types.h>

#include <stdbool.h>

#include <types/IMirror.idl.h>

struct Pair {
        const struct nk_arena *sent;
        const struct nk_arena *back;
};

bool same_bytes(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back);
bool same_numbers(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back);
bool same_rows(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back);
bool same_drawing(
        const struct Pair *pair, const types_Shapes_Drawing *sent, const types_Shapes_Drawing *back);
bool same_drawings(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back);
bool same_shape(const struct Pair *pair, const types_Shapes_Shape *sent, const types_Shapes_Shape *back);
bool same_shapes(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back);
