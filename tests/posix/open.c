/* SPDX-License-Identifier: MIT */
/* Opening and closing: open, openat and creat with all their flags, close, and files without a name. */
#include "suite.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void open_makes_a_file_with_the_mode_less_the_umask(void) {
        struct stat st;

        umask(027);
        SUCCEEDS(open("f", O_WRONLY | O_CREAT, 0666));
        CHECK(stat("f", &st) == 0 && st.st_mode == (S_IFREG | 0640));
        CHECK(st.st_size == 0 && st.st_nlink == 1);
}

static void open_without_o_creat_needs_the_file(void) {
        FAILS(ENOENT, open("absent", O_RDONLY));
        FAILS(ENOENT, open("absent/f", O_RDWR | O_CREAT, 0600));
        FAILS(ENOENT, open("", O_RDONLY));
        FAILS(ENOENT, open("", O_RDWR | O_CREAT, 0600));
}

static void open_with_o_excl_refuses_what_exists(void) {
        SUCCEEDS(suite_file("f", "text"));
        SUCCEEDS(mkdir("d", 0700));
        FAILS(EEXIST, open("f", O_RDWR | O_CREAT | O_EXCL, 0600));
        FAILS(EEXIST, open("d", O_RDWR | O_CREAT | O_EXCL, 0600));
        CHECK(suite_holds("f", "text"));
        SUCCEEDS(open("new", O_RDWR | O_CREAT | O_EXCL, 0600));
}

static void open_with_o_trunc_empties_the_file(void) {
        SUCCEEDS(suite_file("f", "text"));
        SUCCEEDS(open("f", O_WRONLY | O_TRUNC));
        CHECK(suite_size("f") == 0);
}

static void open_a_directory_for_writing_gives_eisdir(void) {
        SUCCEEDS(mkdir("d", 0700));
        FAILS(EISDIR, open("d", O_WRONLY));
        FAILS(EISDIR, open("d", O_RDWR));
        FAILS(EISDIR, open("d", O_RDONLY | O_CREAT, 0600));
        FAILS(EISDIR, open(".", O_WRONLY));
        SUCCEEDS(open("d", O_RDONLY));
}

static void open_with_o_directory_wants_a_directory(void) {
        SUCCEEDS(suite_file("f", ""));
        SUCCEEDS(mkdir("d", 0700));
        FAILS(ENOTDIR, open("f", O_RDONLY | O_DIRECTORY));
        SUCCEEDS(open("d", O_RDONLY | O_DIRECTORY));
}

static void open_through_a_file_gives_enotdir(void) {
        SUCCEEDS(suite_file("f", ""));
        FAILS(ENOTDIR, open("f/x", O_RDONLY));
        FAILS(ENOTDIR, open("f/x", O_RDWR | O_CREAT, 0600));
        FAILS(ENOTDIR, open("f/", O_RDONLY));
        FAILS(ENOTDIR, open("f/.", O_RDONLY));
}

static void open_a_new_name_with_a_slash_at_its_end_gives_eisdir(void) {
        FAILS(EISDIR, open("new/", O_RDWR | O_CREAT, 0600));
        CHECK(!suite_exists("new"));
}

static void open_takes_names_of_255_bytes_and_no_longer(void) {
        char name[257];

        memset(name, 'n', sizeof(name));
        name[255] = 0;
        SUCCEEDS(open(name, O_RDWR | O_CREAT, 0600));
        SUCCEEDS(open(name, O_RDONLY));
        name[255] = 'n';
        name[256] = 0;
        FAILS(ENAMETOOLONG, open(name, O_RDWR | O_CREAT, 0600));
        FAILS(ENAMETOOLONG, open(name, O_RDONLY));
}

static void open_takes_paths_of_4095_bytes_and_no_longer(void) {
        char path[4098];

        SUCCEEDS(suite_file("f", "text"));
        memset(path, '/', sizeof(path));
        path[0] = '.';
        path[4094] = 'f';
        path[4095] = 0;
        SUCCEEDS(open(path, O_RDONLY));
        path[4094] = '/';
        path[4095] = 'f';
        path[4096] = 0;
        FAILS(ENAMETOOLONG, open(path, O_RDONLY));
}

static void open_gives_the_lowest_free_descriptor(void) {
        int a = suite_file("a", ""), b = suite_file("b", "");

        CHECK(a >= 0 && b > a);
        SUCCEEDS(close(a));
        CHECK(open("b", O_RDONLY) == a);
}

static void open_refuses_a_wrong_access_mode_in_reading_and_writing(void) {
        int fd;
        char c = 0;

        SUCCEEDS(suite_file("f", "text"));
        fd = open("f", O_RDONLY);
        SUCCEEDS(fd);
        FAILS(EBADF, write(fd, "x", 1));
        fd = open("f", O_WRONLY);
        SUCCEEDS(fd);
        FAILS(EBADF, read(fd, &c, 1));
}

