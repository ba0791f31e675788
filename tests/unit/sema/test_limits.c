/* SPDX-License-Identifier: MIT */
/*
 * Limits of interfaces and components: at the limit is fine, one above is an error. Limits that fit
 * on a page (depth of types, handles, sizes) have golden cases instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "layout/shape.h"
#include "sema/sema.h"
#include "support/descriptions.h"

static int setup(void **state) {
        static Descr d;

        descr_init(&d);
        *state = &d;
        return 0;
}

static int teardown(void **state) {
        descr_deinit(*state);
        return 0;
}

/* ---- Methods ----------------------------------------------------------------------------- */

static void put_interface(Descr *d, const char *name, unsigned n_methods) {
        Text text = TEXT_NULL;
        char path[64];

        snprintf(path, sizeof path, "%s.idl", name);
        text_printf(&text, "package %s\ninterface {\n", name);
        for (unsigned i = 0; i < n_methods; i++)
                text_printf(&text, "M%u();\n", i);
        text_puts(&text, "}\n");
        descr_put(d, path, text_str(&text));
        text_deinit(&text);
}

static void methods_up_to_the_limit_are_fine(void **state) {
        const LayUnit *unit;

        put_interface(*state, "IMany", SEMA_MAX_METHODS);
        unit = descr_compile(*state, "IMany.idl", false);
        assert_non_null(unit);
        assert_int_equal(unit->interfaces[0]->methods[SEMA_MAX_METHODS - 1].mid, SEMA_MAX_METHODS - 1);
}

static void one_method_more_is_an_error(void **state) {
        put_interface(*state, "IMany", SEMA_MAX_METHODS + 1);
        assert_null(descr_compile(*state, "IMany.idl", false));
        assert_int_equal(descr_count(*state, DIAG_TOO_MANY_METHODS), 1);
        assert_int_equal(((Descr *)*state)->n_messages, 1);
}

/* ---- Endpoints, instances ---------------------------------------------------------------- */

/* Each Ci holds two of C(i-1): 2 ** (i + 1) - 2 instances, at every depth. */
static void put_doubling_components(Descr *d, unsigned levels) {
        char path[64], text[256];

        descr_put(d, "C0.cdl", "component C0\n");
        for (unsigned i = 1; i <= levels; i++) {
                snprintf(path, sizeof path, "C%u.cdl", i);
                snprintf(text, sizeof text, "component C%u\ncomponents { a : C%u b : C%u }\n", i, i - 1,
                        i - 1);
                descr_put(d, path, text);
        }
}

/* Two components with half of the limit each, and own endpoints. */
static void put_class(Descr *d, unsigned own_endpoints) {
        Text text = TEXT_NULL;

        descr_put(d, "IPing.idl", "package IPing\ninterface { Ping(); }\n");
        text_puts(&text, "component CHalf\nendpoints {\n");
        for (unsigned i = 0; i < SEMA_MAX_ENDPOINTS / 2; i++)
                text_printf(&text, "e%u : IPing\n", i);
        text_puts(&text, "}\n");
        descr_put(d, "CHalf.cdl", text_str(&text));
        text_clear(&text);
        text_puts(&text, "entity Many\ncomponents { a : CHalf b : CHalf }\nendpoints {\n");
        for (unsigned i = 0; i < own_endpoints; i++)
                text_printf(&text, "e%u : IPing\n", i);
        text_puts(&text, "}\n");
        descr_put(d, "Many.edl", text_str(&text));
        text_deinit(&text);
}

static void endpoints_up_to_the_limit_are_fine(void **state) {
        const LayUnit *unit;

        put_class(*state, 0);
        unit = descr_compile(*state, "Many.edl", false);
        assert_non_null(unit);
        assert_int_equal(unit->component->n_flat, SEMA_MAX_ENDPOINTS);
        assert_int_equal(unit->component->flat[SEMA_MAX_ENDPOINTS - 1].riid, SEMA_MAX_ENDPOINTS - 1);
}

static void one_endpoint_more_is_an_error(void **state) {
        put_class(*state, 1);
        assert_null(descr_compile(*state, "Many.edl", false));
        assert_int_equal(descr_count(*state, DIAG_TOO_MANY_ENDPOINTS), 1);
        assert_int_equal(((Descr *)*state)->n_messages, 1);
}

/* Without a limit of their own, 2 ** 31 components without endpoints would be walked through. */
static void instances_are_limited_too(void **state) {
        put_doubling_components(*state, 31);
        descr_put(*state, "Many.edl", "entity Many\ncomponents { all : C31 }\n");
        assert_null(descr_compile(*state, "Many.edl", false));
        assert_true(descr_count(*state, DIAG_TOO_MANY_INSTANCES) > 0);
}

