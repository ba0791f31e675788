/* SPDX-License-Identifier: MIT */
/*
 * Check of shape tables: one good table with every kind of node, and each way to spoil it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <nk/types.h>

#include "nk/verify.h"
#include "shape_block.h"

/* Request: string at 24, bytes at 32, sequence at 40 of {string at 4, bytes at 12} with stride 20, array
 * of 2 handles at 48, union at 80 with a string or nothing at 88. 96 bytes. */
enum {
        STRING,
        BYTES,
        SEQUENCE,
        ARRAY,
        UNION,
        ELEM_STRING,
        ELEM_BYTES,
        HANDLE,
        MEMBER_0,
        MEMBER_1,
        MEMBER_STRING,
        NODES
};

static const ShapeNode good_nodes[NODES] = {
        [STRING] = {.kind = SHAPE_STRING, .offset = 24, .max = 8},
        [BYTES] = {.kind = SHAPE_BYTES, .offset = 32, .max = 8},
        [SEQUENCE] = {.kind = SHAPE_SEQUENCE,
                .offset = 40,
                .max = 8,
                .stride = 20,
                .first_child = ELEM_STRING,
                .n_children = 2},
        [ARRAY] = {.kind = SHAPE_ARRAY,
                .offset = 48,
                .max = 2,
                .stride = 16,
                .first_child = HANDLE,
                .n_children = 1},
        [UNION] = {.kind = SHAPE_UNION, .offset = 80, .max = 2, .first_child = MEMBER_0, .n_children = 2},
        [ELEM_STRING] = {.kind = SHAPE_STRING, .offset = 4, .max = 8},
        [ELEM_BYTES] = {.kind = SHAPE_BYTES, .offset = 12, .max = 8},
        [HANDLE] = {.kind = SHAPE_HANDLE, .offset = 0},
        [MEMBER_0] = {.kind = SHAPE_GROUP, .offset = 88, .first_child = MEMBER_STRING, .n_children = 1},
        [MEMBER_1] = {.kind = SHAPE_GROUP, .offset = 96},
        [MEMBER_STRING] = {.kind = SHAPE_STRING, .offset = 0, .max = 8},
};

static ShapeTable *good_table(void) {
        const ShapeEndpoint endpoints[] = {
                {.first_method = 0, .n_methods = 2}, {.first_method = 1, .n_methods = 1}};
        const ShapeMethod methods[] = {
                {.req = {96, 100, 2, 0, 5}, .res = {24, 0, 0, 0, 0}, .err = {24, 0, 0, 0, 0}},
                {.req = {24, 0, 0, 0, 0}, .res = {32, 0, 0, 0, 0}, .err = {32, 0, 0, 0, 0}},
        };

        return shape_block_new(&(ShapeParts){endpoints, 2, methods, 2, good_nodes, NODES});
}

static void well_formed_table_passes(void **state) {
        ShapeTable *t = good_table();
        (void)state;

        assert_int_equal(verify_table(t, t->size), 0);
        free(t);
}

static void table_without_endpoints_passes(void **state) {
        ShapeTable *t = shape_block_new(&(ShapeParts){0});
        (void)state;

        assert_int_equal(verify_table(t, t->size), 0);
        free(t);
}

static void block_of_any_smaller_size_is_refused(void **state) {
        ShapeTable *t = good_table();
        (void)state;

        for (uint32_t size = 0; size < t->size; size++) {
                void *part = malloc(size + (size == 0));

                assert_non_null(part);
                memcpy(part, t, size);
                assert_int_equal(verify_table(part, size), VERIFY_E_SHAPE);
                if (size >= sizeof(ShapeTable)) { /* and with a header that knows of it */
                        ((ShapeTable *)part)->size = size;
                        if (size < t->class_off + 1)
                                assert_int_equal(verify_table(part, size), VERIFY_E_SHAPE);
                }
                free(part);
        }
        free(t);
}

static void mapping_may_be_larger_than_the_table(void **state) {
        ShapeTable *t = good_table();
        char *block = calloc(1, t->size + 100);
        (void)state;

        assert_non_null(block);
        memcpy(block, t, t->size);
        assert_int_equal(verify_table(block, t->size + 100), 0);
        free(block);
        free(t);
}

static void unaligned_block_is_refused(void **state) {
        ShapeTable *t = good_table();
        char *block = malloc(t->size + 4);
        (void)state;

        assert_non_null(block);
        memcpy(block + 4, t, t->size);
        assert_int_equal(verify_table(block + 4, t->size), VERIFY_E_SHAPE);
        free(block);
        free(t);
}

