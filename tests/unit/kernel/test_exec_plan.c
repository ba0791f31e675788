/* SPDX-License-Identifier: MIT */
/*
 * What `caisson exec` writes: texts of any kind, disks and how they may be used, folders of file systems.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/exec_plan.h"

/* The description of a plan; free() it. */
static char *written(const ExecPlan *plan) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        assert_true(exec_write(plan, out));
        assert_int_equal(fclose(out), 0);
        return text;
}

static void has(const ExecPlan *plan, const char *part, bool wanted) {
        char *text = written(plan);

        if ((strstr(text, part) != NULL) != wanted)
                fail_msg("'%s' is %s in %s", part, wanted ? "not" : "", text);
        free(text);
}

static void disks_are_written_as_their_user_may_use_them(void **state) {
        const ExecPlan plan = {
                .program = "/bin/true", .disks = {"/a", "/b"}, .n_disks = 2, .is_read_only = {false, true}};

        (void)state;
        has(&plan, "  - file: \"/a\"\n    mode: rw\n    name: mmc0.img\n", true);
        has(&plan, EXEC_DRIVER, true);
        has(&plan, "  - file: \"/b\"\n    mode: ro\n    name: mmc1.img\n", true);
}

static void without_disks_there_is_no_driver(void **state) {
        const ExecPlan plan = {.program = "/bin/true"};

        (void)state;
        has(&plan, EXEC_DRIVER, false);
}

static void any_text_is_a_text(void **state) {
        char one[] = "a\"b\\c\nd\x7f: [x]";
        char *const args[] = {one};
        const ExecPlan plan = {.program = "/bin/true", .args = args, .n_args = 1};

        (void)state;
        has(&plan, "  - \"a\\\"b\\\\c\\x0ad\\x7f: [x]\"\n", true);
}

static void a_root_of_ones_own_comes_without_devices(void **state) {
        const ExecPlan none = {.program = "/bin/true"};
        const ExecPlan own = {.program = "/bin/true", .mounts = {"nodev / ramfs 0"}, .n_mounts = 1};

        (void)state;
        has(&none, EXEC_DEVICES, true);
        has(&own, EXEC_DEVICES, false);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(disks_are_written_as_their_user_may_use_them),
                cmocka_unit_test(without_disks_there_is_no_driver),
                cmocka_unit_test(any_text_is_a_text),
                cmocka_unit_test(a_root_of_ones_own_comes_without_devices),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
