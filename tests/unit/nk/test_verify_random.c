/* SPDX-License-Identifier: MIT */
/*
 * The fast check against the slow one, over random shapes and random messages.
 *
 * A round makes a shape, a message that fits it with its chunks in a random order, and then damages
 * it step by step; both checkers must agree at every step. NK_TEST_SEED repeats a run, the seed is
 * printed on failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <nk/types.h>

#include "nk/verify.h"
#include "shape_block.h"
#include "slow_verify.h"

enum { NODES_MAX = 64, ROOM = 96, ARENA_MAX = 1024, ROUNDS = 20000, DAMAGES = 24, DEPTH_MAX = 5 };

static uint64_t seed;

static uint32_t below(uint32_t n) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        return (uint32_t)((seed >> 33) % n);
}

/* --- shapes --- */

typedef struct Shape {
        ShapeNode nodes[NODES_MAX];
        uint32_t n_nodes;
} Shape;

static uint32_t make_list(Shape *s, uint32_t room, unsigned depth, uint32_t *ret_n);

static void make_sequence(Shape *s, uint32_t i, unsigned depth) {
        static const uint32_t strides[] = {1, 2, 3, 4, 8, 12, 16, 20, 24};
        ShapeNode *node = &s->nodes[i];

        node->max = 1 + below(6);
        node->stride = strides[below(9)];
        node->first_child = make_list(s, node->stride, depth + 1, &node->n_children);
}

static void make_array(Shape *s, uint32_t i, uint32_t room, unsigned depth) {
        ShapeNode *node = &s->nodes[i];

        node->stride = 8 + below(room - 7);
        node->max = 1 + below(room / node->stride);
        node->first_child = make_list(s, node->stride, depth + 1, &node->n_children);
}

/* A union with its tag at the start of `room` bytes and its members behind the tag. */
static void make_union(Shape *s, uint32_t i, uint32_t room, unsigned depth) {
        ShapeNode *node = &s->nodes[i];
        uint32_t n = 1 + below(3), first = s->n_nodes;

        node->max = node->n_children = n;
        node->first_child = first;
        s->n_nodes += n;
        for (uint32_t k = 0; k < n; k++) {
                ShapeNode *group = &s->nodes[first + k];

                *group = (ShapeNode){.kind = SHAPE_GROUP, .offset = node->offset + 4};
                group->first_child = make_list(s, room - 4, depth + 1, &group->n_children);
        }
}

/* A node that fits into `room` bytes at `offset`; room is 8 or more. */
static void make_node(Shape *s, uint32_t i, uint32_t offset, uint32_t room, unsigned depth) {
        static const ShapeKind kinds[] = {SHAPE_STRING, SHAPE_STRING, SHAPE_BYTES, SHAPE_SEQUENCE,
                SHAPE_SEQUENCE, SHAPE_ARRAY, SHAPE_UNION};
        bool is_leaf = depth == DEPTH_MAX || s->n_nodes + 8 > NODES_MAX;
        ShapeNode *node = &s->nodes[i];

        *node = (ShapeNode){.kind = kinds[below(is_leaf ? 3 : 7)], .offset = offset, .max = 1 + below(40)};
        if (node->kind == SHAPE_SEQUENCE)
                make_sequence(s, i, depth);
        else if (node->kind == SHAPE_ARRAY)
                make_array(s, i, room, depth);
        else if (node->kind == SHAPE_UNION)
                make_union(s, i, room, depth);
}

/* Siblings side by side in `room` bytes. Returns the first, or 0 when there are none. */
static uint32_t make_list(Shape *s, uint32_t room, unsigned depth, uint32_t *ret_n) {
        uint32_t n = depth == 1 ? 1 + below(4) : below(3), first = s->n_nodes;

        if (n > room / 8)
                n = room / 8;
        if (first + n + 8 > NODES_MAX)
                n = 0;
        *ret_n = n;
        s->n_nodes += n;
        for (uint32_t i = 0; i < n; i++) {
                uint32_t part = room / n;

                make_node(s, first + i, part * i, part, depth);
        }
        return n ? first : 0;
}

/* --- messages --- */

typedef struct Message {
        const Shape *shape;
        union {
                struct nk_message base_;
                uint8_t bytes[24 + ROOM];
        } fixed;
        uint8_t arena[ARENA_MAX];
        uint8_t taken[ARENA_MAX];
        uint32_t arena_size;
} Message;

static void fill_list(Message *m, uint32_t first, uint32_t n, uint8_t *base);

/* A free run of `size` bytes: mostly the first one, sometimes any. False: none left. */
static bool find_run(Message *m, uint32_t size, uint32_t *ret_offset) {
        uint32_t start = below(3) ? 0 : below(ARENA_MAX);

        for (uint32_t offset = start; offset + size <= ARENA_MAX; offset++)
                if (!memchr(m->taken + offset, 1, size)) {
                        memset(m->taken + offset, 1, size);
                        *ret_offset = offset;
                        return true;
                }
        return false;
}

static void fill_variable(Message *m, const ShapeNode *node, uint8_t *place) {
        uint32_t unit = node->kind == SHAPE_SEQUENCE ? node->stride : 1, count = below(node->max + 1);
        nk_ptr_t ptr = {below(ARENA_MAX), 0};

        if (count > 0 && find_run(m, count * unit, &ptr.offset))
                ptr.size = count * unit;
        memcpy(place, &ptr, sizeof(ptr));
        if (ptr.size == 0)
                return;
        if (ptr.offset + ptr.size > m->arena_size)
                m->arena_size = ptr.offset + ptr.size;
        if (node->kind == SHAPE_STRING)
                m->arena[ptr.offset + ptr.size - 1] = 0;
        for (uint32_t i = 0; node->kind == SHAPE_SEQUENCE && i < count; i++)
                fill_list(m, node->first_child, node->n_children, m->arena + ptr.offset + i * unit);
}

