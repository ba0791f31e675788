/* SPDX-License-Identifier: MIT */
/*
 * Comparing values that lie in two arenas; see same.h.
 */
#include "same.h"

#include <string.h>

/* Two chunks of `type` with equally many elements: their addresses and their number. */
#define GET_BOTH(type, pair, sent, back, a, b, n)                                                            \
        do {                                                                                                 \
                nk_size_t n_back_ = 0;                                                                       \
                                                                                                             \
                (a) = nk_arena_get(type, (pair)->sent, sent, &(n));                                          \
                (b) = nk_arena_get(type, (pair)->back, back, &n_back_);                                      \
                if ((n) != n_back_ || ((n) != 0 && ((a) == NULL || (b) == NULL)))                            \
                        return false;                                                                        \
        } while (0)

bool same_bytes(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back) {
        const nk_uint8_t *a;
        const nk_uint8_t *b;
        nk_size_t n = 0;

        GET_BOTH(nk_uint8_t, pair, sent, back, a, b, n);
        return n == 0 || memcmp(a, b, n) == 0;
}

bool same_numbers(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back) {
        const nk_uint32_t *a;
        const nk_uint32_t *b;
        nk_size_t n = 0;

        GET_BOTH(nk_uint32_t, pair, sent, back, a, b, n);
        return n == 0 || memcmp(a, b, n * sizeof(*a)) == 0;
}

bool same_rows(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back) {
        const nk_ptr_t *a;
        const nk_ptr_t *b;
        nk_size_t n = 0;
        nk_size_t i;

        GET_BOTH(nk_ptr_t, pair, sent, back, a, b, n);
        for (i = 0; i < n; i++)
                if (!same_bytes(pair, &a[i], &b[i]))
                        return false;
        return true;
}

static bool same_points(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back) {
        const types_Shapes_Point *a;
        const types_Shapes_Point *b;
        nk_size_t n = 0;
        nk_size_t i;

        GET_BOTH(types_Shapes_Point, pair, sent, back, a, b, n);
        for (i = 0; i < n; i++)
                if (a[i].x != b[i].x || a[i].y != b[i].y)
                        return false;
        return true;
}

static bool same_label(
        const struct Pair *pair, const types_Shapes_Label *sent, const types_Shapes_Label *back) {
        return same_bytes(pair, &sent->text, &back->text) && sent->colour == back->colour;
}

static bool same_labels(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back) {
        const types_Shapes_Label *a;
        const types_Shapes_Label *b;
        nk_size_t n = 0;
        nk_size_t i;

        GET_BOTH(types_Shapes_Label, pair, sent, back, a, b, n);
        for (i = 0; i < n; i++)
                if (!same_label(pair, &a[i], &b[i]))
                        return false;
        return true;
}

bool same_drawing(
        const struct Pair *pair, const types_Shapes_Drawing *sent, const types_Shapes_Drawing *back) {
        return sent->layer == back->layer && sent->stamp == back->stamp &&
               same_label(pair, &sent->title, &back->title) &&
               memcmp(sent->palette, back->palette, sizeof(sent->palette)) == 0 &&
               same_points(pair, &sent->points, &back->points) &&
               same_labels(pair, &sent->labels, &back->labels) &&
               same_bytes(pair, &sent->thumbnail, &back->thumbnail);
}

bool same_drawings(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back) {
        const types_Shapes_Drawing *a;
        const types_Shapes_Drawing *b;
        nk_size_t n = 0;
        nk_size_t i;

        GET_BOTH(types_Shapes_Drawing, pair, sent, back, a, b, n);
        for (i = 0; i < n; i++)
                if (!same_drawing(pair, &a[i], &b[i]))
                        return false;
        return true;
}

bool same_shape(const struct Pair *pair, const types_Shapes_Shape *sent, const types_Shapes_Shape *back) {
        if (sent->tag_ != back->tag_)
                return false;
        switch (sent->tag_) {
        case types_Shapes_Shape_dot_tag:
                return sent->dot.x == back->dot.x && sent->dot.y == back->dot.y;
        case types_Shapes_Shape_path_tag:
                return same_points(pair, &sent->path, &back->path);
        case types_Shapes_Shape_caption_tag:
                return same_label(pair, &sent->caption, &back->caption);
        case types_Shapes_Shape_radius_tag:
                return sent->radius == back->radius;
        default:
                return false;
        }
}

bool same_shapes(const struct Pair *pair, const nk_ptr_t *sent, const nk_ptr_t *back) {
        const types_Shapes_Shape *a;
        const types_Shapes_Shape *b;
        nk_size_t n = 0;
        nk_size_t i;

        GET_BOTH(types_Shapes_Shape, pair, sent, back, a, b, n);
        for (i = 0; i < n; i++)
                if (!same_shape(pair, &a[i], &b[i]))
                        return false;
        return true;
}
