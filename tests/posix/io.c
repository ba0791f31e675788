/* SPDX-License-Identifier: MIT */
/* read, write and their relatives, lseek, ftruncate, truncate, sendfile. */
#include "suite.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define LARGE (3u * 1024 * 1024 + 17) /* more than one message carries */

static void read_goes_on_where_it_ended_and_gives_0_at_the_end(void) {
        int fd = suite_file("f", "abcdef");
        char got[8] = "";

        SUCCEEDS(fd);
        CHECK(read(fd, got, 4) == 4 && memcmp(got, "abcd", 4) == 0);
        CHECK(read(fd, got, 4) == 2 && memcmp(got, "ef", 2) == 0);
        CHECK(read(fd, got, 4) == 0);
        CHECK(read(fd, got, 0) == 0);
}

static void read_of_a_directory_gives_eisdir(void) {
        char c = 0;
        int fd;

        SUCCEEDS(mkdir("d", 0700));
        fd = open("d", O_RDONLY);
        SUCCEEDS(fd);
        FAILS(EISDIR, read(fd, &c, 1));
        FAILS(EISDIR, pread(fd, &c, 1, 0));
}

static void write_extends_the_file_and_moves_the_position(void) {
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        CHECK(write(fd, "abc", 3) == 3 && write(fd, "def", 3) == 3);
        CHECK(lseek(fd, 0, SEEK_CUR) == 6);
        CHECK(write(fd, "", 0) == 0);
        CHECK(suite_holds("f", "abcdef"));
}

static void writes_over_the_middle_change_only_that(void) {
        int fd = suite_file("f", "abcdef");

        SUCCEEDS(fd);
        CHECK(lseek(fd, 2, SEEK_SET) == 2 && write(fd, "XY", 2) == 2);
        CHECK(suite_holds("f", "abXYef"));
}

static void two_opens_have_two_positions_and_one_content(void) {
        int a = suite_file("f", "abcdef"), b = open("f", O_RDWR);
        char got[3];

        CHECK(a >= 0 && b >= 0);
        CHECK(read(a, got, 3) == 3 && read(b, got, 3) == 3 && memcmp(got, "abc", 3) == 0);
        CHECK(write(a, "X", 1) == 1 && read(b, got, 1) == 1 && got[0] == 'X');
}

static void pread_and_pwrite_leave_the_position(void) {
        int fd = suite_file("f", "abcdef");
        char got[4];

        SUCCEEDS(fd);
        CHECK(pread(fd, got, 4, 3) == 3 && memcmp(got, "def", 3) == 0);
        CHECK(pread(fd, got, 4, 6) == 0 && pread(fd, got, 4, 1000) == 0);
        CHECK(pwrite(fd, "Z", 1, 1) == 1);
        CHECK(lseek(fd, 0, SEEK_CUR) == 0);
        CHECK(suite_holds("f", "aZcdef"));
}

static void pread_and_pwrite_refuse_negative_offsets(void) {
        int fd = suite_file("f", "abcdef");
        char c = 0;

        SUCCEEDS(fd);
        FAILS(EINVAL, pread(fd, &c, 1, -1));
        FAILS(EINVAL, pwrite(fd, "x", 1, -1));
        FAILS(EBADF, pread(63, &c, 1, 0));
        FAILS(EBADF, pwrite(63, "x", 1, 0));
}

static void readv_and_writev_take_the_pieces_in_turn(void) {
        char one[3], two[5], abc[] = "abc", defgh[] = "defgh";
        struct iovec out[] = {{abc, 3}, {NULL, 0}, {defgh, 5}};
        struct iovec in[] = {{one, sizeof(one)}, {two, sizeof(two)}};
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        CHECK(writev(fd, out, 3) == 8 && suite_holds("f", "abcdefgh"));
        CHECK(lseek(fd, 0, SEEK_SET) == 0);
        CHECK(readv(fd, in, 2) == 8 && memcmp(one, "abc", 3) == 0 && memcmp(two, "defgh", 5) == 0);
        CHECK(readv(fd, in, 2) == 0);
        CHECK(preadv(fd, in, 2, 4) == 4 && memcmp(one, "efg", 3) == 0 && two[0] == 'h');
        CHECK(pwritev(fd, out, 1, 5) == 3 && suite_holds("f", "abcdeabc"));
}