static void openat_begins_at_the_directory(void) {
        int dir, fd;

        SUCCEEDS(mkdir("d", 0700));
        dir = open("d", O_RDONLY | O_DIRECTORY);
        SUCCEEDS(dir);
        SUCCEEDS(openat(dir, "f", O_RDWR | O_CREAT, 0600));
        CHECK(suite_exists("d/f") && !suite_exists("f"));
        fd = openat(dir, "..", O_RDONLY | O_DIRECTORY);
        SUCCEEDS(fd);
        SUCCEEDS(openat(fd, "d/f", O_RDONLY));
        SUCCEEDS(openat(AT_FDCWD, "d/f", O_RDONLY));
}

static void openat_needs_a_directory_for_relative_paths_only(void) {
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        FAILS(ENOTDIR, openat(fd, "x", O_RDONLY));
        FAILS(EBADF, openat(63, "f", O_RDONLY));
        SUCCEEDS(openat(63, "/", O_RDONLY));
        SUCCEEDS(openat(fd, "/", O_RDONLY));
}

static void creat_opens_for_writing_and_empties(void) {
        int fd;
        char c = 0;

        SUCCEEDS(suite_file("f", "text"));
        fd = creat("f", 0600);
        SUCCEEDS(fd);
        CHECK(suite_size("f") == 0);
        FAILS(EBADF, read(fd, &c, 1));
}

static void close_makes_the_descriptor_unknown(void) {
        int fd = suite_file("f", "");
        char c = 0;

        SUCCEEDS(fd);
        SUCCEEDS(close(fd));
        FAILS(EBADF, close(fd));
        FAILS(EBADF, read(fd, &c, 1));
        FAILS(EBADF, write(fd, "x", 1));
        FAILS(EBADF, lseek(fd, 0, SEEK_SET));
        FAILS(EBADF, close(-1));
}

static void a_file_without_a_name_lives_until_it_is_closed(void) {
        int fd = suite_file("f", "text");
        struct stat st;
        char got[8];

        SUCCEEDS(fd);
        SUCCEEDS(unlink("f"));
        FAILS(ENOENT, open("f", O_RDONLY));
        CHECK(read(fd, got, sizeof(got)) == 4 && memcmp(got, "text", 4) == 0);
        CHECK(write(fd, "more", 4) == 4);
        CHECK(fstat(fd, &st) == 0 && st.st_nlink == 0 && st.st_size == 8);
}

static void o_append_writes_at_the_end_wherever_the_position_is(void) {
        int fd, other;

        SUCCEEDS(suite_file("f", "abc"));
        fd = open("f", O_RDWR | O_APPEND);
        other = open("f", O_WRONLY | O_APPEND);
        CHECK(fd >= 0 && other >= 0);
        CHECK(lseek(fd, 0, SEEK_SET) == 0 && write(fd, "d", 1) == 1);
        CHECK(write(other, "e", 1) == 1 && write(fd, "f", 1) == 1);
        CHECK(suite_holds("f", "abcdef"));
        CHECK(lseek(fd, 0, SEEK_CUR) == 6);
}

static void one_descriptor_too_many_leaves_files_alone(void) {
        int fd = suite_file("f", "text"), last = fd;

        SUCCEEDS(fd);
        for (int more = fd; more >= 0; more = dup(fd))
                last = more;
        CHECK(last > fd);
        FAILS(EMFILE, open("f", O_WRONLY | O_TRUNC));
        FAILS(EMFILE, open("new", O_WRONLY | O_CREAT, 0600));
        FAILS(EMFILE, open("absent", O_RDONLY));
        SUCCEEDS(close(last));
        CHECK(suite_size("f") == 4 && !suite_exists("new"));
        CHECK(open("f", O_WRONLY | O_TRUNC) == last);
}

static const SuiteCase cases[] = {CASE(one_descriptor_too_many_leaves_files_alone),
        CASE(open_makes_a_file_with_the_mode_less_the_umask), CASE(open_without_o_creat_needs_the_file),
        CASE(open_with_o_excl_refuses_what_exists), CASE(open_with_o_trunc_empties_the_file),
        CASE(open_a_directory_for_writing_gives_eisdir), CASE(open_with_o_directory_wants_a_directory),
        CASE(open_through_a_file_gives_enotdir), CASE(open_a_new_name_with_a_slash_at_its_end_gives_eisdir),
        CASE(open_takes_names_of_255_bytes_and_no_longer), CASE(open_takes_paths_of_4095_bytes_and_no_longer),
        CASE(open_gives_the_lowest_free_descriptor),
        CASE(open_refuses_a_wrong_access_mode_in_reading_and_writing), CASE(openat_begins_at_the_directory),
        CASE(openat_needs_a_directory_for_relative_paths_only), CASE(creat_opens_for_writing_and_empties),
        CASE(close_makes_the_descriptor_unknown), CASE(a_file_without_a_name_lives_until_it_is_closed),
        CASE(o_append_writes_at_the_end_wherever_the_position_is)};
const SuiteGroup suite_open = GROUP("open", cases, NULL);
