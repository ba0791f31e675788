/* SPDX-License-Identifier: MIT */
/*
 * Shape tables: what nkc writes is what the runtime reads. Looks through the runtime's structs at
 * tables from nkc, and has the runtime's own check of tables accept them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <nk/types.h>

#include "layout/model.h"
#include "nk/shape.h"
#include "nk/verify.h"
#include "support/descriptions.h"

static const char ishapes[] =
        "package demo.IShapes\n"
        "struct Inner { UInt8 a; bytes<5> data; }\n"
        "struct Plain { UInt8 a; UInt32 b; }\n"
        "union Choice { UInt64 number; string<7> text; Inner inner; }\n"
        "interface {\n"
        "    Nothing();\n"
        "    All(in UInt8 first, in Inner inner, in Plain plain, in array<string<3>, 2> words,\n"
        "        in array<Plain, 4> unchecked, in sequence<Inner, 6> inners,\n"
        "        in Choice choice, in array<Handle, 2> handles,\n"
        "        out sequence<UInt16, 9> numbers, error string<30> reason, error Handle left);\n"
        "}\n";

typedef struct View {
        Descr descr;
        const char *block;
        const ShapeTable *table;
        const ShapeEndpoint *endpoints;
        const ShapeMethod *methods;
        const ShapeNode *nodes;
        size_t size;
} View;

static int setup(void **state) {
        static View v;
        const NkcClass *class;

        descr_init(&v.descr);
        descr_put(&v.descr, "demo/IShapes.idl", ishapes);
        descr_put(
                &v.descr, "demo/IOther.idl", "package demo.IOther\ninterface { Ask(in string<4> text); }\n");
        descr_put(&v.descr, "demo/CBoth.cdl",
                "component demo.CBoth\nendpoints { shapes : demo.IShapes other : demo.IOther }\n");
        descr_put(&v.descr, "demo/Server.edl",
                "entity demo.Server\ncomponents { a : demo.CBoth b : demo.CBoth }\nendpoints { own : "
                "demo.IOther }\n");
        descr_put(&v.descr, "demo/Client.edl", "entity demo.Client\n");
        class = nkc_class_load(v.descr.session, "demo.Server");
        assert_non_null(class);
        v.block = class->shape;
        v.size = class->shape_size;
        v.table = class->shape;
        v.endpoints = (const void *)(v.block + v.table->endpoints_off);
        v.methods = (const void *)(v.block + v.table->methods_off);
        v.nodes = (const void *)(v.block + v.table->nodes_off);
        *state = &v;
        return 0;
}

static int teardown(void **state) {
        descr_deinit(&((View *)*state)->descr);
        return 0;
}

static void runtime_accepts_the_table(void **state) {
        const View *v = *state;

        assert_int_equal(verify_table(v->block, v->size), 0);
}

static void runtime_accepts_the_table_of_a_pure_client(void **state) {
        View *v = *state;
        const NkcClass *client = nkc_class_load(v->descr.session, "demo.Client");

        assert_non_null(client);
        assert_int_equal(((const ShapeTable *)client->shape)->n_endpoints, 0);
        assert_int_equal(verify_table(client->shape, client->shape_size), 0);
}

static void limits_are_those_of_the_runtime(void **state) {
        (void)state;
        assert_int_equal(LAY_MAX_DEPTH, SHAPE_DEPTH);
        assert_int_equal(LAY_HEADER_SIZE, sizeof(struct nk_message));
        assert_int_equal(LAY_HEADER_ALIGN, _Alignof(struct nk_message));
        assert_int_equal(LAY_PTR_SIZE, sizeof(nk_ptr_t));
        assert_int_equal(LAY_PTR_ALIGN, _Alignof(nk_ptr_t));
        assert_int_equal(LAY_HANDLE_SIZE, sizeof(nk_handle_desc_t));
        assert_int_equal(LAY_HANDLE_ALIGN, _Alignof(nk_handle_desc_t));
        assert_int_equal(LAY_MAX_METHODS, (nk_mid_t)-1 - 1);
        assert_int_equal(LAY_MAX_ENDPOINTS, INVALID_RIID - 1);
}

static void header_says_what_there_is(void **state) {
        const View *v = *state;

        assert_int_equal(v->table->magic, SHAPE_MAGIC);
        assert_int_equal(v->table->version, SHAPE_VERSION);
        assert_int_equal(v->table->size, v->size);
        assert_string_equal(v->block + v->table->class_off, "demo.Server");
        assert_int_equal(v->table->n_endpoints, 5);
        assert_int_equal(v->table->n_methods, 3);
}

static void check_endpoint(const View *v, uint32_t riid, const char *path, const char *class,
        const char *iface, uint32_t n_methods) {
        const ShapeEndpoint *e = &v->endpoints[riid];

        assert_string_equal(v->block + e->path_off, path);
        assert_string_equal(v->block + e->class_off, class);
        assert_string_equal(v->block + e->iface_off, iface);
        assert_int_equal(e->n_methods, n_methods);
}

static void endpoints_stand_at_their_riid(void **state) {
        const View *v = *state;

        check_endpoint(v, 0, "own", "demo.Server.own", "demo.IOther", 1);
        check_endpoint(v, 1, "a.shapes", "demo.CBoth.shapes", "demo.IShapes", 2);
        check_endpoint(v, 2, "a.other", "demo.CBoth.other", "demo.IOther", 1);
        check_endpoint(v, 3, "b.shapes", "demo.CBoth.shapes", "demo.IShapes", 2);
        check_endpoint(v, 4, "b.other", "demo.CBoth.other", "demo.IOther", 1);
}

static void endpoints_of_one_interface_share_its_methods(void **state) {
        const View *v = *state;

        assert_int_equal(v->endpoints[1].first_method, v->endpoints[3].first_method);
        assert_int_equal(v->endpoints[0].first_method, v->endpoints[4].first_method);
        assert_int_not_equal(v->endpoints[0].first_method, v->endpoints[1].first_method);
}

static const ShapeMethod *method(const View *v, uint32_t riid, uint32_t mid) {
        return &v->methods[v->endpoints[riid].first_method + mid];
}

static void check_message(
        const ShapeMessage *m, uint32_t size, uint32_t arena_max, uint32_t n_handles, uint32_t n_nodes) {
        assert_int_equal(m->size, size);
        assert_int_equal(m->arena_max, arena_max);
        assert_int_equal(m->n_handles, n_handles);
        assert_int_equal(m->n_nodes, n_nodes);
}

static void messages_have_sizes_needs_and_handles(void **state) {
        const View *v = *state;
        const ShapeMethod *nothing = method(v, 1, 0);
        const ShapeMethod *all = method(v, 1, 1);

        assert_string_equal(v->block + nothing->name_off, "Nothing");
        check_message(&nothing->req, 24, 0, 0, 0);
        check_message(&nothing->res, 24, 0, 0, 0);
        check_message(&nothing->err, 24, 0, 0, 0);
        assert_string_equal(v->block + all->name_off, "All");
        check_message(&all->req, 160, 5 + 2 * 4 + 3 + 6 * (12 + 5) + 8, 2, 5);
        check_message(&all->res, 48, 9 * 2, 0, 1);
        check_message(&all->err, 48, 31, 1, 2);
}

static const ShapeNode *check_node(const View *v, uint32_t i, ShapeKind kind, uint32_t offset, uint32_t max,
        uint32_t stride, uint32_t n_children) {
        const ShapeNode *n = &v->nodes[i];

        assert_int_equal(n->kind, kind);
        assert_int_equal(n->offset, offset);
        assert_int_equal(n->max, max);
        assert_int_equal(n->stride, stride);
        assert_int_equal(n->n_children, n_children);
        return n;
}

/* 24 first, 28 inner (data at 32), 40 plain, 48 words, 64 unchecked, 96 inners, 104 choice, 128 handles. */
static void nodes_say_what_must_be_checked(void **state) {
        const View *v = *state;
        uint32_t first = method(v, 1, 1)->req.first_node;
        const ShapeNode *words, *inners, *choice, *handles, *inner;

        check_node(v, first, SHAPE_BYTES, 32, 5, 0, 0);
        words = check_node(v, first + 1, SHAPE_ARRAY, 48, 2, 8, 1);
        inners = check_node(v, first + 2, SHAPE_SEQUENCE, 96, 6, 12, 1);
        choice = check_node(v, first + 3, SHAPE_UNION, 104, 3, 0, 3);
        handles = check_node(v, first + 4, SHAPE_ARRAY, 128, 2, 16, 1);

        check_node(v, words->first_child, SHAPE_STRING, 0, 4, 0, 0);
        check_node(v, inners->first_child, SHAPE_BYTES, 4, 5, 0, 0);
        check_node(v, handles->first_child, SHAPE_HANDLE, 0, 0, 0, 0);
        check_node(v, choice->first_child, SHAPE_GROUP, 112, 0, 0, 0);
        inner = check_node(v, choice->first_child + 1, SHAPE_GROUP, 112, 0, 0, 1);
        check_node(v, inner->first_child, SHAPE_STRING, 0, 8, 0, 0);
        inner = check_node(v, choice->first_child + 2, SHAPE_GROUP, 112, 0, 0, 1);
        check_node(v, inner->first_child, SHAPE_BYTES, 4, 5, 0, 0);
}

static void replies_have_nodes_of_their_own(void **state) {
        const View *v = *state;
        const ShapeMethod *all = method(v, 1, 1);

        check_node(v, all->res.first_node, SHAPE_SEQUENCE, 24, 9, 2, 0);
        check_node(v, all->err.first_node, SHAPE_STRING, 24, 31, 0, 0);
        check_node(v, all->err.first_node + 1, SHAPE_HANDLE, 32, 0, 0, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(runtime_accepts_the_table, setup, teardown),
                cmocka_unit_test_setup_teardown(runtime_accepts_the_table_of_a_pure_client, setup, teardown),
                cmocka_unit_test_setup_teardown(limits_are_those_of_the_runtime, setup, teardown),
                cmocka_unit_test_setup_teardown(header_says_what_there_is, setup, teardown),
                cmocka_unit_test_setup_teardown(endpoints_stand_at_their_riid, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        endpoints_of_one_interface_share_its_methods, setup, teardown),
                cmocka_unit_test_setup_teardown(messages_have_sizes_needs_and_handles, setup, teardown),
                cmocka_unit_test_setup_teardown(nodes_say_what_must_be_checked, setup, teardown),
                cmocka_unit_test_setup_teardown(replies_have_nodes_of_their_own, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