static void readv_and_writev_refuse_impossible_counts(void) {
        static char c;
        static struct iovec pieces[IOV_MAX + 1];
        volatile int below = -1; /* the compiler must not see it */
        int fd = suite_file("f", "abc");

        SUCCEEDS(fd);
        for (size_t i = 0; i < IOV_MAX + 1; i++)
                pieces[i] = (struct iovec){&c, 0};
        FAILS(EINVAL, readv(fd, pieces, below));
        FAILS(EINVAL, writev(fd, pieces, below));
        FAILS(EINVAL, readv(fd, pieces, IOV_MAX + 1));
        FAILS(EINVAL, writev(fd, pieces, IOV_MAX + 1));
        CHECK(readv(fd, pieces, IOV_MAX) == 0 && readv(fd, pieces, 0) == 0);
}

static void large_transfers_arrive_whole(void) {
        unsigned char *data = malloc(LARGE), *got = malloc(LARGE);
        int fd = suite_file("f", "");
        size_t done = 0;

        CHECK(data && got && fd >= 0);
        for (size_t i = 0; i < LARGE; i++)
                data[i] = (unsigned char)(i * 7 + i / 4096);
        for (ssize_t n; done < LARGE && (n = write(fd, data + done, LARGE - done)) > 0;)
                done += (size_t)n;
        CHECK(done == LARGE && suite_size("f") == LARGE);
        CHECK(lseek(fd, 0, SEEK_SET) == 0);
        done = 0;
        for (ssize_t n; done < LARGE && (n = read(fd, got + done, LARGE - done)) > 0;)
                done += (size_t)n;
        CHECK(done == LARGE && memcmp(data, got, LARGE) == 0);
        free(data);
        free(got);
}

static void one_write_and_one_read_take_as_much_as_asked(void) {
        unsigned char *data = calloc(1, LARGE);
        int fd = suite_file("f", "");

        CHECK(data && fd >= 0);
        CHECK(write(fd, data, LARGE) == LARGE);
        CHECK(pread(fd, data, LARGE, 0) == LARGE);
        CHECK(pread(fd, data, LARGE, 1) == LARGE - 1);
        free(data);
}

static void lseek_counts_from_start_position_and_end(void) {
        int fd = suite_file("f", "abcdef");

        SUCCEEDS(fd);
        CHECK(lseek(fd, 2, SEEK_SET) == 2 && lseek(fd, 1, SEEK_CUR) == 3 && lseek(fd, -1, SEEK_END) == 5);
        CHECK(lseek(fd, 10, SEEK_END) == 16 && suite_size("f") == 6);
}

static void lseek_refuses_places_before_the_start_and_unknown_origins(void) {
        int fd = suite_file("f", "abcdef");

        SUCCEEDS(fd);
        FAILS(EINVAL, lseek(fd, -1, SEEK_SET));
        FAILS(EINVAL, lseek(fd, -7, SEEK_END));
        FAILS(EINVAL, lseek(fd, 0, 99));
        FAILS(EBADF, lseek(63, 0, SEEK_SET));
        CHECK(lseek(fd, 0, SEEK_CUR) == 0);
}

static void a_hole_reads_as_zeros(void) {
        int fd = suite_file("f", "a");
        char got[4];

        SUCCEEDS(fd);
        CHECK(pwrite(fd, "z", 1, 100000) == 1 && suite_size("f") == 100001);
        CHECK(pread(fd, got, 4, 0) == 4 && memcmp(got, "a\0\0\0", 4) == 0);
        CHECK(pread(fd, got, 4, 50000) == 4 && memcmp(got, "\0\0\0\0", 4) == 0);
        CHECK(pread(fd, got, 4, 99999) == 2 && memcmp(got, "\0z", 2) == 0);
}

static void seek_data_and_seek_hole_agree_with_the_size(void) {
        int fd = suite_file("f", "abcdef");

        SUCCEEDS(fd);
        CHECK(lseek(fd, 0, SEEK_DATA) == 0 && lseek(fd, 0, SEEK_HOLE) == 6);
        FAILS(ENXIO, lseek(fd, 6, SEEK_DATA));
        FAILS(ENXIO, lseek(fd, 7, SEEK_HOLE));
}

static void ftruncate_cuts_and_extends_with_zeros(void) {
        int fd = suite_file("f", "abcdef");
        char got[8];

        SUCCEEDS(fd);
        CHECK(lseek(fd, 5, SEEK_SET) == 5);
        SUCCEEDS(ftruncate(fd, 2));
        CHECK(suite_size("f") == 2 && lseek(fd, 0, SEEK_CUR) == 5);
        SUCCEEDS(ftruncate(fd, 6));
        CHECK(pread(fd, got, 8, 0) == 6 && memcmp(got, "ab\0\0\0\0", 6) == 0);
}

