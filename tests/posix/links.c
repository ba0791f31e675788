/* SPDX-License-Identifier: MIT */
/* Hard links and symbolic links. */
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_hard_links(void) {
        return suite_file("f", "") >= 0 && link("f", "g") == 0;
}

static void link_gives_a_file_a_second_name(void) {
        struct stat a, b;

        SUCCEEDS(suite_file("a", "text"));
        SUCCEEDS(link("a", "b"));
        CHECK(stat("a", &a) == 0 && stat("b", &b) == 0 && a.st_ino == b.st_ino && a.st_nlink == 2);
        CHECK(unlink("a") == 0 && suite_holds("b", "text") && stat("b", &b) == 0 && b.st_nlink == 1);
}

static void link_refuses_existing_names_directories_and_absent_files(void) {
        CHECK(suite_file("f", "") >= 0 && suite_file("g", "") >= 0 && mkdir("d", 0700) == 0);
        FAILS(EEXIST, link("f", "g"));
        FAILS(EEXIST, link("f", "d"));
        FAILS(EPERM, link("d", "e"));
        FAILS(ENOENT, link("absent", "x"));
        FAILS(ENOENT, link("f", "absent/x"));
        FAILS(ENOTDIR, link("f", "g/x"));
}

static void link_names_a_symbolic_link_itself(void) {
        struct stat st;

        CHECK(suite_file("f", "text") >= 0 && symlink("f", "s") == 0 && link("s", "t") == 0);
        CHECK(lstat("t", &st) == 0 && S_ISLNK(st.st_mode));
        CHECK(linkat(AT_FDCWD, "s", AT_FDCWD, "u", AT_SYMLINK_FOLLOW) == 0);
        CHECK(lstat("u", &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 2);
        FAILS(EINVAL, linkat(AT_FDCWD, "f", AT_FDCWD, "x", 0x40000000));
        FAILS(EBADF, linkat(63, "f", AT_FDCWD, "x", 0));
}

static void rename_over_another_name_of_the_same_file_changes_nothing(void) {
        CHECK(suite_file("a", "text") >= 0 && link("a", "b") == 0 && rename("a", "b") == 0);
        CHECK(suite_exists("a") && suite_exists("b"));
}

static void a_symbolic_link_keeps_its_target_as_written(void) {
        struct stat st;
        char got[32];

        SUCCEEDS(symlink("no/such//target", "s"));
        CHECK(readlink("s", got, sizeof(got)) == 15 && memcmp(got, "no/such//target", 15) == 0);
        CHECK(lstat("s", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 15);
        FAILS(ENOENT, stat("s", &st));
        FAILS(ENOENT, open("s", O_RDONLY));
}

static void readlink_cuts_and_refuses(void) {
        char got[4] = "....";

        CHECK(symlink("target", "s") == 0 && suite_file("f", "") >= 0);
        CHECK(readlink("s", got, 3) == 3 && memcmp(got, "tar.", 4) == 0);
        FAILS(EINVAL, readlink("f", got, sizeof(got)));
        FAILS(EINVAL, readlink(".", got, sizeof(got)));
        FAILS(ENOENT, readlink("absent", got, sizeof(got)));
        FAILS(EBADF, readlinkat(63, "s", got, sizeof(got)));
}

static void calls_follow_links_and_lstat_does_not(void) {
        struct stat st;

        CHECK(suite_file("f", "text") >= 0 && symlink("f", "s") == 0 && symlink("s", "t") == 0);
        CHECK(suite_holds("t", "text") && stat("t", &st) == 0 && S_ISREG(st.st_mode));
        CHECK(lstat("t", &st) == 0 && S_ISLNK(st.st_mode));
        CHECK(fstatat(AT_FDCWD, "t", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
        CHECK(chmod("t", 0600) == 0 && stat("f", &st) == 0 && (st.st_mode & 0777) == 0600);
        CHECK(truncate("t", 1) == 0 && suite_holds("f", "t"));
}

static void links_to_directories_lead_through(void) {
        CHECK(mkdir("d", 0700) == 0 && suite_file("d/f", "text") >= 0 && symlink("d", "s") == 0);
        CHECK(suite_holds("s/f", "text") && suite_holds("s/../d/f", "text"));
        CHECK(suite_file("s/g", "more") >= 0 && suite_holds("d/g", "more"));
        CHECK(chdir("s") == 0 && suite_holds("../d/f", "text"));
}

static void unlink_and_rename_take_the_link_itself(void) {
        struct stat st;

        CHECK(suite_file("f", "text") >= 0 && symlink("f", "s") == 0 && rename("s", "t") == 0);
        CHECK(lstat("t", &st) == 0 && S_ISLNK(st.st_mode) && suite_exists("f"));
        CHECK(unlink("t") == 0 && !suite_exists("t") && suite_holds("f", "text"));
}

static void symlink_refuses_existing_names_and_bad_targets(void) {
        char target[4097];

        SUCCEEDS(suite_file("f", ""));
        FAILS(EEXIST, symlink("x", "f"));
        FAILS(ENOENT, symlink("", "s"));
        FAILS(ENOENT, symlink("x", "absent/s"));
        FAILS(ENOTDIR, symlink("x", "f/s"));
        memset(target, 't', sizeof(target));
        target[4096] = 0;
        FAILS(ENAMETOOLONG, symlink(target, "s"));
        FAILS(EBADF, symlinkat("x", 63, "s"));
        CHECK(!suite_exists("s"));
}

static void links_in_a_circle_give_eloop(void) {
        struct stat st;

        CHECK(symlink("self", "self") == 0 && symlink("b", "a") == 0 && symlink("a", "b") == 0);
        FAILS(ELOOP, stat("self", &st));
        FAILS(ELOOP, open("a", O_RDONLY));
        FAILS(ELOOP, open("a/x", O_RDONLY));
        FAILS(ELOOP, chdir("b"));
}

static void forty_links_are_followed_and_one_more_is_not(void) {
        char name[8], target[8];

        SUCCEEDS(suite_file("l0", "text"));
        for (int i = 1; i <= 41; i++) {
                snprintf(name, sizeof(name), "l%d", i);
                snprintf(target, sizeof(target), "l%d", i - 1);
                SUCCEEDS(symlink(target, name));
        }
        CHECK(suite_holds("l40", "text"));
        FAILS(ELOOP, open("l41", O_RDONLY));
}

static void o_nofollow_refuses_links_and_o_excl_sees_them(void) {
        CHECK(suite_file("f", "") >= 0 && symlink("f", "s") == 0 && symlink("absent", "dangling") == 0);
        FAILS(ELOOP, open("s", O_RDONLY | O_NOFOLLOW));
        FAILS(EEXIST, open("dangling", O_RDWR | O_CREAT | O_EXCL, 0600));
        FAILS(EEXIST, mkdir("dangling", 0700));
        SUCCEEDS(open("dangling", O_RDWR | O_CREAT, 0600));
        CHECK(suite_exists("absent"));
}

static void times_of_a_link_are_its_own(void) {
        struct stat st;
        const struct timespec times[2] = {{1000, 0}, {2000, 0}};

        CHECK(suite_file("f", "") >= 0 && symlink("f", "s") == 0);
        SUCCEEDS(utimensat(AT_FDCWD, "s", times, AT_SYMLINK_NOFOLLOW));
        CHECK(lstat("s", &st) == 0 && st.st_mtim.tv_sec == 2000);
        CHECK(stat("s", &st) == 0 && st.st_mtim.tv_sec != 2000);
}

static void a_symbolic_link_has_no_mode_to_change(void) {
        struct stat st;

        SUCCEEDS(suite_file("f", ""));
        SUCCEEDS(chmod("f", 0640));
        SUCCEEDS(symlink("f", "l"));
        FAILS(EOPNOTSUPP, fchmodat(AT_FDCWD, "l", 0600, AT_SYMLINK_NOFOLLOW));
        CHECK(stat("f", &st) == 0 && (st.st_mode & 07777) == 0640);
}

static const SuiteCase cases[] = {CASE(a_symbolic_link_has_no_mode_to_change),
        CASE(link_gives_a_file_a_second_name), CASE(link_refuses_existing_names_directories_and_absent_files),
        CASE(link_names_a_symbolic_link_itself),
        CASE(rename_over_another_name_of_the_same_file_changes_nothing),
        CASE(a_symbolic_link_keeps_its_target_as_written), CASE(readlink_cuts_and_refuses),
        CASE(calls_follow_links_and_lstat_does_not), CASE(links_to_directories_lead_through),
        CASE(unlink_and_rename_take_the_link_itself), CASE(symlink_refuses_existing_names_and_bad_targets),
        CASE(links_in_a_circle_give_eloop), CASE(forty_links_are_followed_and_one_more_is_not),
        CASE(o_nofollow_refuses_links_and_o_excl_sees_them), CASE(times_of_a_link_are_its_own)};
const SuiteGroup suite_links = GROUP("links", cases, has_hard_links);
