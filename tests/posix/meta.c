/* SPDX-License-Identifier: MIT */
/* What is said of files: the stat family, times, statvfs; and modes, which bind whoever is not root. */
#include "suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool is_later(struct timespec a, struct timespec b) {
        return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

static bool is_same_file(const struct stat *a, const struct stat *b) {
        return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static void stat_lstat_fstat_and_fstatat_agree(void) {
        int fd = suite_file("f", "text");
        struct stat a, b, c, d;

        SUCCEEDS(fd);
        CHECK(stat("f", &a) == 0 && lstat("f", &b) == 0 && fstat(fd, &c) == 0);
        CHECK(fstatat(AT_FDCWD, "f", &d, 0) == 0);
        CHECK(is_same_file(&a, &b) && is_same_file(&a, &c) && is_same_file(&a, &d));
        CHECK(S_ISREG(a.st_mode) && a.st_size == 4 && c.st_size == 4 && a.st_nlink == 1 && a.st_blksize > 0);
}

static void stat_refuses_what_is_not_there(void) {
        struct stat st;

        SUCCEEDS(suite_file("f", ""));
        FAILS(ENOENT, stat("absent", &st));
        FAILS(ENOENT, lstat("absent", &st));
        FAILS(ENOENT, stat("", &st));
        FAILS(ENOTDIR, stat("f/x", &st));
        FAILS(ENOTDIR, stat("f/", &st));
        FAILS(EBADF, fstat(63, &st));
        FAILS(EBADF, fstatat(63, "f", &st, 0));
        FAILS(EINVAL, fstatat(AT_FDCWD, "f", &st, 0x40000000));
}

static void fstatat_of_an_empty_path_takes_the_descriptor(void) {
        int fd = suite_file("f", "text");
        struct stat st;

        SUCCEEDS(fd);
        CHECK(fstatat(fd, "", &st, AT_EMPTY_PATH) == 0 && st.st_size == 4);
        FAILS(ENOENT, fstatat(fd, "", &st, 0));
}

static void files_of_one_file_system_have_one_device_and_numbers_of_their_own(void) {
        struct stat a, b, dir;

        CHECK(suite_file("a", "") >= 0 && suite_file("b", "") >= 0);
        CHECK(stat("a", &a) == 0 && stat("b", &b) == 0 && stat(".", &dir) == 0);
        CHECK(a.st_dev == b.st_dev && a.st_dev == dir.st_dev);
        CHECK(a.st_ino != b.st_ino && a.st_ino != dir.st_ino);
}

static void writing_changes_mtime_and_ctime(void) {
        int fd = suite_file("f", "a");
        struct stat before, after;
        const struct timespec old[2] = {{1000, 0}, {1000, 0}};

        SUCCEEDS(fd);
        SUCCEEDS(futimens(fd, old));
        CHECK(fstat(fd, &before) == 0 && before.st_mtim.tv_sec == 1000);
        CHECK(write(fd, "b", 1) == 1 && fstat(fd, &after) == 0);
        CHECK(is_later(after.st_mtim, before.st_mtim));
        CHECK(!is_later(before.st_ctim, after.st_ctim));
}

static void making_and_removing_names_changes_the_directorys_mtime(void) {
        struct stat st;
        const struct timespec old[2] = {{1000, 0}, {1000, 0}};

        SUCCEEDS(mkdir("d", 0700));
        CHECK(utimensat(AT_FDCWD, "d", old, 0) == 0 && suite_file("d/f", "") >= 0);
        CHECK(stat("d", &st) == 0 && st.st_mtim.tv_sec > 1000);
        CHECK(utimensat(AT_FDCWD, "d", old, 0) == 0 && rename("d/f", "d/g") == 0);
        CHECK(stat("d", &st) == 0 && st.st_mtim.tv_sec > 1000);
        CHECK(utimensat(AT_FDCWD, "d", old, 0) == 0 && unlink("d/g") == 0);
        CHECK(stat("d", &st) == 0 && st.st_mtim.tv_sec > 1000);
}

static void utimensat_sets_both_times(void) {
        struct stat st;
        const struct timespec times[2] = {{1234567890, 0}, {987654320, 0}};

        SUCCEEDS(suite_file("f", ""));
        SUCCEEDS(utimensat(AT_FDCWD, "f", times, 0));
        CHECK(stat("f", &st) == 0 && st.st_atim.tv_sec == 1234567890 && st.st_mtim.tv_sec == 987654320);
}

static void times_have_nanoseconds(void) {
        struct stat st;
        const struct timespec times[2] = {{1234567890, 123456789}, {987654320, 987654321}};

        SUCCEEDS(suite_file("f", ""));
        SUCCEEDS(utimensat(AT_FDCWD, "f", times, 0));
        CHECK(stat("f", &st) == 0 && st.st_atim.tv_nsec == 123456789 && st.st_mtim.tv_nsec == 987654321);
}

static void utime_omit_leaves_a_time_and_utime_now_takes_the_clock(void) {
        int fd = suite_file("f", "");
        struct stat st;
        const struct timespec old[2] = {{1000, 0}, {1000, 0}};
        const struct timespec mixed[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
        const struct timespec neither[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};

        SUCCEEDS(fd);
        CHECK(futimens(fd, old) == 0 && futimens(fd, mixed) == 0);
        CHECK(fstat(fd, &st) == 0 && st.st_atim.tv_sec == 1000 && st.st_mtim.tv_sec > 1000000);
        CHECK(futimens(fd, old) == 0 && futimens(fd, neither) == 0);
        CHECK(fstat(fd, &st) == 0 && st.st_mtim.tv_sec == 1000);
        CHECK(futimens(fd, NULL) == 0 && fstat(fd, &st) == 0 && st.st_atim.tv_sec > 1000000);
}

static void times_with_impossible_nanoseconds_are_refused(void) {
        int fd = suite_file("f", "");
        const struct timespec wrong[2] = {{0, 1000000000}, {0, 0}};

        SUCCEEDS(fd);
        FAILS(EINVAL, futimens(fd, wrong));
        FAILS(EINVAL, utimensat(AT_FDCWD, "f", wrong, 0));
        FAILS(EBADF, futimens(63, NULL));
        FAILS(ENOENT, utimensat(AT_FDCWD, "absent", NULL, 0));
}

static void statvfs_and_fstatvfs_agree(void) {
        int fd = suite_file("f", "text");
        struct statvfs a, b;

        SUCCEEDS(fd);
        CHECK(statvfs("f", &a) == 0 && fstatvfs(fd, &b) == 0);
        CHECK(a.f_bsize > 0 && a.f_bsize == b.f_bsize && a.f_frsize > 0 && a.f_namemax >= 255);
        CHECK(a.f_fsid == b.f_fsid && a.f_bavail <= a.f_blocks);
        FAILS(ENOENT, statvfs("absent", &a));
        FAILS(ENOTDIR, statvfs("f/x", &a));
        FAILS(EBADF, fstatvfs(63, &a));
}

static void access_says_whether_it_exists_and_what_may_be_done(void) {
        SUCCEEDS(suite_file("f", ""));
        CHECK(access("f", F_OK) == 0 && access("f", R_OK | W_OK) == 0 && access(".", X_OK) == 0);
        FAILS(EACCES, access("f", X_OK));
        FAILS(ENOENT, access("absent", F_OK));
        FAILS(ENOTDIR, access("f/x", F_OK));
        FAILS(EINVAL, access("f", 99));
        CHECK(faccessat(AT_FDCWD, "f", R_OK, 0) == 0);
        FAILS(EBADF, faccessat(63, "f", R_OK, 0));
}

/* --- times of access, where they are kept --- */

static bool keeps_access(void) {
        struct statvfs st;

        return statvfs(".", &st) == 0 && !(st.f_flag & ST_NOATIME);
}

/* As every file system can keep them: a day, and an even second. */
#define OLD_ACCESS (11574l * 86400)
#define OLD_CHANGE (OLD_ACCESS + 90000)

static bool make_old(const char *path) {
        const struct timespec old[2] = {{.tv_sec = OLD_ACCESS}, {.tv_sec = OLD_CHANGE}};

        return utimensat(AT_FDCWD, path, old, 0) == 0;
}

static long access_of(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 ? (long)st.st_atim.tv_sec : -1;
}

static void reading_sets_the_time_of_access_after_a_change(void) {
        struct stat before, after;
        char c;
        int fd = suite_file("f", "x");

        CHECK(fd >= 0 && make_old("f") && stat("f", &before) == 0 && before.st_atim.tv_sec == OLD_ACCESS);
        CHECK(read(fd, &c, 1) == 1 && stat("f", &after) == 0 && after.st_atim.tv_sec > OLD_CHANGE);
        CHECK(after.st_mtim.tv_sec == OLD_CHANGE && after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
                after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

static void writing_and_looking_set_no_time_of_access(void) {
        struct stat st;
        int fd = suite_file("f", "x");

        CHECK(fd >= 0 && make_old("f") && pwrite(fd, "y", 1, 0) == 1 && fstat(fd, &st) == 0);
        CHECK(access("f", R_OK) == 0 && access_of("f") == OLD_ACCESS);
        CHECK(pread(fd, (char[1]){0}, 1, 0) == 1 && access_of("f") > OLD_CHANGE);
}

static void listing_sets_a_directory_s_time_of_access(void) {
        DIR *dir;

        CHECK(mkdir("d", 0700) == 0 && make_old("d") && access_of("d") == OLD_ACCESS);
        CHECK((dir = opendir("d")) != NULL && readdir(dir) != NULL && closedir(dir) == 0);
        CHECK(access_of("d") > OLD_CHANGE);
}

static const SuiteCase access_cases[] = {CASE(reading_sets_the_time_of_access_after_a_change),
        CASE(writing_and_looking_set_no_time_of_access), CASE(listing_sets_a_directory_s_time_of_access)};
const SuiteGroup suite_access = GROUP("access", access_cases, keeps_access);

static const SuiteCase cases[] = {CASE(stat_lstat_fstat_and_fstatat_agree),
        CASE(stat_refuses_what_is_not_there), CASE(fstatat_of_an_empty_path_takes_the_descriptor),
        CASE(files_of_one_file_system_have_one_device_and_numbers_of_their_own),
        CASE(writing_changes_mtime_and_ctime), CASE(making_and_removing_names_changes_the_directorys_mtime),
        CASE(utimensat_sets_both_times), CASE(times_have_nanoseconds),
        CASE(utime_omit_leaves_a_time_and_utime_now_takes_the_clock),
        CASE(times_with_impossible_nanoseconds_are_refused), CASE(statvfs_and_fstatvfs_agree),
        CASE(access_says_whether_it_exists_and_what_may_be_done)};
const SuiteGroup suite_meta = GROUP("meta", cases, NULL);
