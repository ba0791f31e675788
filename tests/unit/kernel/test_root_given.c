/* SPDX-License-Identifier: MIT */
/*
 * Files that a process is given: what the plan of its root makes of them.
 */
#include "kernel/chamber_root.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OWN     "/proc/self/exe"
#define LIBRARY "/etc/ld.so.conf" /* any file there is, as data */

static RootPlan plan;

static int begin(void **state) {
        (void)state;
        return root_plan_init(&plan, OWN, NULL);
}

static int end(void **state) {
        (void)state;
        root_plan_deinit(&plan);
        return 0;
}

static void nothing_given_changes_nothing(void **state) {
        size_t n = plan.n_files;
        char *names;

        (void)state;
        assert_int_equal(root_plan_give(&plan, NULL, 0), 0);
        assert_int_equal(plan.n_files, n);
        names = root_plan_names(&plan);
        assert_string_equal(names, "");
        free(names);
}

static void names_of_a_file_are_sorted_and_lead_to_one_mount(void **state) {
        const RootGiven list[] = {{.path = "/z", .source = LIBRARY}, {.path = "/a/b", .source = LIBRARY}};
        size_t n = plan.n_files;
        char *names;

        (void)state;
        assert_int_equal(root_plan_give(&plan, list, 2), 0);
        assert_int_equal(plan.n_files, n + 1);
        assert_string_equal(plan.list[n].target, ROOT_GIVEN "/0");
        names = root_plan_names(&plan);
        assert_string_equal(names, "r0\t/a/b\nr0\t" LIBRARY "\nr0\t/z\n");
        free(names);
}

static void data_given_as_code_is_refused(void **state) {
        const RootGiven given = {.path = "/z", .source = LIBRARY, .is_code = true};

        (void)state;
        assert_int_equal(root_plan_give(&plan, &given, 1), -ELIBBAD);
        assert_string_equal(plan.object, LIBRARY);
        assert_int_equal(plan.n_files, 0);
}

static void a_file_that_is_not_there_is_named(void **state) {
        const RootGiven given = {.path = "/z", .source = "/nowhere/z"};

        (void)state;
        assert_int_equal(root_plan_give(&plan, &given, 1), -ENOENT);
        assert_string_equal(plan.object, "/nowhere/z");
}

static RootGiven *make_names(size_t n, size_t length) {
        RootGiven *list = calloc(n, sizeof *list);

        assert_non_null(list);
        for (size_t i = 0; i < n; i++) {
                char *path = malloc(length + 1);

                assert_non_null(path);
                (void)snprintf(path, length + 1, "/%0*zu", (int)length - 1, i);
                list[i] = (RootGiven){.path = path, .source = LIBRARY};
        }
        return list;
}

static int give(size_t n, size_t length) {
        RootGiven *list = make_names(n, length);
        int r = root_plan_give(&plan, list, n);
        char *names = root_plan_names(&plan);

        if (r == 0) {
                assert_non_null(names);
                assert_int_equal(names[strlen(names) - 1], '\n');
        }
        free(names);
        for (size_t i = 0; i < n; i++)
                free((char *)(uintptr_t)list[i].path);
        free(list);
        return r;
}

/* One more name is the file's own. */
static void there_are_as_many_names_as_may_be(void **state) {
        (void)state;
        assert_int_equal(give(ROOT_NAMES_MAX - 2, 8), 0);
        root_plan_deinit(&plan);
        assert_int_equal(begin(NULL), 0);
        assert_int_equal(give(ROOT_NAMES_MAX - 1, 8), 0);
        root_plan_deinit(&plan);
        assert_int_equal(begin(NULL), 0);
        assert_int_equal(give(ROOT_NAMES_MAX, 8), -E2BIG);
}

/* Each name has eight bytes beside it: 95 lines of a KiB, and the file's own name. */
static void names_are_as_long_together_as_may_be(void **state) {
        size_t rest = ROOT_NAMES_SIZE_MAX - 95 * 1024 - (sizeof LIBRARY - 1 + 8);
        char *path = malloc(rest);
        RootGiven *list = make_names(96, 1024 - 8);

        (void)state;
        assert_non_null(path);
        free((char *)(uintptr_t)list[95].path);
        for (size_t over = 0; over < 2; over++) {
                list[95].path = path;
                memset(path, '/', rest);
                memset(path + 1, 'x', rest - 1);
                path[rest - 8 - 1 + over] = '\0';
                assert_int_equal(root_plan_give(&plan, list, 96), 0);
                root_plan_deinit(&plan);
                assert_int_equal(begin(NULL), 0);
        }
        path[rest - 8] = 'x';
        path[rest - 8 + 1] = '\0';
        assert_int_equal(root_plan_give(&plan, list, 96), -E2BIG);
        for (size_t i = 0; i < 96; i++)
                free((char *)(uintptr_t)list[i].path);
        free(list);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(nothing_given_changes_nothing, begin, end),
                cmocka_unit_test_setup_teardown(names_of_a_file_are_sorted_and_lead_to_one_mount, begin, end),
                cmocka_unit_test_setup_teardown(data_given_as_code_is_refused, begin, end),
                cmocka_unit_test_setup_teardown(a_file_that_is_not_there_is_named, begin, end),
                cmocka_unit_test_setup_teardown(there_are_as_many_names_as_may_be, begin, end),
                cmocka_unit_test_setup_teardown(names_are_as_long_together_as_may_be, begin, end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
