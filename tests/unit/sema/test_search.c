/* SPDX-License-Identifier: MIT */
/*
 * How names become files: the order of folders, one file reached in several ways, names that do not fit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

static void add_include(Descr *d, const char *folder) {
        char path[128];

        snprintf(path, sizeof path, "%s/%s", d->folder, folder);
        nkc_session_add_include(d->session, path);
}

static void first_folder_wins_silently(void **state) {
        Descr *d = *state;
        const LayUnit *unit;

        add_include(d, "one");
        add_include(d, "two");
        descr_put(d, "one/a/T.idl", "package a.T\nconst UInt8 Which = 1;\n");
        descr_put(d, "two/a/T.idl", "package a.T\nconst UInt8 Which = 2;\n");
        descr_put(d, "User.idl", "package User\nimport a.T\nconst UInt8 Copy = Which;\n");
        unit = descr_compile(d, "User.idl", false);
        assert_non_null(unit);
        assert_string_equal(unit->package->constants[0].value, "1");
        assert_int_equal(d->n_messages, 0);
}

static void folder_of_the_input_is_not_searched(void **state) {
        Descr *d = *state;

        descr_put(d, "sub/T.idl", "package T\n");
        descr_put(d, "sub/User.idl", "package User\nimport T\n");
        assert_null(descr_compile(d, "sub/User.idl", false));
        assert_int_equal(descr_count(d, DIAG_NOT_FOUND), 1);
}

static void slashes_behind_a_folder_do_no_harm(void **state) {
        Descr *d = *state;
        const LayUnit *unit;

        add_include(d, "one//");
        descr_put(d, "one/T.idl", "package T\n");
        descr_put(d, "User.idl", "package User\nimport T\n");
        unit = descr_compile(d, "User.idl", false);
        assert_non_null(unit);
        assert_non_null(strstr(unit->deps[0], "/one/T.idl"));
}

static void a_file_read_as_import_is_not_read_again_as_input(void **state) {
        Descr *d = *state;
        const LayUnit *user, *used;

        descr_put(d, "a/T.idl", "package a.T\ntypedef Nothing X;\n");
        descr_put(d, "User.idl", "package User\nimport a.T\n");
        user = descr_compile(d, "User.idl", false);
        used = descr_compile(d, "a/../a/T.idl", false);
        assert_null(user);
        assert_null(used);
        assert_int_equal(descr_count(d, DIAG_UNKNOWN_TYPE), 1);
}

static void an_input_is_found_by_its_name_afterwards(void **state) {
        Descr *d = *state;

        descr_put(d, "elsewhere/T.idl", "package T\nconst UInt8 Which = 3;\n");
        descr_put(d, "User.idl", "package User\nimport T\nconst UInt8 Copy = Which;\n");
        assert_non_null(descr_compile(d, "elsewhere/T.idl", false));
        assert_non_null(descr_compile(d, "User.idl", false));
}

static void two_inputs_of_one_name_are_both_compiled(void **state) {
        Descr *d = *state;
        const LayUnit *one, *two;

        descr_put(d, "one/T.idl", "package T\nconst UInt8 A = 1;\n");
        descr_put(d, "two/T.idl", "package T\nconst UInt8 B = 2;\n");
        one = descr_compile(d, "one/T.idl", false);
        two = descr_compile(d, "two/T.idl", false);
        assert_non_null(one);
        assert_non_null(two);
        assert_string_equal(one->package->constants[0].name, "A");
        assert_string_equal(two->package->constants[0].name, "B");
}

static void deps_come_in_the_order_of_reading(void **state) {
        Descr *d = *state;
        const LayUnit *unit;

        descr_put(d, "C.idl", "package C\n");
        descr_put(d, "B.idl", "package B\nimport C\n");
        descr_put(d, "ISec.idl", "package ISec\ninterface { Ask(); }\n");
        descr_put(d, "IThing.idl", "package IThing\nimport B\nimport C\ninterface { Do(); }\n");
        descr_put(d, "CThing.cdl", "component CThing\nendpoints { thing : IThing }\nsecurity ISec\n");
        descr_put(
                d, "Thing.edl", "entity Thing\ncomponents { thing : CThing }\nendpoints { own : IThing }\n");
        unit = descr_compile(d, "Thing.edl", false);
        assert_non_null(unit);
        assert_int_equal(unit->n_deps, 5);
        assert_non_null(strstr(unit->deps[0], "/IThing.idl"));
        assert_non_null(strstr(unit->deps[1], "/B.idl"));
        assert_non_null(strstr(unit->deps[2], "/C.idl"));
        assert_non_null(strstr(unit->deps[3], "/CThing.cdl"));
        assert_non_null(strstr(unit->deps[4], "/ISec.idl"));
}

static void sections_come_behind_what_they_use(void **state) {
        Descr *d = *state;
        const LayUnit *unit;

        descr_put(d, "C.idl", "package C\n");
        descr_put(d, "B.idl", "package B\nimport C\n");
        descr_put(d, "ISec.idl", "package ISec\nimport C\ninterface { Ask(); }\n");
        descr_put(d, "IThing.idl", "package IThing\nimport B\nimport C\ninterface { Do(); }\n");
        descr_put(d, "Thing.edl", "entity Thing\nsecurity ISec\nendpoints { own : IThing other : IThing }\n");
        unit = descr_compile(d, "Thing.edl", false);
        assert_non_null(unit);
        assert_int_equal(unit->n_packages, 3);
        assert_string_equal(unit->packages[0]->name.dotted, "C");
        assert_string_equal(unit->packages[1]->name.dotted, "B");
        assert_string_equal(unit->packages[2]->name.dotted, "IThing");
        assert_int_equal(unit->n_interfaces, 1);
}

static void a_missing_input_is_an_error_of_reading(void **state) {
        Descr *d = *state;

        assert_null(descr_compile(d, "Nowhere.idl", false));
        assert_int_equal(descr_count(d, DIAG_CANNOT_READ), 1);
        assert_true(nkc_session_io_failed(d->session));
}

static void a_folder_named_like_a_file_is_passed_over(void **state) {
        Descr *d = *state;

        add_include(d, "one");
        descr_put(d, "T.idl/Hidden.idl", "package Hidden\n");
        descr_put(d, "one/T.idl", "package T\n");
        descr_put(d, "User.idl", "package User\nimport T\n");
        assert_non_null(descr_compile(d, "User.idl", false));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(first_folder_wins_silently, setup, teardown),
                cmocka_unit_test_setup_teardown(folder_of_the_input_is_not_searched, setup, teardown),
                cmocka_unit_test_setup_teardown(slashes_behind_a_folder_do_no_harm, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_file_read_as_import_is_not_read_again_as_input, setup, teardown),
                cmocka_unit_test_setup_teardown(an_input_is_found_by_its_name_afterwards, setup, teardown),
                cmocka_unit_test_setup_teardown(two_inputs_of_one_name_are_both_compiled, setup, teardown),
                cmocka_unit_test_setup_teardown(deps_come_in_the_order_of_reading, setup, teardown),
                cmocka_unit_test_setup_teardown(sections_come_behind_what_they_use, setup, teardown),
                cmocka_unit_test_setup_teardown(a_missing_input_is_an_error_of_reading, setup, teardown),
                cmocka_unit_test_setup_teardown(a_folder_named_like_a_file_is_passed_over, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
