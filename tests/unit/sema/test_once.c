/* SPDX-License-Identifier: MIT */
/*
 * A mistake gives one message, however many things use what is wrong, and does not spoil what has
 * nothing to do with it.
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
        *state = &d;
        return 0;
}

static int teardown(void **state) {
        descr_deinit(*state);
        return 0;
}

static void a_bad_import_is_told_once_for_all_inputs(void **state) {
        Descr *d = *state;

        descr_put(d, "Bad.idl", "package Bad\ntypedef Nothing X;\n");
        descr_put(d, "A.idl", "package A\nimport Bad\nstruct S { X x; }\n");
        descr_put(d, "B.idl", "package B\nimport Bad\nstruct S { X x; Missing y; }\n");
        assert_null(descr_compile(d, "A.idl", false));
        assert_null(descr_compile(d, "B.idl", false));
        assert_int_equal(d->n_messages, 2);
        assert_int_equal(descr_count(d, DIAG_UNKNOWN_TYPE), 2);
}

static void a_bad_input_does_not_spoil_the_next(void **state) {
        Descr *d = *state;

        descr_put(d, "Good.idl", "package Good\ntypedef UInt8 X;\n");
        descr_put(d, "A.idl", "package A\nimport Good\nstruct S { X x; X x; }\n");
        descr_put(d, "B.idl", "package B\nimport Good\nstruct S { X x; }\n");
        assert_null(descr_compile(d, "A.idl", false));
        assert_non_null(descr_compile(d, "B.idl", false));
        assert_int_equal(d->n_messages, 1);
}

static void a_limit_of_sizes_is_told_once_for_all_users(void **state) {
        Descr *d = *state;

        descr_put(d, "IBig.idl", "package IBig\ninterface { Put(in bytes<16777216> all); }\n");
        descr_put(d, "A.edl", "entity A\nendpoints { big : IBig }\n");
        descr_put(d, "B.edl", "entity B\nendpoints { big : IBig }\n");
        assert_null(descr_compile(d, "A.edl", false));
        assert_null(descr_compile(d, "B.edl", false));
        assert_null(descr_compile(d, "IBig.idl", false));
        assert_int_equal(descr_count(d, DIAG_MESSAGE_TOO_BIG), 1);
        assert_int_equal(d->n_messages, 1);
}

static void a_syntax_error_silences_complaints_about_names(void **state) {
        Descr *d = *state;

        descr_put(d, "Bad.idl", "package Bad\nconst UInt8 A 1;\ntypedef UInt8 B;\n");
        descr_put(d, "A.idl", "package A\nimport Bad\ntypedef bytes<A> X;\nstruct S { B b; C c; }\n");
        assert_null(descr_compile(d, "A.idl", false));
        assert_int_equal(d->n_messages, 1);
        assert_int_equal(descr_count(d, DIAG_SYNTAX), 1);
}

static void both_error_modes_live_side_by_side(void **state) {
        Descr *d = *state;
        const LayUnit *simple, *extended;

        descr_put(d, "I.idl", "package I\ninterface { Put(error UInt16 status); }\n");
        simple = descr_compile(d, "I.idl", false);
        extended = descr_compile(d, "I.idl", true);
        assert_non_null(simple);
        assert_non_null(extended);
        assert_true(simple->interfaces[0]->methods[0].has_status);
        assert_false(extended->interfaces[0]->methods[0].has_status);
        descr_put(d, "J.idl", "package J\ninterface { Put(error UInt32 code, error string<9> text); }\n");
        assert_non_null(descr_compile(d, "J.idl", true));
        assert_null(descr_compile(d, "J.idl", false));
        assert_int_equal(descr_count(d, DIAG_NEEDS_EXTENDED), 1);
}

static void a_class_and_a_component_of_one_name_are_told_once(void **state) {
        Descr *d = *state;

        descr_put(d, "Thing.cdl", "component Thing\n");
        descr_put(d, "Thing.edl", "entity Thing\n");
        assert_non_null(descr_compile(d, "Thing.edl", false));
        assert_null(descr_compile(d, "Thing.cdl", false));
        assert_int_equal(descr_count(d, DIAG_CLASS_AND_COMPONENT), 1);
}

static void after_twenty_errors_the_rest_is_silent(void **state) {
        Descr *d = *state;
        Text text = TEXT_NULL;

        text_puts(&text, "package Many\n");
        for (unsigned i = 0; i < 2 * DIAG_ERRORS_MAX; i++)
                text_printf(&text, "const UInt8 C%u = 256;\n", i);
        descr_put(d, "Many.idl", text_str(&text));
        text_deinit(&text);
        assert_null(descr_compile(d, "Many.idl", false));
        assert_int_equal(descr_count(d, DIAG_VALUE_RANGE), DIAG_ERRORS_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_bad_import_is_told_once_for_all_inputs, setup, teardown),
                cmocka_unit_test_setup_teardown(a_bad_input_does_not_spoil_the_next, setup, teardown),
                cmocka_unit_test_setup_teardown(a_limit_of_sizes_is_told_once_for_all_users, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_syntax_error_silences_complaints_about_names, setup, teardown),
                cmocka_unit_test_setup_teardown(both_error_modes_live_side_by_side, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_class_and_a_component_of_one_name_are_told_once, setup, teardown),
                cmocka_unit_test_setup_teardown(after_twenty_errors_the_rest_is_silent, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
