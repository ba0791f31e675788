/* SPDX-License-Identifier: MIT */
/*
 * Names at their edges: a slash or a dot at the end, links that lead nowhere, directories that are gone; and
 * which times each change moves.
 */
#include "suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- slashes and dots --- */

static void a_slash_behind_a_name_means_a_directory(void) {
        struct stat st;

        SUCCEEDS(suite_file("f", ""));
        SUCCEEDS(mkdir("d/", 0700));
        CHECK(stat("d/", &st) == 0 && S_ISDIR(st.st_mode) && stat("d//", &st) == 0);
        FAILS(ENOTDIR, stat("f/", &st));
        FAILS(ENOTDIR, unlink("f/"));
        FAILS(EISDIR, unlink("d/"));
        FAILS(ENOTDIR, rmdir("f/"));
        FAILS(ENOTDIR, rename("f", "g/"));
        FAILS(ENOTDIR, rename("f/", "g"));
        FAILS(ENOTDIR, truncate("f/", 0));
        CHECK(rename("d/", "e/") == 0 && rmdir("e/") == 0);
}

static void what_is_no_directory_is_not_made_with_a_slash(void) {
        SUCCEEDS(suite_file("f", ""));
        FAILS(ENOENT, symlink("f", "new/"));
        FAILS(ENOENT, link("f", "new/"));
        FAILS(EISDIR, open("new/", O_RDWR | O_CREAT | O_EXCL, 0600));
        FAILS(ENOTDIR, mkdir("f/d", 0700));
        FAILS(EEXIST, mkdir("f/", 0700));
        CHECK(!suite_exists("new"));
}

static void dots_at_the_end_are_no_names(void) {
        SUCCEEDS(mkdir("d", 0700));
        SUCCEEDS(mkdir("d/below", 0700));
        FAILS(EEXIST, mkdir(".", 0700));
        FAILS(EEXIST, mkdir("d/..", 0700));
        FAILS(EEXIST, mkdir("/", 0700));
        FAILS(EINVAL, rmdir("d/."));
        FAILS(ENOTEMPTY, rmdir("d/below/.."));
        FAILS(EISDIR, unlink("d/."));
        FAILS(EISDIR, unlink("d/.."));
        FAILS(EBUSY, rename("d/.", "e"));
        FAILS(EBUSY, rename("d/below/..", "e"));
        FAILS(EBUSY, rename("d", "d/below/.."));
        FAILS(EEXIST, symlink("x", "d/."));
        FAILS(EISDIR, open("d/.", O_RDWR | O_CREAT, 0600));
}

static void an_ancestor_is_not_replaced(void) {
        SUCCEEDS(mkdir("a", 0700));
        SUCCEEDS(mkdir("a/b", 0700));
        SUCCEEDS(mkdir("a/b/c", 0700));
        SUCCEEDS(suite_file("a/b/f", ""));
        FAILS(ENOTEMPTY, rename("a/b/c", "a"));
        FAILS(ENOTEMPTY, rename("a/b/f", "a"));
        FAILS(EINVAL, rename("a", "a/b"));
        FAILS(EINVAL, rename("a", "a/b/c/d"));
}

static void names_of_255_bytes_are_the_longest_for_all_calls(void) {
        char name[257];
        struct stat st;

        memset(name, 'n', 256);
        name[256] = '\0';
        SUCCEEDS(suite_file("f", ""));
        FAILS(ENAMETOOLONG, mkdir(name, 0700));
        FAILS(ENAMETOOLONG, symlink("f", name));
        FAILS(ENAMETOOLONG, link("f", name));
        FAILS(ENAMETOOLONG, rename("f", name));
        FAILS(ENAMETOOLONG, rename(name, "f"));
        FAILS(ENAMETOOLONG, unlink(name));
        FAILS(ENAMETOOLONG, rmdir(name));
        FAILS(ENAMETOOLONG, stat(name, &st));
        name[255] = '\0';
        CHECK(rename("f", name) == 0 && unlink(name) == 0 && mkdir(name, 0700) == 0 && rmdir(name) == 0);
}

/* --- links --- */

