/* SPDX-License-Identifier: MIT */
/* unlink, rename, and how paths are read. */
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void unlink_takes_a_name_away(void) {
        SUCCEEDS(suite_file("f", ""));
        SUCCEEDS(unlink("f"));
        CHECK(!suite_exists("f"));
        FAILS(ENOENT, unlink("f"));
        FAILS(ENOENT, unlink(""));
}

static void unlink_refuses_directories_and_paths_through_files(void) {
        SUCCEEDS(suite_file("f", ""));
        SUCCEEDS(mkdir("d", 0700));
        FAILS(EISDIR, unlink("d"));
        FAILS(ENOTDIR, unlink("f/x"));
        FAILS(ENOTDIR, unlink("f/"));
        CHECK(suite_exists("d") && suite_exists("f"));
}

static void unlinkat_removes_files_or_directories_by_its_flag(void) {
        int dir;

        SUCCEEDS(mkdir("d", 0700));
        CHECK(mkdir("d/e", 0700) == 0 && suite_file("d/f", "") >= 0);
        dir = open("d", O_RDONLY | O_DIRECTORY);
        SUCCEEDS(dir);
        FAILS(EISDIR, unlinkat(dir, "e", 0));
        FAILS(ENOTDIR, unlinkat(dir, "f", AT_REMOVEDIR));
        FAILS(EINVAL, unlinkat(dir, "f", 0x40000000));
        FAILS(EBADF, unlinkat(63, "f", 0));
        CHECK(unlinkat(dir, "f", 0) == 0 && unlinkat(dir, "e", AT_REMOVEDIR) == 0);
        CHECK(!suite_exists("d/e") && !suite_exists("d/f"));
}

static void rename_moves_a_file_with_its_content(void) {
        SUCCEEDS(suite_file("a", "text"));
        SUCCEEDS(mkdir("d", 0700));
        CHECK(rename("a", "b") == 0 && !suite_exists("a") && suite_holds("b", "text"));
        CHECK(rename("b", "d/c") == 0 && !suite_exists("b") && suite_holds("d/c", "text"));
}

static void rename_replaces_a_file(void) {
        int old = suite_file("b", "old");
        char got[3];

        SUCCEEDS(old);
        SUCCEEDS(suite_file("a", "new"));
        CHECK(rename("a", "b") == 0 && suite_holds("b", "new") && !suite_exists("a"));
        CHECK(read(old, got, 3) == 3 && memcmp(got, "old", 3) == 0);
}

static void rename_replaces_an_empty_directory_only(void) {
        CHECK(mkdir("a", 0700) == 0 && mkdir("a/x", 0700) == 0 && mkdir("b", 0700) == 0);
        CHECK(rename("a", "b") == 0 && suite_exists("b/x") && !suite_exists("a"));
        SUCCEEDS(mkdir("c", 0700));
        FAILS(ENOTEMPTY, rename("c", "b"));
        CHECK(suite_exists("c") && suite_exists("b/x"));
}

static void rename_does_not_mix_files_and_directories(void) {
        CHECK(suite_file("f", "") >= 0 && mkdir("d", 0700) == 0);
        FAILS(EISDIR, rename("f", "d"));
        FAILS(ENOTDIR, rename("d", "f"));
        CHECK(suite_exists("f") && suite_exists("d"));
}

static void rename_of_a_directory_into_itself_is_refused(void) {
        CHECK(mkdir("a", 0700) == 0 && mkdir("a/b", 0700) == 0 && mkdir("a/b/c", 0700) == 0);
        FAILS(EINVAL, rename("a", "a/x"));
        FAILS(EINVAL, rename("a", "a/b/c/x"));
        FAILS(ENOTEMPTY, rename("a/b", "a"));
        CHECK(suite_exists("a/b/c"));
}

static void rename_needs_the_old_name_and_the_new_ones_directory(void) {
        SUCCEEDS(suite_file("f", "text"));
        FAILS(ENOENT, rename("absent", "x"));
        FAILS(ENOENT, rename("f", "absent/x"));
        FAILS(ENOENT, rename("", "x"));
        FAILS(ENOENT, rename("f", ""));
        FAILS(ENOTDIR, rename("f", "f/x"));
        FAILS(ENOTDIR, rename("f", "new/"));
        FAILS(EBUSY, rename(".", "x"));
        CHECK(suite_holds("f", "text"));
}