static void ftruncate_refuses_bad_sizes_and_descriptors(void) {
        int fd = suite_file("f", "abcdef");

        SUCCEEDS(fd);
        FAILS(EINVAL, ftruncate(fd, -1));
        FAILS(EBADF, ftruncate(63, 0));
        fd = open("f", O_RDONLY);
        SUCCEEDS(fd);
        FAILS(EINVAL, ftruncate(fd, 0));
        fd = open(".", O_RDONLY);
        SUCCEEDS(fd);
        FAILS(EINVAL, ftruncate(fd, 0));
        CHECK(suite_holds("f", "abcdef"));
}

static void truncate_takes_a_path(void) {
        SUCCEEDS(suite_file("f", "abcdef"));
        SUCCEEDS(mkdir("d", 0700));
        SUCCEEDS(truncate("f", 3));
        CHECK(suite_holds("f", "abc"));
        FAILS(EISDIR, truncate("d", 0));
        FAILS(ENOENT, truncate("absent", 0));
        FAILS(EINVAL, truncate("f", -1));
        FAILS(ENOTDIR, truncate("f/x", 0));
}

static void sendfile_copies_from_the_position_or_an_offset(void) {
        int in = suite_file("in", "abcdef"), out = suite_file("out", "");
        off_t at = 4;

        CHECK(in >= 0 && out >= 0);
        CHECK(sendfile(out, in, NULL, 3) == 3 && lseek(in, 0, SEEK_CUR) == 3);
        CHECK(sendfile(out, in, &at, 100) == 2 && at == 6 && lseek(in, 0, SEEK_CUR) == 3);
        CHECK(suite_holds("out", "abcef"));
        FAILS(EBADF, sendfile(out, 63, NULL, 1));
        FAILS(EBADF, sendfile(63, in, NULL, 1));
}

static void sendfile_needs_descriptors_open_in_the_right_way(void) {
        int rw = suite_file("f", "abc"), r = open("f", O_RDONLY), w = open("f", O_WRONLY);

        CHECK(rw >= 0 && r >= 0 && w >= 0);
        FAILS(EBADF, sendfile(rw, w, NULL, 1));
        FAILS(EBADF, sendfile(r, rw, NULL, 1));
}

static void posix_fallocate_extends_and_keeps_content(void) {
        int fd = suite_file("f", "abc");
        char got[8];

        SUCCEEDS(fd);
        CHECK(posix_fallocate(fd, 0, 5000) == 0 && suite_size("f") == 5000);
        CHECK(pread(fd, got, 4, 0) == 4 && memcmp(got, "abc\0", 4) == 0);
        CHECK(posix_fallocate(fd, 0, 10) == 0 && suite_size("f") == 5000);
        CHECK(posix_fallocate(fd, -1, 10) == EINVAL && posix_fallocate(fd, 0, 0) == EINVAL);
        CHECK(posix_fallocate(63, 0, 10) == EBADF);
}

static void fsync_fdatasync_and_sync_take_files_and_directories(void) {
        int fd = suite_file("f", "text"), dir = open(".", O_RDONLY);

        CHECK(fd >= 0 && dir >= 0);
        CHECK(fsync(fd) == 0 && fdatasync(fd) == 0 && fsync(dir) == 0);
        sync();
        FAILS(EBADF, fsync(63));
        FAILS(EBADF, fdatasync(63));
}

static const SuiteCase cases[] = {CASE(read_goes_on_where_it_ended_and_gives_0_at_the_end),
        CASE(read_of_a_directory_gives_eisdir), CASE(write_extends_the_file_and_moves_the_position),
        CASE(writes_over_the_middle_change_only_that), CASE(two_opens_have_two_positions_and_one_content),
        CASE(pread_and_pwrite_leave_the_position), CASE(pread_and_pwrite_refuse_negative_offsets),
        CASE(readv_and_writev_take_the_pieces_in_turn), CASE(readv_and_writev_refuse_impossible_counts),
        CASE(large_transfers_arrive_whole), CASE(one_write_and_one_read_take_as_much_as_asked),
        CASE(lseek_counts_from_start_position_and_end),
        CASE(lseek_refuses_places_before_the_start_and_unknown_origins), CASE(a_hole_reads_as_zeros),
        CASE(seek_data_and_seek_hole_agree_with_the_size), CASE(ftruncate_cuts_and_extends_with_zeros),
        CASE(ftruncate_refuses_bad_sizes_and_descriptors), CASE(truncate_takes_a_path),
        CASE(sendfile_copies_from_the_position_or_an_offset),
        CASE(sendfile_needs_descriptors_open_in_the_right_way),
        CASE(posix_fallocate_extends_and_keeps_content),
        CASE(fsync_fdatasync_and_sync_take_files_and_directories)};
const SuiteGroup suite_io = GROUP("io", cases, NULL);
