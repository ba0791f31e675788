/* SPDX-License-Identifier: MIT */
/*
 * Output files: nothing outside of the folder, nothing written twice, nothing half.
 */
#include "out/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Place {
        char path[64]; /* fresh folder; the output folder is "out" in it */
        int fd;
        OutDir out;
} Place;

static int setup(void **state) {
        Place *p = calloc(1, sizeof(*p));

        assert_non_null(p);
        snprintf(p->path, sizeof(p->path), "/tmp/outdir-XXXXXX");
        assert_non_null(mkdtemp(p->path));
        p->fd = open(p->path, O_RDONLY | O_DIRECTORY);
        assert_true(p->fd >= 0);
        assert_int_equal(mkdirat(p->fd, "out", 0777), 0);
        assert_int_equal(fchdir(p->fd), 0);
        assert_int_equal(outdir_open(&p->out, "out"), 0);
        *state = p;
        return 0;
}

static int teardown(void **state) {
        Place *p = *state;
        char command[96];

        outdir_close(&p->out);
        close(p->fd);
        snprintf(command, sizeof(command), "rm -rf '%s'", p->path);
        assert_int_equal(chdir("/"), 0);
        assert_int_equal(system(command), 0);
        free(p);
        return 0;
}

static void expect_content(const char *path, const char *text) {
        char found[64] = "";
        FILE *f = fopen(path, "r");

        assert_non_null(f);
        found[fread(found, 1, sizeof(found) - 1, f)] = '\0';
        fclose(f);
        assert_string_equal(found, text);
}

/* Number of entries of a folder, without "." and "..". */
static int n_entries(const char *folder) {
        DIR *dir = opendir(folder);
        int n = 0;

        assert_non_null(dir);
        for (const struct dirent *entry; (entry = readdir(dir));)
                n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
        closedir(dir);
        return n;
}

static void folders_are_made_on_the_way(void **state) {
        Place *p = *state;

        assert_int_equal(outdir_write(&p->out, "a/b/c.h", "text", 4), 0);
        expect_content("out/a/b/c.h", "text");
        assert_int_equal(n_entries("out/a/b"), 1);
}

static void an_unchanged_file_keeps_its_time_and_inode(void **state) {
        Place *p = *state;
        struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
        struct stat before, after;

        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), 0);
        assert_int_equal(utimensat(AT_FDCWD, "out/x.h", old, 0), 0);
        assert_int_equal(stat("out/x.h", &before), 0);
        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), 0);
        assert_int_equal(stat("out/x.h", &after), 0);
        assert_int_equal(after.st_mtime, 1000);
        assert_int_equal(after.st_ino, before.st_ino);
}

static void a_changed_file_is_a_new_one_and_old_readers_keep_theirs(void **state) {
        Place *p = *state;
        char old[8] = "";
        int fd;

        assert_int_equal(outdir_write(&p->out, "x.h", "one", 3), 0);
        fd = open("out/x.h", O_RDONLY);
        assert_int_equal(outdir_write(&p->out, "x.h", "two", 3), 0);
        expect_content("out/x.h", "two");
        assert_int_equal(read(fd, old, sizeof(old)), 3);
        assert_string_equal(old, "one");
        close(fd);
        assert_int_equal(n_entries("out"), 1);
}

static void a_longer_and_a_shorter_file_are_replaced(void **state) {
        Place *p = *state;

        assert_int_equal(outdir_write(&p->out, "x.h", "text and more", 13), 0);
        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), 0);
        expect_content("out/x.h", "text");
        assert_int_equal(outdir_write(&p->out, "x.h", "", 0), 0);
        expect_content("out/x.h", "");
        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), 0);
        expect_content("out/x.h", "text");
}

static void names_that_lead_outside_are_refused_and_leave_nothing(void **state) {
        static const char *const names[] = {"../x.h", "a/../../x.h", "/tmp/x.h", "a//x.h", "./x.h", "a/./x.h",
                "a/..", ".", "..", "", "a/"};
        Place *p = *state;

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                assert_int_equal(outdir_write(&p->out, names[i], "text", 4), OUTDIR_E_OUTSIDE);
        assert_int_equal(n_entries("out"), 0);
        assert_int_equal(n_entries("."), 1);
}

static void names_that_begin_with_dots_are_ordinary(void **state) {
        Place *p = *state;

        assert_int_equal(outdir_write(&p->out, "..a/...h", "text", 4), 0);
        expect_content("out/..a/...h", "text");
}

static void a_linked_folder_below_is_refused(void **state) {
        Place *p = *state;

        assert_int_equal(mkdir("outside", 0777), 0);
        assert_int_equal(symlink("../outside", "out/a"), 0);
        assert_int_equal(outdir_write(&p->out, "a/x.h", "text", 4), OUTDIR_E_SYMLINK);
        assert_int_equal(outdir_write(&p->out, "a/b/x.h", "text", 4), OUTDIR_E_SYMLINK);
        assert_int_equal(n_entries("outside"), 0);
}

static void a_file_in_place_of_a_folder_is_refused(void **state) {
        Place *p = *state;

        assert_int_equal(outdir_write(&p->out, "a", "text", 4), 0);
        assert_int_equal(outdir_write(&p->out, "a/x.h", "text", 4), OUTDIR_E_SYMLINK);
}

