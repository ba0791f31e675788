/* SPDX-License-Identifier: MIT */
/* Extended attributes, by path, by path of a link, and by descriptor. */
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool has_attributes(void) {
        return suite_file("f", "") >= 0 && setxattr("f", "user.x", "", 0, 0) == 0;
}

static void attributes_are_set_and_read_by_path_and_descriptor(void) {
        int fd = suite_file("f", "");
        char got[8];

        SUCCEEDS(fd);
        CHECK(setxattr("f", "user.a", "one", 3, 0) == 0 && fsetxattr(fd, "user.b", "two!", 4, 0) == 0);
        CHECK(lsetxattr("f", "user.c", "", 0, 0) == 0);
        CHECK(fgetxattr(fd, "user.a", got, sizeof(got)) == 3 && memcmp(got, "one", 3) == 0);
        CHECK(getxattr("f", "user.b", got, sizeof(got)) == 4 && memcmp(got, "two!", 4) == 0);
        CHECK(lgetxattr("f", "user.c", got, sizeof(got)) == 0);
}

static void a_size_of_0_asks_for_the_length(void) {
        char got[2];

        SUCCEEDS(suite_file("f", ""));
        CHECK(setxattr("f", "user.a", "value", 5, 0) == 0 && getxattr("f", "user.a", NULL, 0) == 5);
        CHECK(listxattr("f", NULL, 0) >= 7);
        FAILS(ERANGE, getxattr("f", "user.a", got, sizeof(got)));
        FAILS(ERANGE, listxattr("f", got, sizeof(got)));
}

static void xattr_create_and_xattr_replace_are_strict(void) {
        SUCCEEDS(suite_file("f", ""));
        FAILS(ENODATA, setxattr("f", "user.a", "x", 1, XATTR_REPLACE));
        SUCCEEDS(setxattr("f", "user.a", "x", 1, XATTR_CREATE));
        FAILS(EEXIST, setxattr("f", "user.a", "y", 1, XATTR_CREATE));
        SUCCEEDS(setxattr("f", "user.a", "y", 1, XATTR_REPLACE));
        FAILS(EINVAL, setxattr("f", "user.a", "y", 1, 8));
}

/* The list of names holds this one. */
static bool lists(const char *list, ssize_t size, const char *name) {
        for (ssize_t at = 0; at < size; at += (ssize_t)strlen(list + at) + 1)
                if (strcmp(list + at, name) == 0)
                        return true;
        return false;
}

static void listxattr_names_all_and_removexattr_takes_one_away(void) {
        int fd = suite_file("f", "");
        char list[256];
        ssize_t n;

        SUCCEEDS(fd);
        CHECK(setxattr("f", "user.a", "1", 1, 0) == 0 && setxattr("f", "user.bc", "2", 1, 0) == 0);
        n = flistxattr(fd, list, sizeof(list));
        CHECK(n > 0 && lists(list, n, "user.a") && lists(list, n, "user.bc"));
        CHECK(removexattr("f", "user.a") == 0 && fremovexattr(fd, "user.bc") == 0);
        n = llistxattr("f", list, sizeof(list));
        CHECK(n >= 0 && !lists(list, n, "user.a") && !lists(list, n, "user.bc"));
        FAILS(ENODATA, removexattr("f", "user.a"));
        FAILS(ENODATA, lremovexattr("f", "user.a"));
}

static void an_absent_attribute_or_file_is_told_apart(void) {
        char got[4];

        SUCCEEDS(suite_file("f", ""));
        FAILS(ENODATA, getxattr("f", "user.absent", got, sizeof(got)));
        FAILS(ENOENT, getxattr("absent", "user.a", got, sizeof(got)));
        FAILS(EBADF, fgetxattr(63, "user.a", got, sizeof(got)));
        FAILS(EBADF, fsetxattr(63, "user.a", "x", 1, 0));
        FAILS(EOPNOTSUPP, setxattr("f", "nowhere.a", "x", 1, 0));
        FAILS(EOPNOTSUPP, setxattr("f", "noprefix", "x", 1, 0));
        FAILS(EINVAL, setxattr("f", "user.", "x", 1, 0));
        FAILS(EOPNOTSUPP, getxattr("f", "nowhere.a", got, sizeof(got)));
        FAILS(EOPNOTSUPP, removexattr("f", "nowhere.a"));
}

static void names_have_255_bytes_at_most(void) {
        char name[260];

        SUCCEEDS(suite_file("f", ""));
        memset(name, 'n', sizeof(name));
        memcpy(name, "user.", 5);
        name[256] = 0;
        FAILS(ERANGE, setxattr("f", name, "x", 1, 0));
        name[255] = 0;
        CHECK(setxattr("f", name, "x", 1, 0) == 0 && getxattr("f", name, NULL, 0) == 1);
}

static void a_link_has_no_attributes_of_the_user(void) {
        CHECK(suite_file("f", "") >= 0 && symlink("f", "s") == 0);
        FAILS(EPERM, lsetxattr("s", "user.a", "x", 1, 0));
        FAILS(EPERM, lremovexattr("s", "user.a"));
        FAILS(ENODATA, lgetxattr("s", "user.a", NULL, 0));
        CHECK(setxattr("s", "user.a", "x", 1, 0) == 0 && getxattr("f", "user.a", NULL, 0) == 1);
}

static void attributes_stay_through_rename_and_go_with_the_file(void) {
        CHECK(suite_file("f", "") >= 0 && setxattr("f", "user.a", "x", 1, 0) == 0 && rename("f", "g") == 0);
        CHECK(getxattr("g", "user.a", NULL, 0) == 1 && unlink("g") == 0 && suite_file("g", "") >= 0);
        FAILS(ENODATA, getxattr("g", "user.a", NULL, 0));
}

static void attributes_of_the_user_are_as_open_as_the_contents(void) {
        int fd = suite_file("f", "");
        char got[8];

        SUCCEEDS(fd);
        SUCCEEDS(setxattr("f", "user.a", "one", 3, 0));
        SUCCEEDS(chmod("f", 0200));
        FAILS(EACCES, getxattr("f", "user.a", got, sizeof(got)));
        FAILS(EACCES, fgetxattr(fd, "user.a", got, sizeof(got)));
        SUCCEEDS(setxattr("f", "user.a", "two", 3, 0));
        SUCCEEDS(chmod("f", 0400));
        FAILS(EACCES, setxattr("f", "user.a", "x", 1, 0));
        FAILS(EACCES, removexattr("f", "user.a"));
        CHECK(getxattr("f", "user.a", got, sizeof(got)) == 3 && memcmp(got, "two", 3) == 0);
}

static const SuiteCase cases[] = {CASE(attributes_of_the_user_are_as_open_as_the_contents),
        CASE(attributes_are_set_and_read_by_path_and_descriptor), CASE(a_size_of_0_asks_for_the_length),
        CASE(xattr_create_and_xattr_replace_are_strict),
        CASE(listxattr_names_all_and_removexattr_takes_one_away),
        CASE(an_absent_attribute_or_file_is_told_apart), CASE(names_have_255_bytes_at_most),
        CASE(a_link_has_no_attributes_of_the_user),
        CASE(attributes_stay_through_rename_and_go_with_the_file)};
const SuiteGroup suite_xattr = GROUP("xattr", cases, has_attributes);
