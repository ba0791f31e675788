/* SPDX-License-Identifier: MIT */
/*
 * The process's own name, where there is none: in a solution it is looked at by tests/e2e/local.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <coresrv/task/task_api.h>

static void process_outside_of_a_solution_has_no_name(void **state) {
        char name[256] = "as it was";

        (void)state;
        assert_int_equal(KnTaskGetName(name, sizeof name), rcResourceNotFound);
        assert_int_equal(KnTaskGetName(name, 0), rcResourceNotFound);
        assert_int_equal(KnTaskGetName(NULL, sizeof name), rcInvalidArgument);
        assert_string_equal(name, "as it was");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(process_outside_of_a_solution_has_no_name),
        };

        return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
