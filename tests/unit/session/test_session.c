/* SPDX-License-Identifier: MIT */
/*
 * libnkc as the start-up of a solution uses it: classes by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/descriptions.h"

static int setup(void **state) {
        static Descr d;

        descr_init(&d);
        descr_put(&d, "demo/IStore.idl",
                "package demo.IStore\ninterface { Put(in string<9> text); Drop(); }\n");
        descr_put(&d, "demo/ILog.idl", "package demo.ILog\ninterface { Write(error UInt32 code); }\n");
        descr_put(&d, "demo/CStore.cdl",
                "component demo.CStore\nendpoints { store : demo.IStore log : demo.ILog }\n");
        descr_put(&d, "demo/Keeper.edl",
                "entity demo.Keeper\ncomponents { main : demo.CStore }\nendpoints { own : demo.ILog }\n");
        *state = &d;
        return 0;
}

static int teardown(void **state) {
        descr_deinit(*state);
        return 0;
}

static void check_endpoint(const NkcEndpoint *e, uint16_t riid, const char *path, const char *class,
        const char *interface, uint16_t n_methods) {
        assert_int_equal(e->riid, riid);
        assert_string_equal(e->path_name, path);
        assert_string_equal(e->class_name, class);
        assert_string_equal(e->interface_name, interface);
        assert_int_equal(e->n_methods, n_methods);
}

static void class_has_its_endpoints_in_riid_order(void **state) {
        Descr *d = *state;
        const NkcClass *class = nkc_class_load(d->session, "demo.Keeper");

        assert_non_null(class);
        assert_string_equal(class->name, "demo.Keeper");
        assert_int_equal(class->n_endpoints, 3);
        check_endpoint(&class->endpoints[0], 0, "own", "demo.Keeper.own", "demo.ILog", 1);
        check_endpoint(&class->endpoints[1], 1, "main.store", "demo.CStore.store", "demo.IStore", 2);
        check_endpoint(&class->endpoints[2], 2, "main.log", "demo.CStore.log", "demo.ILog", 1);
        assert_int_equal(d->n_messages, 0);
}

static void class_has_an_aligned_shape_table(void **state) {
        Descr *d = *state;
        const NkcClass *class = nkc_class_load(d->session, "demo.Keeper");

        assert_non_null(class->shape);
        assert_int_equal((uintptr_t) class->shape % 8, 0);
        assert_memory_equal(class->shape, "SNK1", 4);
}

static void class_is_loaded_once(void **state) {
        Descr *d = *state;

        assert_ptr_equal(
                nkc_class_load(d->session, "demo.Keeper"), nkc_class_load(d->session, "demo.Keeper"));
}

static void unknown_class_is_told_once(void **state) {
        Descr *d = *state;

        assert_null(nkc_class_load(d->session, "demo.Kepeer"));
        assert_null(nkc_class_load(d->session, "demo.Kepeer"));
        assert_int_equal(d->n_messages, 1);
        assert_int_equal(nkc_session_errors(d->session), 1);
        assert_non_null(strstr(text_str(&d->said), "did you mean 'demo.Keeper'?"));
}

static void component_is_no_class(void **state) {
        Descr *d = *state;

        assert_null(nkc_class_load(d->session, "demo.CStore"));
        assert_int_equal(descr_count(d, DIAG_NOT_FOUND), 1);
}

static void class_name_of_two_endpoints_is_a_warning(void **state) {
        Descr *d = *state;

        descr_put(
                d, "Two.edl", "entity Two\ncomponents { a : demo.CStore b : demo.CStore c : demo.CStore }\n");
        assert_non_null(nkc_class_load(d->session, "Two"));
        assert_int_equal(descr_count(d, DIAG_CLASS_NAME_TWICE), 2);
        assert_int_equal(nkc_session_errors(d->session), 0);
}

static void compiling_a_file_does_not_warn_of_class_names(void **state) {
        Descr *d = *state;

        descr_put(d, "Two.edl", "entity Two\ncomponents { a : demo.CStore b : demo.CStore }\n");
        assert_non_null(descr_compile(d, "Two.edl", true));
        assert_int_equal(d->n_messages, 0);
}

static void class_of_a_compiled_unit_equals_the_loaded_one(void **state) {
        Descr *d = *state;
        const NkcClass *loaded = nkc_class_load(d->session, "demo.Keeper");
        const NkcClass *made = nkc_class_of(d->session, descr_compile(d, "demo/Keeper.edl", true));

        assert_int_equal(made->n_endpoints, loaded->n_endpoints);
        assert_int_equal(made->shape_size, loaded->shape_size);
        assert_memory_equal(made->shape, loaded->shape, made->shape_size);
}

static void sessions_live_side_by_side(void **state) {
        Descr *d = *state;
        NkcSession *other = nkc_session_new(NULL, NULL);

        assert_non_null(nkc_class_load(d->session, "demo.Keeper"));
        assert_null(nkc_class_load(other, "demo.Keeper"));
        assert_int_equal(nkc_session_errors(d->session), 0);
        assert_int_equal(nkc_session_errors(other), 1);
        assert_null(nkc_session_free(other));
        assert_null(nkc_session_free(NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(class_has_its_endpoints_in_riid_order, setup, teardown),
                cmocka_unit_test_setup_teardown(class_has_an_aligned_shape_table, setup, teardown),
                cmocka_unit_test_setup_teardown(class_is_loaded_once, setup, teardown),
                cmocka_unit_test_setup_teardown(unknown_class_is_told_once, setup, teardown),
                cmocka_unit_test_setup_teardown(component_is_no_class, setup, teardown),
                cmocka_unit_test_setup_teardown(class_name_of_two_endpoints_is_a_warning, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        compiling_a_file_does_not_warn_of_class_names, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        class_of_a_compiled_unit_equals_the_loaded_one, setup, teardown),
                cmocka_unit_test_setup_teardown(sessions_live_side_by_side, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
