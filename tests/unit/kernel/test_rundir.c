/* SPDX-License-Identifier: MIT */
/*
 * Run folder: who may enter, what is found, what is taken away.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/bounds.h"
#include "kernel/rundir.h"

static char base[] = "/tmp/caisson-rundir-XXXXXX";
static char folder[sizeof base + 16];

static int prepare(void **state) {
        (void)state;
        if (!mkdtemp(base) || setenv("XDG_RUNTIME_DIR", base, 1) < 0)
                return -1;
        (void)snprintf(folder, sizeof folder, "%s/caisson", base);
        return 0;
}

static int clean(void **state) {
        (void)state;
        rundir_clear();
        (void)rmdir(folder);
        return rmdir(base);
}

static void names_are_simple(void **state) {
        char longest[INIT_CONTROL_MAX + 2];

        (void)state;
        assert_true(rundir_is_name("gpio") && rundir_is_name("A-b_9"));
        assert_false(
                rundir_is_name("") || rundir_is_name("a/b") || rundir_is_name("..") || rundir_is_name("a b"));
        memset(longest, 'x', sizeof longest);
        longest[INIT_CONTROL_MAX] = '\0';
        assert_true(rundir_is_name(longest));
        longest[INIT_CONTROL_MAX] = 'x';
        longest[INIT_CONTROL_MAX + 1] = '\0';
        assert_false(rundir_is_name(longest));
}

static void a_control_is_found_and_reached(void **state) {
        pid_t pid = 0;
        int listening, connected;

        (void)state;
        assert_int_equal(rundir_find("gpio", &pid, 1), 0);
        assert_int_equal(rundir_listen("gpio", &listening), 0);
        assert_int_equal(rundir_find("gpio", &pid, 1), 1);
        assert_int_equal(pid, getpid());
        assert_int_equal(rundir_find("gpi", &pid, 1), 0);
        assert_int_equal(rundir_connect(pid, "gpio", &connected), 0);
        (void)close(connected);
        (void)close(listening);
        assert_int_equal(rundir_connect(pid, "gpio", &connected), -ECONNREFUSED);
        rundir_clear();
        assert_int_equal(rundir_find("gpio", &pid, 1), 0);
        assert_int_equal(rundir_connect(pid, "gpio", &connected), -ENOENT);
}

static void what_the_dead_leave_is_taken_away(void **state) {
        int listening, status;
        pid_t pid = fork(), found;

        (void)state;
        if (pid == 0)
                _exit(rundir_listen("gpio", &listening) ? 1 : 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(rundir_find("gpio", &found, 1), 0);
        assert_int_equal(rmdir(folder), 0); /* it is empty */
}

static void a_folder_of_others_is_refused(void **state) {
        pid_t pid;
        int fd;

        (void)state;
        assert_int_equal(mkdir(folder, 0700), 0);
        assert_int_equal(chmod(folder, 0710), 0);
        assert_int_equal(rundir_listen("gpio", &fd), -EACCES);
        assert_int_equal(rundir_find("gpio", &pid, 1), -EACCES);
        assert_int_equal(chmod(folder, 0700), 0);
        assert_int_equal(rmdir(folder), 0);
        assert_int_equal(symlink("/tmp", folder), 0);
        assert_int_equal(rundir_listen("gpio", &fd), -EACCES);
        assert_int_equal(unlink(folder), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_are_simple),
                cmocka_unit_test(a_control_is_found_and_reached),
                cmocka_unit_test(what_the_dead_leave_is_taken_away),
                cmocka_unit_test(a_folder_of_others_is_refused),
        };

        return cmocka_run_group_tests(tests, prepare, clean);
}