static void a_link_to_nowhere_is_there_itself(void) {
        struct stat st;

        SUCCEEDS(symlink("nowhere", "l"));
        FAILS(ENOENT, open("l", O_RDONLY));
        FAILS(EEXIST, open("l", O_RDWR | O_CREAT | O_EXCL, 0600));
        FAILS(EEXIST, mkdir("l", 0700));
        FAILS(EEXIST, symlink("x", "l"));
        FAILS(ENOTDIR, rmdir("l"));
        FAILS(ENOENT, chmod("l", 0600));
        FAILS(ENOENT, truncate("l", 0));
        FAILS(ENOENT, stat("l/x", &st));
        SUCCEEDS(open("l", O_RDWR | O_CREAT, 0600));
        CHECK(lstat("nowhere", &st) == 0 && S_ISREG(st.st_mode));
        CHECK(lstat("l", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 7);
}

static void a_slash_behind_a_link_follows_it(void) {
        char target[8];
        struct stat st;

        SUCCEEDS(mkdir("d", 0700));
        SUCCEEDS(symlink("d", "l"));
        CHECK(lstat("l/", &st) == 0 && S_ISDIR(st.st_mode));
        FAILS(EINVAL, readlink("l/", target, sizeof(target)));
        FAILS(ENOTDIR, rmdir("l/"));
        FAILS(ENOTDIR, unlink("l/"));
        FAILS(ENOTDIR, rename("l/", "m"));
        FAILS(EEXIST, mkdir("l/", 0700));
        FAILS(ENOTDIR, open("l", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        SUCCEEDS(open("l/", O_RDONLY | O_NOFOLLOW));
}

static void a_link_may_have_4095_bytes(void) {
        static char target[PATH_MAX + 1], got[PATH_MAX];

        memset(target, 't', PATH_MAX);
        FAILS(ENAMETOOLONG, symlink(target, "l"));
        target[PATH_MAX - 1] = '\0';
        SUCCEEDS(symlink(target, "l"));
        CHECK(readlink("l", got, sizeof(got)) == PATH_MAX - 1 && memcmp(got, target, PATH_MAX - 1) == 0);
        FAILS(ENAMETOOLONG, open("l", O_RDONLY));
        FAILS(ENOENT, symlink("", "m"));
}

/* --- what is gone --- */

static void a_replaced_file_stays_what_it_was_for_whom_has_it_open(void) {
        int fd = suite_file("old", "old text");
        char got[16];
        struct stat st;

        SUCCEEDS(fd);
        SUCCEEDS(suite_file("new", "new"));
        SUCCEEDS(rename("new", "old"));
        CHECK(pread(fd, got, sizeof(got), 0) == 8 && memcmp(got, "old text", 8) == 0);
        CHECK(fstat(fd, &st) == 0 && st.st_nlink == 0);
        CHECK(pwrite(fd, "more", 4, 8) == 4 && ftruncate(fd, 2) == 0 && fchmod(fd, 0600) == 0);
        CHECK(suite_holds("old", "new") && !suite_exists("new"));
}

static void a_removed_working_directory_takes_and_has_nothing(void) {
        struct stat st;
        int fd;

        SUCCEEDS(mkdir("d", 0700));
        fd = open("d", O_RDONLY);
        CHECK(fd >= 0 && chdir("d") == 0 && rmdir("../d") == 0);
        CHECK(stat(".", &st) == 0 && st.st_nlink == 0);
        FAILS(ENOENT, openat(fd, "f", O_RDWR | O_CREAT, 0600));
        FAILS(ENOENT, mkdirat(fd, "d", 0700));
        FAILS(ENOENT, stat("f", &st));
        FAILS(ENOENT, rename("absent", "f"));
        CHECK(fchdir(fd) == 0 && chdir(".") == 0);
}

static void a_removed_directory_still_leads_up(void) {
        struct stat here, up;

        SUCCEEDS(mkdir("d", 0700));
        CHECK(stat(".", &here) == 0 && chdir("d") == 0 && rmdir("../d") == 0);
        CHECK(stat("..", &up) == 0 && up.st_ino == here.st_ino && chdir("..") == 0);
}

/* --- times --- */

static bool set_old(const char *path) {
        const struct timespec old[2] = {{500000000, 0}, {500000000, 0}};

        return utimensat(AT_FDCWD, path, old, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_modified(const char *path) {
        struct stat st;

        return lstat(path, &st) == 0 && st.st_mtim.tv_sec != 500000000;
}

/* After set_old() and a little time, a change shows in st_ctime, however coarse that is. */
static struct timespec ctime_of(const char *path) {
        struct stat st = {.st_ctim = {0, 0}};

        (void)lstat(path, &st);
        return st.st_ctim;
}

static bool is_changed_since(const char *path, const struct timespec *before) {
        struct timespec now = ctime_of(path);

        return now.tv_sec != before->tv_sec || now.tv_nsec != before->tv_nsec;
}

static void changes_of_names_move_the_times_of_their_directories(void) {
        SUCCEEDS(mkdir("a", 0700));
        SUCCEEDS(mkdir("b", 0700));
        CHECK(set_old("a") && suite_file("a/f", "") >= 0 && is_modified("a"));
        CHECK(set_old("a") && set_old("b") && rename("a/f", "b/g") == 0 && is_modified("a") &&
                is_modified("b"));
        CHECK(set_old("b") && rename("b/g", "b/f") == 0 && is_modified("b"));
        CHECK(set_old("b") && unlink("b/f") == 0 && is_modified("b"));
        CHECK(set_old("a") && mkdir("a/d", 0700) == 0 && is_modified("a"));
        CHECK(set_old("a") && set_old("b") && rename("a/d", "b/d") == 0 && is_modified("a") &&
                is_modified("b"));
        CHECK(set_old("b") && rmdir("b/d") == 0 && is_modified("b"));
}

static void truncating_and_writing_move_mtime_and_writing_nothing_does_not(void) {
        int fd = suite_file("f", "text");

        SUCCEEDS(fd);
        CHECK(set_old("f") && write(fd, "", 0) == 0 && !is_modified("f"));
        CHECK(set_old("f") && pwrite(fd, "x", 1, 0) == 1 && is_modified("f"));
        CHECK(set_old("f") && ftruncate(fd, 2) == 0 && is_modified("f"));
        CHECK(set_old("f") && truncate("f", 1) == 0 && is_modified("f"));
        CHECK(set_old("f") && open("f", O_WRONLY | O_TRUNC) >= 0 && is_modified("f"));
        CHECK(set_old("f") && chmod("f", 0600) == 0 && !is_modified("f"));
        CHECK(set_old("f") && rename("f", "g") == 0 && !is_modified("g"));
}

/* The clock of a file system moves in steps of a few milliseconds: until it has. */
static bool wait_for_a_step(void) {
        struct timespec first;
        int fd = suite_file("clock", "");

        if (fd < 0)
                return false;
        first = ctime_of("clock");
        while (fchmod(fd, 0600) == 0 && !is_changed_since("clock", &first))
                continue;
        return true;
}

static void links_and_names_move_the_ctime_of_their_file(void) {
        struct timespec before;

        SUCCEEDS(suite_file("f", ""));
        before = ctime_of("f");
        CHECK(wait_for_a_step() && link("f", "g") == 0 && is_changed_since("f", &before));
        before = ctime_of("f");
        CHECK(wait_for_a_step() && unlink("g") == 0 && is_changed_since("f", &before));
        before = ctime_of("f");
        CHECK(wait_for_a_step() && rename("f", "g") == 0 && is_changed_since("g", &before));
        before = ctime_of("g");
        CHECK(wait_for_a_step() && chmod("g", 0600) == 0 && is_changed_since("g", &before));
}

static void directories_count_those_below_wherever_these_come_from(void) {
        struct stat a, b;

        SUCCEEDS(mkdir("a", 0700));
        SUCCEEDS(mkdir("b", 0700));
        SUCCEEDS(mkdir("a/d", 0700));
        SUCCEEDS(mkdir("b/e", 0700));
        SUCCEEDS(rename("a/d", "b/d"));
        CHECK(stat("a", &a) == 0 && stat("b", &b) == 0 && a.st_nlink == 2 && b.st_nlink == 4);
        SUCCEEDS(rename("b/d", "b/e"));
        CHECK(stat("b", &b) == 0 && b.st_nlink == 3);
        SUCCEEDS(mkdir("a/e", 0700));
        SUCCEEDS(rename("b/e", "a/e"));
        CHECK(stat("a", &a) == 0 && stat("b", &b) == 0 && a.st_nlink == 3 && b.st_nlink == 2);
}

/* --- positions --- */

static void appending_ignores_offsets_and_moves_the_position(void) {
        int fd, other = suite_file("f", "0123456789");
        char got[16];

        fd = open("f", O_RDWR | O_APPEND);
        CHECK(fd >= 0 && other >= 0);
        CHECK(lseek(fd, 2, SEEK_SET) == 2 && read(fd, got, 2) == 2 && write(fd, "ab", 2) == 2);
        CHECK(lseek(fd, 0, SEEK_CUR) == 12 && pwrite(fd, "cd", 2, 0) == 2 && lseek(fd, 0, SEEK_CUR) == 12);
        CHECK(write(other, "", 0) == 0 && suite_holds("f", "0123456789abcd"));
        CHECK(ftruncate(fd, 3) == 0 && write(fd, "z", 1) == 1 && suite_holds("f", "012z"));
}

static const SuiteCase cases[] = {CASE(a_slash_behind_a_name_means_a_directory),
        CASE(what_is_no_directory_is_not_made_with_a_slash), CASE(dots_at_the_end_are_no_names),
        CASE(an_ancestor_is_not_replaced), CASE(names_of_255_bytes_are_the_longest_for_all_calls),
        CASE(a_replaced_file_stays_what_it_was_for_whom_has_it_open),
        CASE(a_removed_working_directory_takes_and_has_nothing), CASE(a_removed_directory_still_leads_up),
        CASE(changes_of_names_move_the_times_of_their_directories),
        CASE(truncating_and_writing_move_mtime_and_writing_nothing_does_not),
        CASE(directories_count_those_below_wherever_these_come_from),
        CASE(appending_ignores_offsets_and_moves_the_position)};
const SuiteGroup suite_edges = GROUP("edges", cases, NULL);

static bool has_links(void) {
        return symlink("x", "l") == 0;
}

static const SuiteCase link_cases[] = {CASE(a_link_to_nowhere_is_there_itself),
        CASE(a_slash_behind_a_link_follows_it), CASE(a_link_may_have_4095_bytes),
        CASE(links_and_names_move_the_ctime_of_their_file)};
const SuiteGroup suite_link_edges = GROUP("linkedges", link_cases, has_links);
