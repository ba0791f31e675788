/* SPDX-License-Identifier: MIT */
/*
 * Sample values, built in an arena; see samples.h.
 *
 * Parts are stored in the order of the description, outer part before inner: a message at all its
 * limits fits its arena exactly when it is built in this order.
 */
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *chunk) {
        if (chunk == NULL) {
                fprintf(stderr, "the arena is full\n");
                exit(EXIT_FAILURE);
        }
        return chunk;
}

void sample_text(struct nk_arena *arena, nk_ptr_t *ptr, const char *text) {
        size_t size = strlen(text) + 1;

        memcpy(need(nk_arena_alloc(char, arena, ptr, size)), text, size);
}

void sample_words(struct nk_arena *arena, nk_ptr_t *ptr, const char *const *words, nk_size_t n) {
        nk_ptr_t *chunk = need(nk_arena_alloc(nk_ptr_t, arena, ptr, n));
        nk_size_t i;

        for (i = 0; i < n; i++)
                sample_text(arena, &chunk[i], words[i]);
}

void sample_numbers(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n) {
        nk_uint32_t *chunk = need(nk_arena_alloc(nk_uint32_t, arena, ptr, n));
        nk_size_t i;

        for (i = 0; i < n; i++)
                chunk[i] = 0xffffffffu - (nk_uint32_t)i;
}

static void sample_bytes(struct nk_arena *arena, nk_ptr_t *ptr, nk_uint8_t first, nk_size_t n) {
        nk_uint8_t *chunk = need(nk_arena_alloc(nk_uint8_t, arena, ptr, n));
        nk_size_t i;

        for (i = 0; i < n; i++)
                chunk[i] = (nk_uint8_t)(first + i);
}

/* Row 0 is empty, row 1 has one element, and so on. */
void sample_rows(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n) {
        nk_ptr_t *chunk = need(nk_arena_alloc(nk_ptr_t, arena, ptr, n));
        nk_size_t i;

        for (i = 0; i < n; i++)
                sample_bytes(arena, &chunk[i], (nk_uint8_t)(10 * i), i);
}

static void sample_points(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n) {
        types_Shapes_Point *chunk = need(nk_arena_alloc(types_Shapes_Point, arena, ptr, n));
        nk_size_t i;

        for (i = 0; i < n; i++) {
                chunk[i].x = types_Shapes_Origin + (nk_sint32_t)i;
                chunk[i].y = -chunk[i].x;
        }
}

static void sample_label(struct nk_arena *arena, types_Shapes_Label *label, const char *text) {
        sample_text(arena, &label->text, text);
        label->colour = 0xbeef;
}

void sample_drawing(struct nk_arena *arena, types_Shapes_Drawing *drawing, nk_uint8_t layer) {
        types_Shapes_Label *labels;
        nk_size_t i;

        drawing->layer = layer;
        drawing->stamp = 0x0123456789abcdefu;
        sample_label(arena, &drawing->title, "fifteen letters");
        for (i = 0; i < types_Shapes_PaletteSize; i++)
                drawing->palette[i] = (nk_uint16_t)(1000 * layer + i);
        sample_points(arena, &drawing->points, types_Shapes_PointsMax);
        labels = need(nk_arena_alloc(types_Shapes_Label, arena, &drawing->labels, 2));
        sample_label(arena, &labels[0], "");
        sample_label(arena, &labels[1], "second");
        sample_bytes(arena, &drawing->thumbnail, 200, 8);
}

void sample_drawings(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n) {
        types_Shapes_Drawing *chunk = need(nk_arena_alloc(types_Shapes_Drawing, arena, ptr, n));
        nk_size_t i;

        for (i = 0; i < n; i++)
                sample_drawing(arena, &chunk[i], (nk_uint8_t)(i + 1));
}

void sample_shape(struct nk_arena *arena, types_Shapes_Shape *shape, nk_uint32_t tag) {
        shape->tag_ = tag;
        switch (tag) {
        case types_Shapes_Shape_dot_tag:
                shape->dot.x = 3;
                shape->dot.y = -4;
                break;
        case types_Shapes_Shape_path_tag:
                sample_points(arena, &shape->path, types_Shapes_PointsMax);
                break;
        case types_Shapes_Shape_caption_tag:
                sample_label(arena, &shape->caption, "caption");
                break;
        default:
                shape->radius = 0xfedcba9876543210u;
                break;
        }
}

void sample_shapes(struct nk_arena *arena, nk_ptr_t *ptr, nk_size_t n) {
        types_Shapes_Shape *chunk = need(nk_arena_alloc(types_Shapes_Shape, arena, ptr, n));
        nk_size_t i;

        for (i = 0; i < n; i++)
                sample_shape(arena, &chunk[i], (nk_uint32_t)i);
}
