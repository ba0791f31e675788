/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the structural check of messages, compared with the slow second checker.
 *
 * Input: byte 0 is the MID, its bit 7 asks for the raw header; then the constant part; then the arena.
 * Without bit 7 the header is made right, so that the parameters are reached.
 */
#include <nk/types.h>

#include <stdlib.h>
#include <string.h>

#include "nk/verify.h"
#include "shape_block.h"
#include "slow_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 24, FIXED = 64, RAW = 0x80, ARENA_MAX = 1 << 15 };

/* Method 0: string, sequence of integers. 1: sequence of structs of a string and a sequence of bytes.
 * 2: union of a string, a sequence of strings, an integer. 3: array of sequences of 12-byte elements. */
enum {
        STRING,
        NUMBERS,
        RECORDS,
        UNION,
        ARRAY,
        RECORD_NAME,
        RECORD_PARTS,
        PART,
        MEMBER_0,
        MEMBER_1,
        MEMBER_2,
        MEMBER_STRING,
        MEMBER_STRINGS,
        MEMBER_ELEM,
        ARRAY_ELEM,
        NODES
};

static const ShapeNode nodes[NODES] = {
        [STRING] = {.kind = SHAPE_STRING, .offset = HEADER, .max = 9},
        [NUMBERS] = {.kind = SHAPE_SEQUENCE, .offset = HEADER + 8, .max = 6, .stride = 4},
        [RECORDS] = {.kind = SHAPE_SEQUENCE,
                .offset = HEADER + 4,
                .max = 5,
                .stride = 20,
                .first_child = RECORD_NAME,
                .n_children = 2},
        [UNION] = {.kind = SHAPE_UNION, .offset = HEADER, .max = 3, .first_child = MEMBER_0, .n_children = 3},
        [ARRAY] = {.kind = SHAPE_ARRAY,
                .offset = HEADER,
                .max = 3,
                .stride = 8,
                .first_child = ARRAY_ELEM,
                .n_children = 1},
        [RECORD_NAME] = {.kind = SHAPE_STRING, .offset = 0, .max = 17},
        [RECORD_PARTS] = {.kind = SHAPE_SEQUENCE,
                .offset = 12,
                .max = 4,
                .stride = 8,
                .first_child = PART,
                .n_children = 1},
        [PART] = {.kind = SHAPE_BYTES, .offset = 0, .max = 300},
        [MEMBER_0] = {.kind = SHAPE_GROUP,
                .offset = HEADER + 8,
                .first_child = MEMBER_STRING,
                .n_children = 1},
        [MEMBER_1] = {.kind = SHAPE_GROUP,
                .offset = HEADER + 8,
                .first_child = MEMBER_STRINGS,
                .n_children = 1},
        [MEMBER_2] = {.kind = SHAPE_GROUP, .offset = HEADER + 8},
        [MEMBER_STRING] = {.kind = SHAPE_STRING, .offset = 0, .max = 4},
        [MEMBER_STRINGS] = {.kind = SHAPE_SEQUENCE,
                .offset = 4,
                .max = 7,
                .stride = 8,
                .first_child = MEMBER_ELEM,
                .n_children = 1},
        [MEMBER_ELEM] = {.kind = SHAPE_STRING, .offset = 0, .max = 64},
        [ARRAY_ELEM] = {.kind = SHAPE_SEQUENCE, .offset = 0, .max = 10, .stride = 12},
};

#define METHOD(first, n)                                                                                     \
        {                                                                                                    \
                .req = {FIXED, ARENA_MAX, 0, first, n}, .res = {FIXED, 0, 0, 0, 0},                          \
                .err = { HEADER,                                                                             \
                        0,                                                                                   \
                        0,                                                                                   \
                        0,                                                                                   \
                        0 }                                                                                  \
        }

static const ShapeMethod methods[] = {
        METHOD(STRING, 2), METHOD(RECORDS, 1), METHOD(UNION, 1), METHOD(ARRAY, 1)};
static const ShapeEndpoint endpoint = {.n_methods = nk_array_size(methods)};

typedef union Fixed {
        struct nk_message base_;
        uint8_t bytes[FIXED];
} Fixed;

static const ShapeTable *table(void) {
        static ShapeTable *t;

        if (t)
                return t;
        t = shape_block_new(
                &(ShapeParts){&endpoint, 1, methods, nk_array_size(methods), nodes, nk_array_size(nodes)});
        if (verify_table(t, t->size) != 0)
                abort();
        return t;
}

static void check_request(const Fixed *fixed, const uint8_t *arena, uint32_t arena_size, int is_raw) {
        VerifyScratch scratch = VERIFY_SCRATCH_NULL;
        int r = verify_request(table(), &fixed->base_, sizeof(*fixed), arena, arena_size, &scratch);

        if ((r != 0) != (scratch.reason != NULL))
                abort();
        if (!is_raw) {
                const ShapeMessage *shape = &methods[fixed->base_.mid].req;

                if ((r == 0) != slow_verify(nodes, shape->first_node, shape->n_nodes, fixed->bytes, arena,
                                        arena_size))
                        abort();
        }
        verify_scratch_deinit(&scratch);
}

static void check_reply(const Fixed *fixed, uint32_t size, const uint8_t *arena, uint32_t arena_size) {
        VerifyScratch scratch = VERIFY_SCRATCH_NULL;

        (void)verify_reply(table(), fixed->base_.iid, fixed->base_.mid, &fixed->base_, size, arena,
                arena_size, &scratch);
        verify_scratch_deinit(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Fixed fixed = {.bytes = {0}};
        uint8_t first = size ? data[0] : 0;
        size_t n = size ? size - 1 : 0, n_fixed = n < FIXED ? n : FIXED, n_arena = n - n_fixed;

        if (n_arena > ARENA_MAX)
                return 0;
        if (n_fixed)
                memcpy(fixed.bytes, data + 1, n_fixed);
        if (!(first & RAW)) {
                nk_message_make_req(&fixed.base_, FIXED);
                fixed.base_.mid = first % nk_array_size(methods);
        }
        check_request(
                &fixed, n_arena ? data + 1 + FIXED : (const uint8_t *)"", (uint32_t)n_arena, first & RAW);
        check_reply(&fixed, first & 1 ? FIXED : HEADER, (const uint8_t *)"", 0);
        return 0;
}