/* --- one number of the header --- */

typedef struct HeaderRow {
        const char *name;
        size_t field;
        uint32_t value;
} HeaderRow;

#define H(field, value)                                                                                      \
        { #field " = " #value, offsetof(ShapeTable, field), value }

static void header_with_a_bad_number_is_refused(void **state) {
        static const HeaderRow rows[] = {
                H(magic, 0),
                H(version, 0),
                H(version, SHAPE_VERSION + 1),
                H(size, 0),
                H(size, sizeof(ShapeTable)),
                H(size, UINT32_MAX),
                H(class_off, UINT32_MAX),
                H(n_endpoints, UINT32_MAX),
                H(n_endpoints, 0x0ccccccd),
                H(endpoints_off, UINT32_MAX),
                H(endpoints_off, UINT32_MAX - 3),
                H(endpoints_off, 41),
                H(n_methods, UINT32_MAX),
                H(n_methods, 0x04000000),
                H(n_methods, 1),
                H(n_methods, 0),
                H(methods_off, UINT32_MAX - 3),
                H(n_nodes, UINT32_MAX),
                H(n_nodes, 0x0aaaaaab),
                H(n_nodes, NODES - 1),
                H(n_nodes, NODES + 1),
                H(nodes_off, UINT32_MAX - 3),
                H(nodes_off, 1),
        };
        (void)state;

        for (size_t i = 0; i < nk_array_size(rows); i++) {
                ShapeTable *t = good_table();
                uint32_t size = t->size;

                memcpy((char *)t + rows[i].field, &rows[i].value, sizeof(rows[i].value));
                if (verify_table(t, size) != VERIFY_E_SHAPE)
                        fail_msg("accepted: %s", rows[i].name);
                free(t);
        }
}

static void block_ends_with_nul(void **state) {
        ShapeTable *t = good_table();
        (void)state;

        ((char *)t)[t->size - 1] = 'x';
        assert_int_equal(verify_table(t, t->size), VERIFY_E_SHAPE);
        free(t);
}

/* --- one thing inside --- */

static void cut_string_pointer(ShapeTable *t) {
        shape_block_nodes(t)[STRING].offset = 96 - 7;
}

static void wrap_string_offset(ShapeTable *t) {
        shape_block_nodes(t)[STRING].offset = UINT32_MAX - 3;
}

static void string_without_room(ShapeTable *t) {
        shape_block_nodes(t)[STRING].max = 0;
}

static void bytes_without_room(ShapeTable *t) {
        shape_block_nodes(t)[BYTES].max = 0;
}

static void string_with_children(ShapeTable *t) {
        shape_block_nodes(t)[BYTES].n_children = 1;
}

static void sequence_without_stride(ShapeTable *t) {
        shape_block_nodes(t)[SEQUENCE].stride = 0;
}

static void sequence_without_elements(ShapeTable *t) {
        shape_block_nodes(t)[SEQUENCE].max = 0;
}

static void stride_smaller_than_the_element(ShapeTable *t) {
        shape_block_nodes(t)[SEQUENCE].stride = 19;
}

static void array_without_stride(ShapeTable *t) {
        shape_block_nodes(t)[ARRAY].stride = 0;
}

static void array_beyond_the_message(ShapeTable *t) {
        shape_block_nodes(t)[ARRAY].max = 4;
}

static void array_of_huge_size(ShapeTable *t) {
        shape_block_nodes(t)[ARRAY].stride = 0x80000000u;
        shape_block_nodes(t)[ARRAY].max = 0x80000000u;
}

static void union_with_more_tags_than_members(ShapeTable *t) {
        shape_block_nodes(t)[UNION].max = 3;
}

static void union_with_fewer_tags_than_members(ShapeTable *t) {
        shape_block_nodes(t)[UNION].max = 1;
}

static void union_without_members(ShapeTable *t) {
        shape_block_nodes(t)[UNION].max = shape_block_nodes(t)[UNION].n_children = 0;
}

static void cut_union_tag(ShapeTable *t) {
        shape_block_nodes(t)[UNION].offset = 93;
}

static void member_that_is_no_group(ShapeTable *t) {
        shape_block_nodes(t)[MEMBER_0].kind = SHAPE_STRING;
}

static void group_that_is_no_member(ShapeTable *t) {
        shape_block_nodes(t)[STRING].kind = SHAPE_GROUP;
}

static void member_beyond_the_message(ShapeTable *t) {
        shape_block_nodes(t)[MEMBER_1].offset = 97;
}

static void part_of_a_member_beyond_the_message(ShapeTable *t) {
        shape_block_nodes(t)[MEMBER_STRING].offset = 1;
}

static void handle_in_a_sequence(ShapeTable *t) {
        shape_block_nodes(t)[ELEM_STRING].kind = SHAPE_HANDLE;
        shape_block_nodes(t)[ELEM_STRING].offset = 0;
}

static void handle_in_a_union(ShapeTable *t) {
        shape_block_methods(t)->req.size = 200;
        shape_block_nodes(t)[MEMBER_STRING].kind = SHAPE_HANDLE;
}

static void cut_handle(ShapeTable *t) {
        shape_block_nodes(t)[HANDLE].offset = 1;
}

static void one_handle_too_few(ShapeTable *t) {
        shape_block_methods(t)->req.n_handles = 3;
}

static void one_handle_too_many(ShapeTable *t) {
        shape_block_methods(t)->req.n_handles = 1;
}

static void kind_zero(ShapeTable *t) {
        shape_block_nodes(t)[STRING].kind = 0;
}

static void unknown_kind(ShapeTable *t) {
        shape_block_nodes(t)[STRING].kind = SHAPE_HANDLE + 1;
}

static void child_that_is_its_parent(ShapeTable *t) {
        shape_block_nodes(t)[SEQUENCE].first_child = SEQUENCE;
}

static void child_before_its_parent(ShapeTable *t) {
        shape_block_nodes(t)[SEQUENCE].first_child = STRING;
}

static void children_beyond_the_table(ShapeTable *t) {
        shape_block_nodes(t)[SEQUENCE].first_child = NODES - 1;
}

static void child_index_that_wraps(ShapeTable *t) {
        shape_block_nodes(t)[SEQUENCE].first_child = UINT32_MAX;
}

static void nodes_with_two_parents(ShapeTable *t) {
        shape_block_nodes(t)[ARRAY] = shape_block_nodes(t)[SEQUENCE];
}

static void message_nodes_beyond_the_table(ShapeTable *t) {
        shape_block_methods(t)->req.first_node = NODES;
}

static void message_node_count_that_wraps(ShapeTable *t) {
        shape_block_methods(t)->req.n_nodes = UINT32_MAX;
}

static void request_without_a_header(ShapeTable *t) {
        shape_block_methods(t)[1].req.size = 23;
}

static void error_without_a_header(ShapeTable *t) {
        shape_block_methods(t)[1].err.size = 0;
}

static void error_larger_than_the_response(ShapeTable *t) {
        shape_block_methods(t)[1].err.size = 33;
}

static void method_name_beyond_the_block(ShapeTable *t) {
        shape_block_methods(t)[1].name_off = t->size;
}

static void endpoint_text_beyond_the_block(ShapeTable *t) {
        shape_block_endpoints(t)[1].path_off = t->size;
}

static void endpoint_class_beyond_the_block(ShapeTable *t) {
        shape_block_endpoints(t)[1].class_off = t->size;
}

static void endpoint_interface_beyond_the_block(ShapeTable *t) {
        shape_block_endpoints(t)[1].iface_off = UINT32_MAX;
}

static void endpoint_with_too_many_methods(ShapeTable *t) {
        shape_block_endpoints(t)[0].n_methods = 3;
}

static void endpoint_methods_that_wrap(ShapeTable *t) {
        shape_block_endpoints(t)[1].first_method = UINT32_MAX;
        shape_block_endpoints(t)[1].n_methods = 2;
}

#define S(f)                                                                                                 \
        { #f, f }

static void spoilt_table_is_refused(void **state) {
        static const struct {
                const char *name;
                void (*spoil)(ShapeTable *);
        } rows[] = {
                S(cut_string_pointer),
                S(wrap_string_offset),
                S(string_without_room),
                S(bytes_without_room),
                S(string_with_children),
                S(sequence_without_stride),
                S(sequence_without_elements),
                S(stride_smaller_than_the_element),
                S(array_without_stride),
                S(array_beyond_the_message),
                S(array_of_huge_size),
                S(union_with_more_tags_than_members),
                S(union_with_fewer_tags_than_members),
                S(union_without_members),
                S(cut_union_tag),
                S(member_that_is_no_group),
                S(group_that_is_no_member),
                S(member_beyond_the_message),
                S(part_of_a_member_beyond_the_message),
                S(handle_in_a_sequence),
                S(handle_in_a_union),
                S(cut_handle),
                S(one_handle_too_few),
                S(one_handle_too_many),
                S(kind_zero),
                S(unknown_kind),
                S(child_that_is_its_parent),
                S(child_before_its_parent),
                S(children_beyond_the_table),
                S(child_index_that_wraps),
                S(nodes_with_two_parents),
                S(message_nodes_beyond_the_table),
                S(message_node_count_that_wraps),
                S(request_without_a_header),
                S(error_without_a_header),
                S(error_larger_than_the_response),
                S(method_name_beyond_the_block),
                S(endpoint_text_beyond_the_block),
                S(endpoint_class_beyond_the_block),
                S(endpoint_interface_beyond_the_block),
                S(endpoint_with_too_many_methods),
                S(endpoint_methods_that_wrap),
        };
        (void)state;

        for (size_t i = 0; i < nk_array_size(rows); i++) {
                ShapeTable *t = good_table();

                rows[i].spoil(t);
                if (verify_table(t, t->size) != VERIFY_E_SHAPE)
                        fail_msg("accepted: %s", rows[i].name);
                free(t);
        }
}

/* --- depth --- */

/* Sequences of sequences, `levels` of them. */
static int verify_chain(uint32_t levels) {
        const ShapeEndpoint endpoint = {.n_methods = 1};
        const ShapeMethod method = {
                .req = {32, 0, 0, 0, 1}, .res = {24, 0, 0, 0, 0}, .err = {24, 0, 0, 0, 0}};
        ShapeNode *nodes = calloc(levels, sizeof(*nodes));
        ShapeTable *t;
        int r;

        assert_non_null(nodes);
        for (uint32_t i = 0; i < levels; i++) {
                nodes[i] = (ShapeNode){.kind = SHAPE_SEQUENCE, .max = 2, .stride = 8, .first_child = i + 1};
                nodes[i].offset = i == 0 ? 24 : 0;
                nodes[i].n_children = i + 1 < levels;
        }
        t = shape_block_new(&(ShapeParts){&endpoint, 1, &method, 1, nodes, levels});
        r = verify_table(t, t->size);
        free(t);
        free(nodes);
        return r;
}

static void nesting_is_limited(void **state) {
        (void)state;

        assert_int_equal(verify_chain(SHAPE_LEVELS - 1), 0);
        assert_int_equal(verify_chain(SHAPE_LEVELS), 0);
        assert_int_equal(verify_chain(SHAPE_LEVELS + 1), VERIFY_E_SHAPE);
        assert_int_equal(verify_chain(1000000), VERIFY_E_SHAPE);
}

/* Each node has the next two as children, so that paths double at every level. */
static void shared_nodes_cannot_make_the_check_slow(void **state) {
        enum { N = 2 * SHAPE_LEVELS };
        const ShapeEndpoint endpoint = {.n_methods = 1};
        const ShapeMethod method = {
                .req = {40, 0, 0, 0, 2}, .res = {24, 0, 0, 0, 0}, .err = {24, 0, 0, 0, 0}};
        ShapeNode nodes[N];
        ShapeTable *t;
        (void)state;

        for (uint32_t i = 0; i < N; i++)
                nodes[i] = (ShapeNode){.kind = SHAPE_SEQUENCE,
                        .offset = i < 2 ? 24 : 0,
                        .max = 1,
                        .stride = 8,
                        .first_child = (i | 1) + 1,
                        .n_children = i + 2 < N ? 2 : 0};
        t = shape_block_new(&(ShapeParts){&endpoint, 1, &method, 1, nodes, N});
        assert_int_equal(verify_table(t, t->size), VERIFY_E_SHAPE);
        free(t);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(well_formed_table_passes),
                cmocka_unit_test(table_without_endpoints_passes),
                cmocka_unit_test(block_of_any_smaller_size_is_refused),
                cmocka_unit_test(mapping_may_be_larger_than_the_table),
                cmocka_unit_test(unaligned_block_is_refused),
                cmocka_unit_test(header_with_a_bad_number_is_refused),
                cmocka_unit_test(block_ends_with_nul),
                cmocka_unit_test(spoilt_table_is_refused),
                cmocka_unit_test(nesting_is_limited),
                cmocka_unit_test(shared_nodes_cannot_make_the_check_slow),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
