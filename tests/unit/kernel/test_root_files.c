/* SPDX-License-Identifier: MIT */
/*
 * Files of a root: code, and those that were looked at, whatever lies at their paths when they are taken.
 */
#include "kernel/chamber_root.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf_image.h"

#define UNWINDER "libgcc_s.so.1"
#define OWN      "own/" UNWINDER
#define PLACE    "/tmp/root-XXXXXX"

enum { TAKEN, ANOTHER, FAILED };

static char place[] = PLACE;
static RootPlan plan;

static const char *path_of(const char *name) {
        static char path[64];

        (void)snprintf(path, sizeof path, "%s/%.40s", place, name);
        return path;
}

static void write_file(const char *name, const void *bytes, size_t size) {
        int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes, size), (ssize_t)size);
        (void)close(fd);
}

/* A program and its loader, which need nothing; what the program's search path is. */
static void write_program(const char *folders) {
        ElfImage image;

        elf_image_init(&image);
        image.dynamic[ELF_IMAGE_FIRST] = image.dynamic[ELF_IMAGE_RUNPATH];
        image.dynamic[ELF_IMAGE_FIRST].d_un.d_val = 1;
        image.dynamic[ELF_IMAGE_SECOND].d_tag = DT_NULL;
        (void)snprintf(image.texts + 1, sizeof image.texts - 1, "%.62s", folders);
        (void)snprintf(image.loader, sizeof image.loader, "%.31s", path_of("ld"));
        write_file("ld", &image, sizeof image);
        write_file("program", &image, sizeof image);
}

static int begin(void **state) {
        (void)state;
        memcpy(place, PLACE, sizeof place);
        if (!mkdtemp(place) || mkdir(path_of("own"), 0755) < 0)
                return -1;
        write_program(path_of("own"));
        write_file("secret", "secret", sizeof "secret");
        return 0;
}

static int end(void **state) {
        static const char *const names[] = {"program", "ld", "other", "secret", UNWINDER, OWN, "own"};

        (void)state;
        root_plan_deinit(&plan);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                (void)remove(path_of(names[i]));
        return rmdir(place);
}

static int make_plan(void) {
        return root_plan_init(&plan, path_of("program"), NULL);
}

static void an_unwinder_that_is_no_library_is_refused(void **state) {
        (void)state;
        assert_int_equal(symlink("secret", path_of(UNWINDER)), 0);
        assert_int_equal(make_plan(), -ELIBBAD);
        assert_string_equal(plan.object, path_of("secret"));
}

static void an_unwinder_is_not_looked_for_where_libraries_are(void **state) {
        (void)state;
        write_file(OWN, "", 0);
        assert_int_equal(make_plan(), 0);
        for (size_t i = 0; i < plan.n_files; i++)
                assert_string_not_equal(plan.list[i].source, path_of(OWN));
}

/* In a mount namespace of its own: what comes of taking the plan's files. */
static int take(void) {
        int fds[ROOT_FILES_MAX + ROOT_GIVEN_MAX], status;
        pid_t pid = fork();

        if (pid == 0) {
                if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
                        _exit(FAILED);
                if (root_take_files(&plan, fds) == 0)
                        _exit(TAKEN);
                _exit(errno == ESTALE && strcmp(plan.object, path_of("ld")) == 0 ? ANOTHER : FAILED);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static void files_that_were_looked_at_are_taken(void **state) {
        (void)state;
        assert_int_equal(make_plan(), 0);
        assert_int_equal(take(), TAKEN);
}

static void a_link_put_in_a_files_place_is_not_followed(void **state) {
        (void)state;
        assert_int_equal(make_plan(), 0);
        assert_int_equal(unlink(path_of("ld")), 0);
        assert_int_equal(symlink("secret", path_of("ld")), 0);
        assert_int_equal(take(), ANOTHER);
}

static void another_file_in_its_place_is_not_taken(void **state) {
        char ld[64];

        (void)state;
        assert_int_equal(make_plan(), 0);
        (void)snprintf(ld, sizeof ld, "%s", path_of("ld"));
        write_file("other", "", 0);
        assert_int_equal(rename(path_of("other"), ld), 0);
        assert_int_equal(take(), ANOTHER);
}

/* Whether this machine lets us make namespaces. */
static bool can_take(void) {
        int status;
        pid_t pid = fork();

        if (pid == 0)
                _exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0);
        return waitpid(pid, &status, 0) == pid && status == 0;
}

int main(void) {
        const struct CMUnitTest plans[] = {
                cmocka_unit_test_setup_teardown(an_unwinder_that_is_no_library_is_refused, begin, end),
                cmocka_unit_test_setup_teardown(
                        an_unwinder_is_not_looked_for_where_libraries_are, begin, end),
        };
        const struct CMUnitTest all[] = {
                plans[0],
                plans[1],
                cmocka_unit_test_setup_teardown(files_that_were_looked_at_are_taken, begin, end),
                cmocka_unit_test_setup_teardown(a_link_put_in_a_files_place_is_not_followed, begin, end),
                cmocka_unit_test_setup_teardown(another_file_in_its_place_is_not_taken, begin, end),
        };

        return can_take() ? cmocka_run_group_tests(all, NULL, NULL)
                          : cmocka_run_group_tests(plans, NULL, NULL);
}