static void instances_up_to_the_limit_are_fine(void **state) {
        put_doubling_components(*state, 15);
        assert_non_null(descr_compile(*state, "C15.cdl", false));
        descr_put(*state, "Many.edl", "entity Many\ncomponents { all : C15 }\n");
        assert_null(descr_compile(*state, "Many.edl", false));
        assert_int_equal(descr_count(*state, DIAG_TOO_MANY_INSTANCES), 1);
}

/* ---- Chains ------------------------------------------------------------------------------ */

static void put_component_chain(Descr *d, unsigned n) {
        char path[64], text[128];

        descr_put(d, "C1.cdl", "component C1\n");
        for (unsigned i = 2; i <= n; i++) {
                snprintf(path, sizeof path, "C%u.cdl", i);
                snprintf(text, sizeof text, "component C%u\ncomponents { inner : C%u }\n", i, i - 1);
                descr_put(d, path, text);
        }
}

static void components_nest_up_to_the_limit(void **state) {
        put_component_chain(*state, SEMA_MAX_NESTING + 1);
        assert_non_null(descr_compile(*state, "C32.cdl", false));
        assert_null(descr_compile(*state, "C33.cdl", false));
        assert_int_equal(descr_count(*state, DIAG_COMPONENTS_TOO_DEEP), 1);
}

static void put_import_chain(Descr *d, unsigned n) {
        char path[64], text[128];

        descr_put(d, "T0.idl", "package T0\n");
        for (unsigned i = 1; i <= n; i++) {
                snprintf(path, sizeof path, "T%u.idl", i);
                snprintf(text, sizeof text, "package T%u\nimport T%u\n", i, i - 1);
                descr_put(d, path, text);
        }
}

static void imports_chain_up_to_the_limit(void **state) {
        put_import_chain(*state, SEMA_MAX_IMPORT_DEPTH);
        assert_non_null(descr_compile(*state, "T255.idl", false));
}

static void a_longer_chain_of_imports_is_an_error(void **state) {
        put_import_chain(*state, SEMA_MAX_IMPORT_DEPTH);
        assert_null(descr_compile(*state, "T256.idl", false));
        assert_int_equal(descr_count(*state, DIAG_CHAIN_TOO_LONG), 1);
        assert_int_equal(((Descr *)*state)->n_messages, 1);
}

/* ---- Shape tables ------------------------------------------------------------------------ */

/* Unions of integers have three nodes each and no capacity: 3 * 2 ** 12 nodes a message. */
static void put_rich_interface(Descr *d, unsigned n_methods) {
        Text text = TEXT_NULL;

        text_puts(&text, "package IRich\nunion U { UInt8 a; UInt16 b; }\nstruct S0 { U a; U b; }\n");
        for (unsigned i = 1; i < 12; i++)
                text_printf(&text, "struct S%u { S%u a; S%u b; }\n", i, i - 1, i - 1);
        text_puts(&text, "interface {\n");
        for (unsigned i = 0; i < n_methods; i++)
                text_printf(&text, "M%u(in S11 all);\n", i);
        text_puts(&text, "}\n");
        descr_put(d, "IRich.idl", text_str(&text));
        descr_put(d, "Rich.edl", "entity Rich\nendpoints { rich : IRich }\n");
        text_deinit(&text);
}

static void shape_tables_up_to_the_limit_are_written(void **state) {
        Descr *d = *state;
        const NkcClass *class;

        put_rich_interface(d, SHAPE_SIZE_MAX / (3 * 4096 * 24) - 1);
        class = nkc_class_load(d->session, "Rich");
        assert_non_null(class);
        assert_true(class->shape_size > SHAPE_SIZE_MAX / 2 && class->shape_size <= SHAPE_SIZE_MAX);
}

static void a_larger_shape_table_is_an_error(void **state) {
        Descr *d = *state;

        put_rich_interface(d, SHAPE_SIZE_MAX / (3 * 4096 * 24) + 1);
        assert_null(nkc_class_load(d->session, "Rich"));
        assert_int_equal(descr_count(d, DIAG_SHAPE_TOO_BIG), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(methods_up_to_the_limit_are_fine, setup, teardown),
                cmocka_unit_test_setup_teardown(one_method_more_is_an_error, setup, teardown),
                cmocka_unit_test_setup_teardown(endpoints_up_to_the_limit_are_fine, setup, teardown),
                cmocka_unit_test_setup_teardown(one_endpoint_more_is_an_error, setup, teardown),
                cmocka_unit_test_setup_teardown(instances_are_limited_too, setup, teardown),
                cmocka_unit_test_setup_teardown(instances_up_to_the_limit_are_fine, setup, teardown),
                cmocka_unit_test_setup_teardown(components_nest_up_to_the_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(imports_chain_up_to_the_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(a_longer_chain_of_imports_is_an_error, setup, teardown),
                cmocka_unit_test_setup_teardown(shape_tables_up_to_the_limit_are_written, setup, teardown),
                cmocka_unit_test_setup_teardown(a_larger_shape_table_is_an_error, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
