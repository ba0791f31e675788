/* SPDX-License-Identifier: MIT */
/*
 * Sample values, built in an arena: each at the limit that types/Shapes.idl sets.
 *
 * The functions end the program when the arena is full: the size constants that nkc generated
 * would be wrong then.
 */
#pragma once

#include <nk/arena.h>
#include <nk/types.h>

#include <types/IMirror.idl.h>

void sample_text(struct nk_arena *arena, nk_ptr_t *ptr, const char *text);
void sample_words(struct nk_arena *arena, nk_ptr_t *ptr, const char *const *words, nk_size_t n);
void sample_numbers(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n);
void sample_rows(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n);
void sample_drawing(struct nk_arena *arena, types_Shapes_Drawing *drawing, nk_uint8_t layer);
void sample_drawings(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n);
void sample_shape(struct nk_arena *arena, types_Shapes_Shape *shape, nk_uint32_t tag);
void sample_shapes(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n); /* one of each tag in turn */
