/* SPDX-License-Identifier: MIT */
/* Lists of access rights, as libacl reads and writes them: two attributes. */
#include "suite.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACCESS  "system.posix_acl_access"
#define DEFAULT "system.posix_acl_default"
#define ANYBODY 255, 255, 255, 255

/* rw for the owner, r for user 7, r for the group, rw at most, none for others. */
static const unsigned char list[] = {2, 0, 0, 0, 1, 0, 6, 0, ANYBODY, 2, 0, 4, 0, 7, 0, 0, 0, 4, 0, 4, 0,
        ANYBODY, 16, 0, 6, 0, ANYBODY, 32, 0, 0, 0, ANYBODY};
/* rw for the owner, r for the group, none for others. */
static const unsigned char minimal[] = {
        2, 0, 0, 0, 1, 0, 6, 0, ANYBODY, 4, 0, 4, 0, ANYBODY, 32, 0, 0, 0, ANYBODY};

static bool has_lists(void) {
        return suite_file("f", "") >= 0 && setxattr("f", ACCESS, list, sizeof(list), 0) == 0;
}

static unsigned mode_of(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void a_list_is_set_and_read(void) {
        unsigned char got[sizeof(list)];

        SUCCEEDS(suite_file("f", ""));
        FAILS(ENODATA, getxattr("f", ACCESS, got, sizeof(got)));
        SUCCEEDS(setxattr("f", ACCESS, list, sizeof(list), 0));
        CHECK(getxattr("f", ACCESS, NULL, 0) == sizeof(list));
        CHECK(getxattr("f", ACCESS, got, sizeof(got)) == sizeof(list));
        CHECK(memcmp(got, list, sizeof(list)) == 0);
        FAILS(ERANGE, getxattr("f", ACCESS, got, sizeof(got) - 1));
}

static void a_list_and_the_mode_say_the_same(void) {
        unsigned char got[sizeof(list)];

        CHECK(suite_file("f", "") >= 0 && chmod("f", 04777) == 0);
        CHECK(setxattr("f", ACCESS, list, sizeof(list), 0) == 0 && (mode_of("f") & 0777) == 0660);
        CHECK(chmod("f", 0641) == 0 && getxattr("f", ACCESS, got, sizeof(got)) == sizeof(list));
        CHECK(got[30] == 4 && got[22] == 4 && got[38] == 1); /* the mask, not the group; all others */
}

static void a_list_that_says_no_more_than_a_mode_is_the_mode(void) {
        CHECK(suite_file("f", "") >= 0 && setxattr("f", ACCESS, list, sizeof(list), 0) == 0);
        CHECK(setxattr("f", ACCESS, minimal, sizeof(minimal), 0) == 0 && mode_of("f") == 0640);
        FAILS(ENODATA, getxattr("f", ACCESS, NULL, 0));
}

static void what_is_no_list_is_refused(void) {
        unsigned char wrong[sizeof(list)];

        SUCCEEDS(suite_file("f", ""));
        FAILS(EINVAL, setxattr("f", ACCESS, list, sizeof(list) - 1, 0));
        FAILS(EINVAL, setxattr("f", ACCESS, list, sizeof(list) - 8, 0)); /* nothing of all others */
        memcpy(wrong, list, sizeof(list));
        wrong[4] = 3; /* a kind that there is not */
        FAILS(EINVAL, setxattr("f", ACCESS, wrong, sizeof(wrong), 0));
        CHECK(getxattr("f", ACCESS, NULL, 0) == -1 && errno == ENODATA);
        FAILS(ENOENT, setxattr("absent", ACCESS, list, sizeof(list), 0));
        FAILS(ENOENT, getxattr("absent", ACCESS, NULL, 0));
}

static void a_default_list_belongs_to_a_directory(void) {
        unsigned char got[sizeof(list)];

        CHECK(suite_file("f", "") >= 0 && mkdir("d", 0700) == 0);
        FAILS(EACCES, setxattr("f", DEFAULT, list, sizeof(list), 0));
        FAILS(ENODATA, getxattr("d", DEFAULT, got, sizeof(got)));
        SUCCEEDS(setxattr("d", DEFAULT, list, sizeof(list), 0));
        CHECK(getxattr("d", DEFAULT, got, sizeof(got)) == sizeof(list) &&
                memcmp(got, list, sizeof(list)) == 0);
        CHECK(mode_of("d") == 0700);
        SUCCEEDS(removexattr("d", DEFAULT));
        FAILS(ENODATA, getxattr("d", DEFAULT, got, sizeof(got)));
        SUCCEEDS(removexattr("d", DEFAULT));
}

static void a_list_is_reached_by_descriptor_and_without_following(void) {
        unsigned char got[sizeof(list)];
        int fd = suite_file("f", "");

        CHECK(fd >= 0 && fsetxattr(fd, ACCESS, list, sizeof(list), 0) == 0 && mode_of("f") == 0660);
        CHECK(fgetxattr(fd, ACCESS, got, sizeof(got)) == sizeof(list));
        CHECK(lgetxattr("f", ACCESS, got, sizeof(got)) == sizeof(list));
        CHECK(fremovexattr(fd, ACCESS) == 0 && symlink("f", "s") == 0);
        FAILS(ENODATA, getxattr("f", ACCESS, NULL, 0));
        FAILS(EOPNOTSUPP, lsetxattr("s", ACCESS, list, sizeof(list), 0));
}

/* Both kinds of lists of a new node, and what it was made with counts, not the umask. */
static void what_is_made_in_a_directory_has_its_default_list(void) {
        unsigned char got[sizeof(list)];

        CHECK(mkdir("d", 0700) == 0 && setxattr("d", DEFAULT, list, sizeof(list), 0) == 0);
        umask(077);
        CHECK(suite_file("d/f", "") >= 0 && mode_of("d/f") == 0640);
        CHECK(getxattr("d/f", ACCESS, got, sizeof(got)) == sizeof(list));
        CHECK(got[14] == 4 && got[22] == 4 && got[30] == 4 && got[38] == 0); /* user 7, group, mask, others */
        FAILS(EACCES, setxattr("d/f", DEFAULT, list, sizeof(list), 0));
        CHECK(mkdir("d/e", 0770) == 0 && mode_of("d/e") == 0660);
        CHECK(getxattr("d/e", DEFAULT, got, sizeof(got)) == sizeof(list) &&
                memcmp(got, list, sizeof(list)) == 0);
        CHECK(chmod("d/e", 0700) == 0 && mkdir("d/e/deep", 0777) == 0 &&
                getxattr("d/e/deep", DEFAULT, NULL, 0) == sizeof(list));
        CHECK(symlink("f", "d/link") == 0 && removexattr("d", DEFAULT) == 0);
        CHECK(mkdir("d/plain", 0777) == 0 && mode_of("d/plain") == 0700);
        FAILS(ENODATA, getxattr("d/plain", ACCESS, NULL, 0));
}

static void a_default_list_like_a_mode_is_inherited_as_a_mode(void) {
        CHECK(mkdir("d", 0700) == 0 && setxattr("d", DEFAULT, minimal, sizeof(minimal), 0) == 0);
        umask(0777);
        CHECK(suite_file("d/f", "") >= 0 && mode_of("d/f") == 0640);
        FAILS(ENODATA, getxattr("d/f", ACCESS, NULL, 0));
}

/* The minimal list with users in it: that many entries. */
static bool keeps_entries(unsigned n) {
        unsigned char long_list[4 + 8 * 200] = {2, 0, 0, 0, 1, 0, 6, 0, ANYBODY};
        const unsigned char rest[] = {4, 0, 4, 0, ANYBODY, 16, 0, 6, 0, ANYBODY, 32, 0, 0, 0, ANYBODY};
        const ssize_t size = 4 + 8 * (ssize_t)n;

        for (unsigned i = 0; i < n - 4; i++) {
                const unsigned char user[] = {2, 0, 4, 0, (unsigned char)(i + 1), 0, 0, 0};

                memcpy(long_list + 12 + 8 * (size_t)i, user, sizeof(user));
        }
        memcpy(long_list + size - (ssize_t)sizeof(rest), rest, sizeof(rest));
        return setxattr("f", ACCESS, long_list, (size_t)size, 0) == 0 &&
               getxattr("f", ACCESS, NULL, 0) == size;
}

static void a_list_may_have_128_entries(void) {
        SUCCEEDS(suite_file("f", ""));
        CHECK(keeps_entries(127) && keeps_entries(128));
}

static void a_list_may_have_129_entries(void) {
        SUCCEEDS(suite_file("f", ""));
        CHECK(keeps_entries(129));
}

static const SuiteCase cases[] = {CASE(a_list_is_set_and_read), CASE(a_list_and_the_mode_say_the_same),
        CASE(a_list_that_says_no_more_than_a_mode_is_the_mode), CASE(what_is_no_list_is_refused),
        CASE(a_default_list_belongs_to_a_directory),
        CASE(a_list_is_reached_by_descriptor_and_without_following),
        CASE(what_is_made_in_a_directory_has_its_default_list),
        CASE(a_default_list_like_a_mode_is_inherited_as_a_mode), CASE(a_list_may_have_128_entries),
        CASE(a_list_may_have_129_entries)};
const SuiteGroup suite_acl = GROUP("acl", cases, has_lists);
