/* SPDX-License-Identifier: MIT */
/* chmod and its relatives, umask, and what modes forbid to whoever is not root. */
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_mode(const char *path, mode_t mode) {
        struct stat st;

        return lstat(path, &st) == 0 && (st.st_mode & 07777) == mode;
}

static void chmod_fchmod_and_fchmodat_set_the_mode(void) {
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        CHECK(chmod("f", 0640) == 0 && has_mode("f", 0640));
        CHECK(fchmod(fd, 0604) == 0 && has_mode("f", 0604));
        CHECK(fchmodat(AT_FDCWD, "f", 0751, 0) == 0 && has_mode("f", 0751));
        SUCCEEDS(mkdir("d", 0777));
        CHECK(chmod("d", 0700) == 0 && has_mode("d", 0700));
}

static void fchmodat_and_lchmod_without_following_set_the_mode_of_a_file(void) {
        SUCCEEDS(suite_file("f", ""));
        CHECK(fchmodat(AT_FDCWD, "f", 0444, AT_SYMLINK_NOFOLLOW) == 0 && has_mode("f", 0444));
        CHECK(lchmod("f", 0666) == 0 && has_mode("f", 0666));
        FAILS(EINVAL, fchmodat(AT_FDCWD, "f", 0600, 1));
}

static void chmod_refuses_what_is_not_there(void) {
        SUCCEEDS(suite_file("f", ""));
        FAILS(ENOENT, chmod("absent", 0600));
        FAILS(ENOTDIR, chmod("f/x", 0600));
        FAILS(EBADF, fchmod(63, 0600));
        FAILS(EBADF, fchmodat(63, "f", 0600, 0));
}

static void chmod_changes_ctime_and_not_mtime(void) {
        int fd = suite_file("f", "");
        struct stat st;
        const struct timespec old[2] = {{1000, 0}, {1000, 0}};

        SUCCEEDS(fd);
        CHECK(futimens(fd, old) == 0 && chmod("f", 0600) == 0 && fstat(fd, &st) == 0);
        CHECK(st.st_mtim.tv_sec == 1000 && st.st_ctim.tv_sec > 1000);
}

static void files_keep_setuid_setgid_and_sticky(void) {
        SUCCEEDS(suite_file("f", ""));
        SUCCEEDS(mkdir("d", 0700));
        CHECK(chmod("f", 04711) == 0 && has_mode("f", 04711));
        CHECK(chmod("d", 01777) == 0 && has_mode("d", 01777));
}

static void a_directory_with_setgid_gives_its_group_and_the_bit_on(void) {
        struct stat above, below;

        SUCCEEDS(mkdir("d", 0700));
        SUCCEEDS(chmod("d", 02700));
        SUCCEEDS(mkdir("d/below", 0755));
        CHECK(has_mode("d/below", 02755));
        SUCCEEDS(suite_file("d/f", ""));
        CHECK(stat("d", &above) == 0 && stat("d/f", &below) == 0 && below.st_gid == above.st_gid);
        CHECK(!(below.st_mode & S_ISGID));
}

static void umask_gives_the_one_before_and_acts_on_new_files(void) {
        CHECK(umask(077) == 022 && umask(0137) == 077);
        CHECK(open("f", O_RDWR | O_CREAT, 0777) >= 0 && has_mode("f", 0640));
        CHECK(mkdir("d", 0777) == 0 && has_mode("d", 0640));
}

static void a_file_is_opened_as_its_owner_may(void) {
        SUCCEEDS(suite_file("f", "text"));
        SUCCEEDS(chmod("f", 0400));
        SUCCEEDS(open("f", O_RDONLY));
        FAILS(EACCES, open("f", O_WRONLY));
        FAILS(EACCES, open("f", O_RDONLY | O_TRUNC));
        FAILS(EACCES, truncate("f", 0));
        SUCCEEDS(chmod("f", 0200));
        SUCCEEDS(open("f", O_WRONLY));
        FAILS(EACCES, open("f", O_RDONLY));
        FAILS(EACCES, open("f", O_RDWR));
        FAILS(EACCES, access("f", R_OK));
}

static void a_file_made_without_rights_is_open_all_the_same(void) {
        int fd = open("f", O_RDWR | O_CREAT, 0000);

        SUCCEEDS(fd);
        CHECK(write(fd, "text", 4) == 4);
        FAILS(EACCES, open("f", O_RDONLY));
}

static void a_directory_without_search_hides_what_is_below(void) {
        struct stat st;

        SUCCEEDS(mkdir("d", 0700));
        SUCCEEDS(suite_file("d/f", ""));
        SUCCEEDS(chmod("d", 0600));
        FAILS(EACCES, stat("d/f", &st));
        FAILS(EACCES, open("d/f", O_RDONLY));
        FAILS(EACCES, open("d/new", O_RDWR | O_CREAT, 0600));
        FAILS(EACCES, unlink("d/f"));
        FAILS(EACCES, chdir("d"));
        SUCCEEDS(stat("d", &st));
}

static void a_directory_without_write_keeps_its_names(void) {
        SUCCEEDS(mkdir("d", 0700));
        SUCCEEDS(suite_file("d/f", "text"));
        SUCCEEDS(suite_file("g", ""));
        SUCCEEDS(chmod("d", 0500));
        FAILS(EACCES, open("d/new", O_RDWR | O_CREAT, 0600));
        FAILS(EACCES, mkdir("d/new", 0700));
        FAILS(EACCES, unlink("d/f"));
        FAILS(EACCES, rename("d/f", "f"));
        FAILS(EACCES, rename("g", "d/g"));
        FAILS(EACCES, link("g", "d/g"));
        FAILS(EACCES, symlink("g", "d/g"));
        CHECK(suite_holds("d/f", "text"));
}

static void a_directory_without_read_can_be_entered_but_not_listed(void) {
        SUCCEEDS(mkdir("d", 0700));
        SUCCEEDS(suite_file("d/f", "text"));
        SUCCEEDS(chmod("d", 0300));
        FAILS(EACCES, open("d", O_RDONLY));
        CHECK(suite_holds("d/f", "text") && chdir("d") == 0);
}

static void a_directory_without_write_moves_in_its_own_one_only(void) {
        SUCCEEDS(mkdir("d", 0700));
        SUCCEEDS(mkdir("other", 0700));
        SUCCEEDS(mkdir("other/e", 0700));
        SUCCEEDS(chmod("d", 0500));
        FAILS(EACCES, rename("d", "other/d"));
        FAILS(EACCES, rename("d", "other/e"));
        CHECK(rename("d", "moved") == 0 && chmod("moved", 0700) == 0 && rename("moved", "other/d") == 0);
}

static const SuiteCase cases[] = {CASE(chmod_fchmod_and_fchmodat_set_the_mode),
        CASE(fchmodat_and_lchmod_without_following_set_the_mode_of_a_file),
        CASE(chmod_refuses_what_is_not_there), CASE(chmod_changes_ctime_and_not_mtime),
        CASE(files_keep_setuid_setgid_and_sticky),
        CASE(a_directory_with_setgid_gives_its_group_and_the_bit_on),
        CASE(umask_gives_the_one_before_and_acts_on_new_files), CASE(a_file_is_opened_as_its_owner_may),
        CASE(a_file_made_without_rights_is_open_all_the_same),
        CASE(a_directory_without_search_hides_what_is_below), CASE(a_directory_without_write_keeps_its_names),
        CASE(a_directory_without_write_moves_in_its_own_one_only),
        CASE(a_directory_without_read_can_be_entered_but_not_listed)};
const SuiteGroup suite_modes = GROUP("modes", cases, NULL);