static void fill_node(Message *m, const ShapeNode *node, uint8_t *base) {
        uint32_t tag = below(node->max ? node->max : 1);

        switch ((ShapeKind)node->kind) {
        case SHAPE_STRING:
        case SHAPE_BYTES:
        case SHAPE_SEQUENCE:
                fill_variable(m, node, base + node->offset);
                break;
        case SHAPE_ARRAY:
                for (uint32_t i = 0; i < node->max; i++)
                        fill_list(m, node->first_child, node->n_children,
                                base + node->offset + i * node->stride);
                break;
        case SHAPE_UNION:
                memcpy(base + node->offset, &tag, sizeof(tag));
                fill_list(m, node->first_child + tag, 1, base);
                break;
        case SHAPE_GROUP:
                fill_list(m, node->first_child, node->n_children, base + node->offset);
                break;
        case SHAPE_HANDLE:
                break;
        }
}

static void fill_list(Message *m, uint32_t first, uint32_t n, uint8_t *base) {
        for (uint32_t i = 0; i < n; i++)
                fill_node(m, &m->shape->nodes[first + i], base);
}

/* One byte changes, anywhere; most often by little, so that sizes and offsets are just off. */
static void damage(Message *m) {
        bool in_arena = m->arena_size > 0 && below(2);
        uint8_t *byte = in_arena ? &m->arena[below(m->arena_size)] : &m->fixed.bytes[24 + below(ROOM)];

        switch (below(4)) {
        case 0:
                *byte = (uint8_t)(*byte + 1);
                break;
        case 1:
                *byte = (uint8_t)(*byte - 1);
                break;
        case 2:
                *byte = (uint8_t)below(256);
                break;
        case 3:
                if (m->arena_size > 0)
                        m->arena_size--;
                break;
        }
}

/* --- the comparison --- */

typedef struct Count {
        unsigned passed, refused, with_map;
} Count;

static int both_agree(ShapeTable *table, const Message *m, uint32_t n_own, Count *count) {
        VerifyScratch scratch = VERIFY_SCRATCH_NULL;
        uint8_t *arena = malloc(m->arena_size + 1);
        bool fast, slow;

        assert_non_null(arena);
        memcpy(arena, m->arena, m->arena_size);
        fast = verify_request(table, &m->fixed.base_, sizeof(m->fixed), arena, m->arena_size, &scratch) == 0;
        slow = slow_verify(m->shape->nodes, 0, n_own, m->fixed.bytes, arena, m->arena_size);
        count->passed += fast;
        count->refused += !fast;
        count->with_map += scratch.bits != NULL;
        verify_scratch_deinit(&scratch);
        free(arena);
        return fast == slow;
}

/* Nodes of the constant part are counted from its start, header included. */
static uint32_t make_shape(Shape *s) {
        uint32_t n_own;

        s->n_nodes = 0;
        make_list(s, ROOM, 1, &n_own);
        for (uint32_t i = 0; i < n_own; i++) {
                ShapeNode *node = &s->nodes[i];

                node->offset += 24;
                for (uint32_t k = 0; node->kind == SHAPE_UNION && k < node->n_children; k++)
                        s->nodes[node->first_child + k].offset += 24;
        }
        return n_own;
}

static void run_round(Count *count) {
        Shape shape;
        Message m = {.shape = &shape};
        const ShapeEndpoint endpoint = {.n_methods = 1};
        ShapeMethod method = {.res = {24, 0, 0, 0, 0}, .err = {24, 0, 0, 0, 0}};
        uint64_t start = seed;
        ShapeTable *table;

        method.req = (ShapeMessage){.size = 24 + ROOM, .arena_max = ARENA_MAX, .n_nodes = make_shape(&shape)};
        table = shape_block_new(&(ShapeParts){&endpoint, 1, &method, 1, shape.nodes, shape.n_nodes});
        assert_int_equal(verify_table(table, table->size), 0);

        nk_message_make_req(&m.fixed.base_, sizeof(m.fixed));
        memset(m.arena, 'x', sizeof(m.arena));
        fill_list(&m, 0, method.req.n_nodes, m.fixed.bytes);
        assert_true(slow_verify(shape.nodes, 0, method.req.n_nodes, m.fixed.bytes, m.arena, m.arena_size));
        for (int i = 0; i < DAMAGES; i++) {
                if (!both_agree(table, &m, method.req.n_nodes, count))
                        fail_msg("the checkers disagree: NK_TEST_SEED=%llu", (unsigned long long)start);
                damage(&m);
        }
        free(table);
}

static void fast_and_slow_check_agree(void **state) {
        const char *given = getenv("NK_TEST_SEED");
        Count count = {0};
        (void)state;

        seed = given ? strtoull(given, NULL, 0) : 20;
        print_message("# NK_TEST_SEED=%llu\n", (unsigned long long)seed);
        for (int i = 0; i < ROUNDS; i++)
                run_round(&count);
        print_message(
                "# %u passed, %u refused, %u with a map\n", count.passed, count.refused, count.with_map);
        assert_true(count.passed > ROUNDS && count.refused > ROUNDS && count.with_map > ROUNDS / 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(fast_and_slow_check_agree),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
