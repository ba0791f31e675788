/* SPDX-License-Identifier: MIT */
/*
 * Copying values from one arena into another.
 *
 * A chunk descriptor means something only together with its arena, so what came in with a request
 * can't be put into a reply by assignment: every part is stored anew, outer part first, in the
 * order of the description. The first error sticks and later calls do nothing.
 */
#pragma once

#include <nk/arena.h>
#include <nk/types.h>

#include <types/IMirror.idl.h>

struct Copy {
        const struct nk_arena *from;
        struct nk_arena *to;
        nk_err_t err;
};

void copy_bytes(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to);   /* string, bytes, sequence<UInt8> */
void copy_numbers(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to); /* sequence<UInt32> */
void copy_rows(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to); /* sequence of what copy_bytes takes */
void copy_drawing(struct Copy *copy, const types_Shapes_Drawing *from, types_Shapes_Drawing *to);
void copy_drawings(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to);
void copy_shape(struct Copy *copy, const types_Shapes_Shape *from, types_Shapes_Shape *to);
void copy_shapes(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to);
