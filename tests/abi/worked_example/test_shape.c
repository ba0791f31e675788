/* SPDX-License-Identifier: MIT */
/*
 * The verification table of the worked example: nkc writes the format from its own description of it,
 * here it is read with the runtime's, and every number compared.
 */
#include "nk/shape.h"
#include "nk/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *path;
static _Alignas(8) unsigned char block[4096];
static const ShapeTable *table;
static size_t block_size;

static int read_table(void **state) {
        FILE *f = fopen(path, "rb");

        (void)state;
        assert_non_null(f);
        block_size = fread(block, 1, sizeof(block), f);
        fclose(f);
        table = (const ShapeTable *)block;
        return 0;
}

static const char *text(uint32_t offset) {
        return (const char *)block + offset;
}

static const ShapeMethod *method(uint32_t i) {
        return (const ShapeMethod *)(block + table->methods_off) + i;
}

static const ShapeNode *node(uint32_t i) {
        return (const ShapeNode *)(block + table->nodes_off) + i;
}

static void the_head_describes_the_block(void **state) {
        (void)state;
        assert_int_equal(table->magic, SHAPE_MAGIC);
        assert_int_equal(table->version, SHAPE_VERSION);
        assert_int_equal(table->size, block_size);
        assert_string_equal(text(table->class_off), "demo.Keeper");
        assert_int_equal(table->n_endpoints, 1);
        assert_int_equal(table->n_methods, 2);
}

static void the_runtime_accepts_it(void **state) {
        (void)state;
        assert_int_equal(verify_table(block, block_size), 0);
}

static void the_endpoint_has_both_names(void **state) {
        const ShapeEndpoint *e = (const ShapeEndpoint *)(block + table->endpoints_off);

        (void)state;
        assert_string_equal(text(e->path_off), "main.store");
        assert_string_equal(text(e->class_off), "demo.CStore.store");
        assert_string_equal(text(e->iface_off), "demo.IStore");
        assert_int_equal(e->n_methods, 2);
}

static void expect_message(const ShapeMessage *m, uint32_t size, uint32_t arena_max, uint32_t n_nodes) {
        assert_int_equal(m->size, size);
        assert_int_equal(m->arena_max, arena_max);
        assert_int_equal(m->n_handles, 0);
        assert_int_equal(m->n_nodes, n_nodes);
}

static void messages_have_the_sizes_of_the_generated_structs(void **state) {
        (void)state;
        assert_string_equal(text(method(0)->name_off), "Put");
        expect_message(&method(0)->req, 56, 32, 2);
        expect_message(&method(0)->res, 32, 0, 0);
        expect_message(&method(0)->err, 32, 0, 0);
        assert_string_equal(text(method(1)->name_off), "Drop");
        expect_message(&method(1)->req, 32, 0, 0);
        expect_message(&method(1)->res, 24, 0, 0);
        expect_message(&method(1)->err, 24, 0, 0);
}

static void only_the_variable_parts_are_checked(void **state) {
        const ShapeNode *key = node(method(0)->req.first_node), *tags = key + 1;

        (void)state;
        assert_int_equal(key->kind, SHAPE_STRING);
        assert_int_equal(key->offset, 40);
        assert_int_equal(key->max, 16);
        assert_int_equal(tags->kind, SHAPE_SEQUENCE);
        assert_int_equal(tags->offset, 48);
        assert_int_equal(tags->max, 4);
        assert_int_equal(tags->stride, 4);
        assert_int_equal(tags->n_children, 0);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_head_describes_the_block),
                cmocka_unit_test(the_runtime_accepts_it),
                cmocka_unit_test(the_endpoint_has_both_names),
                cmocka_unit_test(messages_have_the_sizes_of_the_generated_structs),
                cmocka_unit_test(only_the_variable_parts_are_checked),
        };

        if (argc != 2)
                return EXIT_FAILURE;
        path = argv[1];
        return cmocka_run_group_tests_name("worked example shape", tests, read_table, NULL);
}