static void rename_to_the_same_name_changes_nothing(void) {
        SUCCEEDS(suite_file("f", "text"));
        SUCCEEDS(rename("f", "f"));
        CHECK(suite_holds("f", "text"));
}

static void rename_moves_a_directory_with_all_below_and_its_dots(void) {
        struct stat up, parent;

        CHECK(mkdir("a", 0700) == 0 && mkdir("a/b", 0700) == 0 && suite_file("a/b/f", "text") >= 0);
        CHECK(mkdir("d", 0700) == 0 && rename("a/b", "d/e") == 0);
        CHECK(suite_holds("d/e/f", "text") && !suite_exists("a/b"));
        CHECK(stat("d/e/..", &up) == 0 && stat("d", &parent) == 0 && up.st_ino == parent.st_ino);
}

static void renameat_begins_at_two_directories(void) {
        int a, b;

        CHECK(mkdir("a", 0700) == 0 && mkdir("b", 0700) == 0 && suite_file("a/f", "text") >= 0);
        a = open("a", O_RDONLY);
        b = open("b", O_RDONLY);
        CHECK(a >= 0 && b >= 0 && renameat(a, "f", b, "g") == 0);
        CHECK(suite_holds("b/g", "text") && !suite_exists("a/f"));
        FAILS(EBADF, renameat(63, "g", b, "x"));
        FAILS(EBADF, renameat(b, "g", 63, "x"));
}

static void renameat2_can_refuse_or_exchange(void) {
        CHECK(suite_file("a", "one") >= 0 && suite_file("b", "two") >= 0);
        FAILS(EEXIST, renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE));
        CHECK(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE) == 0);
        CHECK(suite_holds("a", "two") && suite_holds("b", "one"));
        FAILS(ENOENT, renameat2(AT_FDCWD, "a", AT_FDCWD, "absent", RENAME_EXCHANGE));
        FAILS(EINVAL, renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE | RENAME_EXCHANGE));
}

static void names_are_bytes(void) {
        static const char *const names[] = {"a b", "tab\there", "back\\slash", "new\nline", "quote\"'",
                "grün-ä", "...", "-dash", "*?[x]", "\x80\xff\xfe"};

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                CHECK(suite_file(names[i], names[i]) >= 0 && suite_holds(names[i], names[i]));
}

static void names_differ_in_case(void) {
        CHECK(suite_file("name", "small") >= 0 && suite_file("Name", "large") >= 0);
        CHECK(suite_holds("name", "small") && suite_holds("Name", "large"));
}

static void dots_and_many_slashes_lead_to_the_same_file(void) {
        CHECK(mkdir("d", 0700) == 0 && suite_file("d/f", "text") >= 0);
        CHECK(suite_holds("./d/./f", "text") && suite_holds("d//f", "text") &&
                suite_holds("d/../d/f", "text"));
        FAILS(ENOENT, open("absent/../d/f", O_RDONLY));
        FAILS(ENOTDIR, open("d/f/../f", O_RDONLY));
}

static void the_root_is_its_own_parent(void) {
        struct stat root, above;

        CHECK(stat("/", &root) == 0 && stat("/../..", &above) == 0 && root.st_ino == above.st_ino);
}

static const SuiteCase cases[] = {CASE(unlink_takes_a_name_away),
        CASE(unlink_refuses_directories_and_paths_through_files),
        CASE(unlinkat_removes_files_or_directories_by_its_flag), CASE(rename_moves_a_file_with_its_content),
        CASE(rename_replaces_a_file), CASE(rename_replaces_an_empty_directory_only),
        CASE(rename_does_not_mix_files_and_directories), CASE(rename_of_a_directory_into_itself_is_refused),
        CASE(rename_needs_the_old_name_and_the_new_ones_directory),
        CASE(rename_to_the_same_name_changes_nothing),
        CASE(rename_moves_a_directory_with_all_below_and_its_dots), CASE(renameat_begins_at_two_directories),
        CASE(renameat2_can_refuse_or_exchange), CASE(names_are_bytes), CASE(names_differ_in_case),
        CASE(dots_and_many_slashes_lead_to_the_same_file), CASE(the_root_is_its_own_parent)};
const SuiteGroup suite_names = GROUP("names", cases, NULL);
