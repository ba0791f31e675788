/* SPDX-License-Identifier: MIT */
/*
 * Copying values from one arena into another; see copy.h.
 */
#include "copy.h"

#include <string.h>

/* Fetches the elements of a chunk and makes room for as many at the other side. An empty chunk
 * stays empty, and neither pointer is used then. */
#define BEGIN_COPY(type, copy, from, to, in, out, n)                                                         \
        do {                                                                                                 \
                (in) = nk_arena_get(type, (copy)->from, from, &(n));                                         \
                if ((in) == NULL)                                                                            \
                        (n) = 0;                                                                             \
                (out) = (copy)->err == NK_EOK ? nk_arena_alloc(type, (copy)->to, to, n) : NULL;              \
                if ((out) == NULL) {                                                                         \
                        (copy)->err = (copy)->err != NK_EOK ? (copy)->err : NK_ENOMEM;                       \
                        (n) = 0;                                                                             \
                }                                                                                            \
        } while (0)

void copy_bytes(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to) {
        const nk_uint8_t *in;
        nk_uint8_t *out;
        nk_size_t n = 0;

        BEGIN_COPY(nk_uint8_t, copy, from, to, in, out, n);
        if (n != 0)
                memcpy(out, in, n);
}

void copy_numbers(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to) {
        const nk_uint32_t *in;
        nk_uint32_t *out;
        nk_size_t n = 0;

        BEGIN_COPY(nk_uint32_t, copy, from, to, in, out, n);
        if (n != 0)
                memcpy(out, in, n * sizeof(*out));
}

void copy_rows(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to) {
        const nk_ptr_t *in;
        nk_ptr_t *out;
        nk_size_t n = 0;
        nk_size_t i;

        BEGIN_COPY(nk_ptr_t, copy, from, to, in, out, n);
        for (i = 0; i < n; i++)
                copy_bytes(copy, &in[i], &out[i]);
}

static void copy_points(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to) {
        const types_Shapes_Point *in;
        types_Shapes_Point *out;
        nk_size_t n = 0;
        nk_size_t i;

        BEGIN_COPY(types_Shapes_Point, copy, from, to, in, out, n);
        for (i = 0; i < n; i++)
                out[i] = in[i];
}

static void copy_label(struct Copy *copy, const types_Shapes_Label *from, types_Shapes_Label *to) {
        copy_bytes(copy, &from->text, &to->text);
        to->colour = from->colour;
}

static void copy_labels(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to) {
        const types_Shapes_Label *in;
        types_Shapes_Label *out;
        nk_size_t n = 0;
        nk_size_t i;

        BEGIN_COPY(types_Shapes_Label, copy, from, to, in, out, n);
        for (i = 0; i < n; i++)
                copy_label(copy, &in[i], &out[i]);
}

void copy_drawing(struct Copy *copy, const types_Shapes_Drawing *from, types_Shapes_Drawing *to) {
        to->layer = from->layer;
        to->stamp = from->stamp;
        copy_label(copy, &from->title, &to->title);
        memcpy(to->palette, from->palette, sizeof(to->palette));
        copy_points(copy, &from->points, &to->points);
        copy_labels(copy, &from->labels, &to->labels);
        copy_bytes(copy, &from->thumbnail, &to->thumbnail);
}

void copy_drawings(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to) {
        const types_Shapes_Drawing *in;
        types_Shapes_Drawing *out;
        nk_size_t n = 0;
        nk_size_t i;

        BEGIN_COPY(types_Shapes_Drawing, copy, from, to, in, out, n);
        for (i = 0; i < n; i++)
                copy_drawing(copy, &in[i], &out[i]);
}

void copy_shape(struct Copy *copy, const types_Shapes_Shape *from, types_Shapes_Shape *to) {
        to->tag_ = from->tag_;
        switch (from->tag_) {
        case types_Shapes_Shape_dot_tag:
                to->dot = from->dot;
                break;
        case types_Shapes_Shape_path_tag:
                copy_points(copy, &from->path, &to->path);
                break;
        case types_Shapes_Shape_caption_tag:
                copy_label(copy, &from->caption, &to->caption);
                break;
        case types_Shapes_Shape_radius_tag:
                to->radius = from->radius;
                break;
        default:
                copy->err = NK_EBADMSG;
                break;
        }
}

void copy_shapes(struct Copy *copy, const nk_ptr_t *from, nk_ptr_t *to) {
        const types_Shapes_Shape *in;
        types_Shapes_Shape *out;
        nk_size_t n = 0;
        nk_size_t i;

        BEGIN_COPY(types_Shapes_Shape, copy, from, to, in, out, n);
        for (i = 0; i < n; i++)
                copy_shape(copy, &in[i], &out[i]);
}
