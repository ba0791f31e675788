/* SPDX-License-Identifier: MIT */
/*
 * The rules of the reference one by one, without regard to cost: slow_verify.h.
 */
#include "slow_verify.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNKS_MAX = 1 << 16 };

typedef struct Slow {
        const ShapeNode *nodes;
        const uint8_t *arena;
        uint64_t arena_size;
        struct {
                uint64_t from, to;
        } chunks[CHUNKS_MAX];
        size_t n_chunks;
} Slow;

static bool list_passes(Slow *s, uint32_t first, uint32_t n, const uint8_t *base);

static bool is_free(const Slow *s, uint64_t from, uint64_t to) {
        for (size_t i = 0; i < s->n_chunks; i++)
                if (from < s->chunks[i].to && s->chunks[i].from < to)
                        return false;
        return true;
}

static bool chunk_passes(Slow *s, uint64_t offset, uint64_t size, uint64_t size_max) {
        if (size > size_max || offset + size > s->arena_size || !is_free(s, offset, offset + size))
                return false;
        if (s->n_chunks == CHUNKS_MAX)
                abort();
        s->chunks[s->n_chunks].from = offset;
        s->chunks[s->n_chunks++].to = offset + size;
        return true;
}

static bool elements_pass(Slow *s, const ShapeNode *node, const uint8_t *base, uint64_t n) {
        for (uint64_t i = 0; i < n; i++)
                if (!list_passes(s, node->first_child, node->n_children, base + i * node->stride))
                        return false;
        return true;
}

static bool variable_passes(Slow *s, const ShapeNode *node, const uint8_t *place) {
        uint32_t offset, size;
        uint64_t unit = node->kind == SHAPE_SEQUENCE ? node->stride : 1;

        memcpy(&offset, place, sizeof(offset));
        memcpy(&size, place + sizeof(offset), sizeof(size));
        if (size == 0)
                return true;
        if (size % unit != 0 || !chunk_passes(s, offset, size, unit * node->max))
                return false;
        if (node->kind == SHAPE_STRING)
                return s->arena[offset + size - 1] == 0;
        return node->kind == SHAPE_BYTES || elements_pass(s, node, s->arena + offset, size / unit);
}

static bool union_passes(Slow *s, const ShapeNode *node, const uint8_t *base) {
        uint32_t tag;

        memcpy(&tag, base + node->offset, sizeof(tag));
        return tag < node->max && list_passes(s, node->first_child + tag, 1, base);
}

static bool node_passes(Slow *s, const ShapeNode *node, const uint8_t *base) {
        switch ((ShapeKind)node->kind) {
        case SHAPE_STRING:
        case SHAPE_BYTES:
        case SHAPE_SEQUENCE:
                return variable_passes(s, node, base + node->offset);
        case SHAPE_ARRAY:
                return elements_pass(s, node, base + node->offset, node->max);
        case SHAPE_UNION:
                return union_passes(s, node, base);
        case SHAPE_GROUP:
                return elements_pass(s, node, base + node->offset, 1);
        case SHAPE_HANDLE:
                return true;
        }
        return false;
}

static bool list_passes(Slow *s, uint32_t first, uint32_t n, const uint8_t *base) {
        for (uint32_t i = 0; i < n; i++)
                if (!node_passes(s, &s->nodes[first + i], base))
                        return false;
        return true;
}

bool slow_verify(const ShapeNode *nodes, uint32_t first, uint32_t n, const uint8_t *message,
        const uint8_t *arena, uint32_t arena_size) {
        static Slow s; /* too large for the stack, and nothing in it lives longer than the call */

        s.nodes = nodes;
        s.arena = arena;
        s.arena_size = arena_size;
        s.n_chunks = 0;
        return list_passes(&s, first, n, message);
}