static void a_linked_file_is_replaced_and_its_target_stays(void **state) {
        Place *p = *state;
        struct stat st;

        assert_int_equal(outdir_write(&p->out, "real.h", "mine", 4), 0);
        assert_int_equal(symlink("real.h", "out/x.h"), 0);
        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), 0);
        expect_content("out/real.h", "mine");
        expect_content("out/x.h", "text");
        assert_int_equal(lstat("out/x.h", &st), 0);
        assert_true(S_ISREG(st.st_mode));
}

static void a_fifo_is_replaced_without_waiting(void **state) {
        Place *p = *state;

        assert_int_equal(mkfifo("out/x.h", 0600), 0);
        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), 0);
        expect_content("out/x.h", "text");
}

static void a_folder_in_place_of_the_file_is_an_error_and_leaves_no_rest(void **state) {
        Place *p = *state;

        assert_int_equal(mkdir("out/x.h", 0777), 0);
        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), -EISDIR);
        assert_int_equal(n_entries("out"), 1);
}

static void a_temporary_name_that_is_taken_is_not_used(void **state) {
        Place *p = *state;
        char name[64];

        snprintf(name, sizeof(name), "out/.nkc-%ld-0", (long)getpid());
        assert_int_equal(symlink("../victim", name), 0);
        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), 0);
        expect_content("out/x.h", "text");
        assert_int_equal(access("victim", F_OK), -1);
}

/* The number of temporary names is a limit: at it and one above. */
static void the_last_free_temporary_name_is_found(void **state) {
        Place *p = *state;
        char name[64];

        for (int i = 0; i < OUTDIR_TEMP_TRIES - 1; i++) {
                snprintf(name, sizeof(name), "out/.nkc-%ld-%d", (long)getpid(), i);
                assert_int_equal(mkdir(name, 0777), 0);
        }
        assert_int_equal(outdir_write(&p->out, "x.h", "text", 4), 0);
        snprintf(name, sizeof(name), "out/.nkc-%ld-%d", (long)getpid(), OUTDIR_TEMP_TRIES - 1);
        assert_int_equal(mkdir(name, 0777), 0);
        assert_int_equal(outdir_write(&p->out, "y.h", "text", 4), -EEXIST);
}

static void a_part_longer_than_the_file_system_admits_is_an_error(void **state) {
        Place *p = *state;
        char name[600];

        memset(name, 'a', sizeof(name));
        memcpy(name + 300, "/x.h", 5);
        assert_int_equal(outdir_write(&p->out, name, "text", 4), -ENAMETOOLONG);
        name[300] = '\0';
        assert_int_equal(outdir_write(&p->out, name, "text", 4), -ENAMETOOLONG);
}

static void a_created_file_is_never_replaced(void **state) {
        Place *p = *state;

        assert_int_equal(outdir_create(&p->out, "a/x.c", "text", 4), 0);
        expect_content("out/a/x.c", "text");
        assert_int_equal(outdir_create(&p->out, "a/x.c", "text", 4), 0);
        assert_int_equal(outdir_create(&p->out, "a/x.c", "other", 5), -EEXIST);
        expect_content("out/a/x.c", "text");
        assert_int_equal(symlink("nowhere", "out/link.c"), 0);
        assert_int_equal(outdir_create(&p->out, "link.c", "text", 4), -EEXIST);
        assert_int_equal(n_entries("out/a"), 1);
        assert_int_equal(n_entries("out"), 2);
}

static void a_missing_output_folder_is_an_error(void **state) {
        OutDir out = OUTDIR_NULL;

        (void)state;
        assert_int_equal(outdir_open(&out, "nowhere"), -ENOENT);
        outdir_close(&out);
}

static void every_result_has_a_text(void **state) {
        (void)state;
        assert_string_not_equal(outdir_problem(OUTDIR_E_OUTSIDE), outdir_problem(OUTDIR_E_SYMLINK));
        assert_string_equal(outdir_problem(-ENOENT), strerror(ENOENT));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(folders_are_made_on_the_way, setup, teardown),
                cmocka_unit_test_setup_teardown(an_unchanged_file_keeps_its_time_and_inode, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_changed_file_is_a_new_one_and_old_readers_keep_theirs, setup, teardown),
                cmocka_unit_test_setup_teardown(a_longer_and_a_shorter_file_are_replaced, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        names_that_lead_outside_are_refused_and_leave_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(names_that_begin_with_dots_are_ordinary, setup, teardown),
                cmocka_unit_test_setup_teardown(a_linked_folder_below_is_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(a_file_in_place_of_a_folder_is_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_linked_file_is_replaced_and_its_target_stays, setup, teardown),
                cmocka_unit_test_setup_teardown(a_fifo_is_replaced_without_waiting, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_folder_in_place_of_the_file_is_an_error_and_leaves_no_rest, setup, teardown),
                cmocka_unit_test_setup_teardown(a_temporary_name_that_is_taken_is_not_used, setup, teardown),
                cmocka_unit_test_setup_teardown(the_last_free_temporary_name_is_found, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_part_longer_than_the_file_system_admits_is_an_error, setup, teardown),
                cmocka_unit_test_setup_teardown(a_created_file_is_never_replaced, setup, teardown),
                cmocka_unit_test_setup_teardown(a_missing_output_folder_is_an_error, setup, teardown),
                cmocka_unit_test(every_result_has_a_text),
        };

        return cmocka_run_group_tests_name("outdir", tests, NULL, NULL);
}
