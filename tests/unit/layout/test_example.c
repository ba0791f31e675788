/* SPDX-License-Identifier: MIT */
/*
 * The worked example: every name, number and place that the reference gives for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/descriptions.h"

static const char istore[] =
        "package demo.IStore\n"
        "const UInt32 MaxKey = 15;\n"
        "struct Item { UInt8 kind; UInt64 stamp; string<MaxKey> key; }\n"
        "interface {\n"
        "    Put(in Item item, in sequence<UInt32, 4> tags, out UInt16 slot, error UInt16 status);\n"
        "    Drop(in UInt16 slot);\n"
        "}\n";

static int setup(void **state) {
        static Descr d;

        descr_init(&d);
        descr_put(&d, "demo/IStore.idl", istore);
        descr_put(&d, "demo/CStore.cdl", "component demo.CStore\nendpoints { store : demo.IStore }\n");
        descr_put(&d, "demo/Keeper.edl", "entity demo.Keeper\ncomponents { main : demo.CStore }\n");
        *state = &d;
        return 0;
}

static int teardown(void **state) {
        descr_deinit(*state);
        return 0;
}

static const LayUnit *compile(void **state, const char *path) {
        const LayUnit *unit = descr_compile(*state, path, false);

        assert_non_null(unit);
        assert_int_equal(((Descr *)*state)->n_messages, 0);
        return unit;
}

static void check_field(const LayField *f, const char *name, const char *c_type, uint32_t align,
        uint32_t offset, uint32_t size) {
        assert_string_equal(f->name, name);
        assert_string_equal(f->c_type, c_type);
        assert_string_equal(f->c_dims, "");
        assert_int_equal(f->align, align);
        assert_int_equal(f->offset, offset);
        assert_int_equal(f->size, size);
}

static void package_has_constant_and_struct(void **state) {
        const LayUnit *unit = compile(state, "demo/IStore.idl");
        const LayPackage *p = unit->package;
        const LayRecord *item = p->types[0].record;

        assert_int_equal(unit->n_packages, 1);
        assert_string_equal(p->name.prefix, "demo_IStore");
        assert_string_equal(p->name.space, "demo");
        assert_string_equal(p->name.last, "IStore");
        assert_string_equal(p->name.short_prefix, "IStore");
        assert_int_equal(p->n_constants, 1);
        assert_string_equal(p->constants[0].c_name, "demo_IStore_MaxKey");
        assert_string_equal(p->constants[0].c_expr, "NK_UINT32_C(15)");
        assert_string_equal(p->constants[0].src.text, "const UInt32 MaxKey = 15;");
        assert_int_equal(p->constants[0].src.line, 2);
        assert_int_equal(p->n_types, 1);
        assert_string_equal(item->c_name, "demo_IStore_Item");
        assert_int_equal(item->size, 24);
        assert_int_equal(item->align, 8);
        assert_int_equal(item->n_fields, 3);
        check_field(&item->fields[0], "kind", "nk_uint8_t", 1, 0, 1);
        check_field(&item->fields[1], "stamp", "nk_uint64_t", 8, 8, 8);
        check_field(&item->fields[2], "key", "nk_ptr_t", 4, 16, 8);
}

static void put_has_the_messages_of_the_reference(void **state) {
        const LayMethod *put = &compile(state, "demo/IStore.idl")->interfaces[0]->methods[0];

        assert_string_equal(put->c_name, "demo_IStore_Put");
        assert_int_equal(put->mid, 0);
        assert_true(put->has_status);
        assert_string_equal(put->req.c_name, "demo_IStore_Put_req");
        assert_int_equal(put->req.size, 56);
        assert_int_equal(put->req.align, 8);
        check_field(&put->req.fields[0], "item", "struct demo_IStore_Item", 8, 24, 24);
        check_field(&put->req.fields[1], "tags", "nk_ptr_t", 4, 48, 8);
        assert_int_equal(put->err.size, 32);
        check_field(&put->err.fields[0], "status", "nk_uint16_t", 2, 24, 2);
        assert_int_equal(put->res.size, 32);
        assert_int_equal(put->res_size, 32);
        check_field(&put->res.fields[0], "slot", "nk_uint16_t", 2, 24, 2);
}

static void put_has_the_capacities_of_the_reference(void **state) {
        const LayMethod *put = &compile(state, "demo/IStore.idl")->interfaces[0]->methods[0];

        assert_int_equal(put->req.n_caps, 2);
        assert_string_equal(put->req.caps[0].name, "demo_IStore_Put_req_item_key_size");
        assert_int_equal(put->req.caps[0].value, 16);
        assert_string_equal(put->req.caps[1].name, "demo_IStore_Put_req_tags_size");
        assert_int_equal(put->req.caps[1].value, 4);
        assert_int_equal(put->req.arena_size, 32);
        assert_int_equal(put->res_arena_size, 0);
        assert_int_equal(put->res.n_caps + put->err.n_caps, 0);
}

static void drop_has_the_messages_of_the_reference(void **state) {
        const LayMethod *drop = &compile(state, "demo/IStore.idl")->interfaces[0]->methods[1];

        assert_int_equal(drop->mid, 1);
        assert_int_equal(drop->req.size, 32);
        check_field(&drop->req.fields[0], "slot", "nk_uint16_t", 2, 24, 2);
        assert_int_equal(drop->res.size, 24);
        assert_int_equal(drop->err.size, 24);
        assert_int_equal(drop->res_size, 24);
        assert_int_equal(drop->req.arena_size + drop->res_arena_size, 0);
        assert_false(drop->has_status);
}

static void interface_has_the_maxima_of_the_reference(void **state) {
        const LayInterface *in = compile(state, "demo/IStore.idl")->interfaces[0];

        assert_int_equal(in->n_methods, 2);
        assert_int_equal(in->req_arena_size, 32);
        assert_int_equal(in->res_arena_size, 0);
        assert_int_equal(in->arena_size, 32);
        assert_int_equal(in->req_handles + in->res_handles + in->err_handles, 0);
        assert_int_equal(in->req_size, 56);
        assert_int_equal(in->res_size, 32);
}

static void component_has_the_ids_of_the_reference(void **state) {
        const LayComponent *c = compile(state, "demo/CStore.cdl")->component;

        assert_int_equal(c->n_flat, 1);
        assert_string_equal(c->flat[0].iid_name, "demo_CStore_store_iid");
        assert_int_equal(c->flat[0].riid, 0);
        assert_int_equal(c->n_offsets, 1);
        assert_string_equal(c->offsets[0].name, "demo_CStore_iidOffset");
        assert_int_equal(c->offsets[0].value, 0);
        assert_int_equal(c->n_security, 0);
        assert_true(c->has_server);
}

static void class_has_the_ids_of_the_reference(void **state) {
        const LayUnit *unit = compile(state, "demo/Keeper.edl");
        const LayComponent *c = unit->component;

        assert_true(c->is_class);
        assert_int_equal(unit->n_components, 1);
        assert_int_equal(c->n_flat, 1);
        assert_string_equal(c->flat[0].iid_name, "demo_Keeper_main_store_iid");
        assert_string_equal(c->flat[0].member, "main_store");
        assert_string_equal(c->flat[0].path_name, "main.store");
        assert_string_equal(c->flat[0].class_name, "demo.CStore.store");
        assert_int_equal(c->n_offsets, 2);
        assert_string_equal(c->offsets[1].name, "demo_Keeper_main_iidOffset");
        assert_int_equal(c->offsets[1].value, 0);
        assert_int_equal(c->req_arena_size, 32);
}

static void class_was_made_from_two_other_files(void **state) {
        const LayUnit *unit = compile(state, "demo/Keeper.edl");

        assert_int_equal(unit->n_deps, 2);
        assert_non_null(strstr(unit->deps[0], "/demo/CStore.cdl"));
        assert_non_null(strstr(unit->deps[1], "/demo/IStore.idl"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(package_has_constant_and_struct, setup, teardown),
                cmocka_unit_test_setup_teardown(put_has_the_messages_of_the_reference, setup, teardown),
                cmocka_unit_test_setup_teardown(put_has_the_capacities_of_the_reference, setup, teardown),
                cmocka_unit_test_setup_teardown(drop_has_the_messages_of_the_reference, setup, teardown),
                cmocka_unit_test_setup_teardown(interface_has_the_maxima_of_the_reference, setup, teardown),
                cmocka_unit_test_setup_teardown(component_has_the_ids_of_the_reference, setup, teardown),
                cmocka_unit_test_setup_teardown(class_has_the_ids_of_the_reference, setup, teardown),
                cmocka_unit_test_setup_teardown(class_was_made_from_two_other_files, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
