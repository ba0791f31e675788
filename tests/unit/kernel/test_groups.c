/* SPDX-License-Identifier: MIT */
/*
 * Control groups, in a folder that looks like a delegated one: which files are written, with what, and what
 * is said where something is missing. The files of groups to be made lie there before: Linux would make
 * them with the folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/groups.h"

static char base[] = "/tmp/caisson-groups-XXXXXX";
static char run[64];

static void path_of(char path[static 256], const char *name) {
        (void)snprintf(path, 256, "%s/%s", base, name);
}

static void put(const char *name, const char *text) {
        char path[256];
        FILE *f;

        path_of(path, name);
        f = fopen(path, "w");
        assert_non_null(f);
        (void)fputs(text, f);
        (void)fclose(f);
}

static void make_folder(const char *name) {
        char path[256];

        path_of(path, name);
        assert_int_equal(mkdir(path, 0755), 0);
}

static void has(const char *name, const char *wanted) {
        char path[256], text[256] = "";
        FILE *f;

        path_of(path, name);
        f = fopen(path, "r");
        assert_non_null(f);
        (void)!fread(text, 1, sizeof text - 1, f);
        (void)fclose(f);
        assert_string_equal(text, wanted);
}

static void has_in_task(const char *file, const char *wanted) {
        char name[160];

        (void)snprintf(name, sizeof name, "%s/3/%s", run, file);
        has(name, wanted);
}

/* A group with these controllers, of which the caller has handed on nothing yet. */
static void begin(const char *controllers, const char *handed_on) {
        static const char *const files[] = {
                "memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max", "cgroup.procs"};
        char name[160];

        (void)snprintf(base, sizeof base, "/tmp/caisson-groups-XXXXXX");
        assert_non_null(mkdtemp(base));
        (void)snprintf(run, sizeof run, "caisson-%ld", (long)getpid());
        put("cgroup.controllers", controllers);
        put("cgroup.subtree_control", handed_on);
        make_folder(run);
        (void)snprintf(name, sizeof name, "%s/cgroup.subtree_control", run);
        put(name, "");
        (void)snprintf(name, sizeof name, "%s/3", run);
        make_folder(name);
        for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
                (void)snprintf(name, sizeof name, "%s/3/%s", run, files[i]);
                put(name, "");
        }
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
        (void)st, (void)kind, (void)ftw;
        return remove(path);
}

static void end(Groups *g) {
        groups_deinit(g);
        assert_int_equal(nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void a_group_gets_its_limits(void **state) {
        const SolLimits limits = {.memory = 64u << 20, .pids = 8, .cpu = 500};
        const char *object = NULL;
        char name[160];
        Groups g;
        int fd;

        (void)state;
        begin("cpuset cpu io memory pids\n", "");
        assert_true(groups_init(&g, base));
        has("cgroup.subtree_control", "+memory +pids +cpu");
        (void)snprintf(name, sizeof name, "%s/cgroup.subtree_control", run);
        has(name, "+memory +pids +cpu");
        assert_int_equal(groups_add(&g, 3, &limits, &fd, &object), 0);
        has_in_task("memory.max", "67108864");
        has_in_task("memory.swap.max", "0");
        has_in_task("memory.oom.group", "1");
        has_in_task("pids.max", "10"); /* with its init, and for a moment the one that starts both */
        has_in_task("cpu.max", "50000 100000");
        assert_int_equal(write(fd, "0", 1), 1);
        (void)close(fd);
        has_in_task("cgroup.procs", "0");
        end(&g);
}

static void only_what_is_asked_for_is_limited(void **state) {
        const SolLimits none = {.files = 20}, pids = {.pids = 1};
        const char *object = NULL;
        Groups g;
        int fd;

        (void)state;
        begin("memory pids\n", "memory pids\n");
        assert_true(groups_init(&g, base));
        has("cgroup.subtree_control", "memory pids\n"); /* as it was */
        assert_int_equal(groups_add(&g, 3, &none, &fd, &object), 0);
        assert_int_equal(fd, -1);
        assert_int_equal(groups_add(&g, 3, &pids, &fd, &object), 0);
        assert_true(fd >= 0);
        (void)close(fd);
        has_in_task("memory.max", "");
        has_in_task("pids.max", "3");
        end(&g);
}

static void a_share_that_can_not_be_given_is_an_error_unless_optional(void **state) {
        const SolLimits limits = {.cpu = 500};
        const char *object = NULL;
        Groups g;
        int fd;

        (void)state;
        begin("memory pids cpuset\n", "");
        assert_true(groups_init(&g, base));
        assert_int_equal(groups_add(&g, 3, &limits, &fd, &object), -EOPNOTSUPP);
        assert_string_equal(object, "cpu");
        g.is_optional = true;
        assert_int_equal(groups_add(&g, 3, &limits, &fd, &object), 0);
        assert_int_equal(fd, -1);
        end(&g);
}

static void without_a_group_memory_and_threads_need_none(void **state) {
        const SolLimits limits = {.memory = 1u << 20, .pids = 4};
        const char *object = NULL;
        Groups g;
        int fd;

        (void)state;
        begin("hugetlb\n", "");
        assert_false(groups_init(&g, base));
        assert_int_equal(g.error, EOPNOTSUPP);
        assert_int_equal(groups_add(&g, 0, &limits, &fd, &object), 0);
        assert_int_equal(fd, -1);
        groups_remove(&g, 0);
        end(&g);
        assert_false(groups_init(&g, "/nowhere"));
        assert_int_equal(groups_add(&g, 0, &limits, &fd, &object), 0);
        groups_deinit(&g);
}

static void a_failed_setting_names_the_limit(void **state) {
        const SolLimits limits = {.memory = 1u << 20, .pids = 4};
        const char *object = NULL;
        char path[256], name[160];
        Groups g;
        int fd;

        (void)state;
        begin("memory pids\n", "");
        assert_true(groups_init(&g, base));
        (void)snprintf(name, sizeof name, "%s/3/pids.max", run);
        path_of(path, name);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(groups_add(&g, 3, &limits, &fd, &object), -ENOENT);
        assert_string_equal(object, "pids");
        end(&g);
}

static void every_cause_has_a_way_out(void **state) {
        static const int errors[] = {ENOENT, EOPNOTSUPP, EACCES, EPERM, EROFS, EBUSY};

        (void)state;
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
                assert_true(strstr(groups_explain(errors[i]), "Delegate=yes") ||
                            strstr(groups_explain(errors[i]), "cgroup2"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_group_gets_its_limits),
                cmocka_unit_test(only_what_is_asked_for_is_limited),
                cmocka_unit_test(a_share_that_can_not_be_given_is_an_error_unless_optional),
                cmocka_unit_test(without_a_group_memory_and_threads_need_none),
                cmocka_unit_test(a_failed_setting_names_the_limit),
                cmocka_unit_test(every_cause_has_a_way_out),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
