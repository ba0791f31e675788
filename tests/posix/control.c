/* SPDX-License-Identifier: MIT */
/* Descriptors: dup and its relatives, fcntl, ioctl, locks. */
#include "suite.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static void a_dup_shares_the_position_and_the_flags(void) {
        int a = suite_file("f", "abcdef"), b = dup(a);
        char got[2];

        CHECK(a >= 0 && b > a);
        CHECK(read(a, got, 2) == 2 && read(b, got, 2) == 2 && memcmp(got, "cd", 2) == 0);
        CHECK(fcntl(b, F_SETFL, O_APPEND) == 0 && (fcntl(a, F_GETFL) & O_APPEND) != 0);
        CHECK(close(a) == 0 && read(b, got, 2) == 2 && memcmp(got, "ef", 2) == 0);
}

static void dup2_closes_what_was_there(void) {
        int a = suite_file("a", "one"), b = suite_file("b", "two");
        char got[3];

        CHECK(a >= 0 && b >= 0 && dup2(a, b) == b);
        CHECK(read(b, got, 3) == 3 && memcmp(got, "one", 3) == 0);
        CHECK(dup2(a, 40) == 40 && lseek(40, 0, SEEK_SET) == 0 && dup2(a, a) == a);
}

static void dups_refuse_bad_descriptors(void) {
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        FAILS(EBADF, dup(63));
        FAILS(EBADF, dup2(63, 40));
        FAILS(EBADF, dup2(63, 63));
        FAILS(EBADF, dup2(fd, -1));
        FAILS(EINVAL, dup3(fd, fd, 0));
        FAILS(EINVAL, dup3(fd, 40, O_APPEND));
}

static void f_dupfd_takes_the_lowest_free_number_from_a_bound(void) {
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        CHECK(fcntl(fd, F_DUPFD, 30) == 30 && fcntl(fd, F_DUPFD, 30) == 31);
        CHECK(fcntl(fd, F_GETFD) == 0 && fcntl(fd, F_DUPFD_CLOEXEC, 30) == 32);
        CHECK(fcntl(32, F_GETFD) == FD_CLOEXEC);
        FAILS(EBADF, fcntl(63, F_DUPFD, 0));
        FAILS(EBADF, fcntl(63, F_GETOWN));
        FAILS(EINVAL, fcntl(fd, F_DUPFD, -1));
}

static void close_on_exec_belongs_to_the_descriptor(void) {
        int a = suite_file("f", ""), b = dup(a), c = open("f", O_RDONLY | O_CLOEXEC);

        CHECK(a >= 0 && b >= 0 && c >= 0 && fcntl(c, F_GETFD) == FD_CLOEXEC);
        CHECK(fcntl(a, F_SETFD, FD_CLOEXEC) == 0 && fcntl(a, F_GETFD) == FD_CLOEXEC);
        CHECK(fcntl(b, F_GETFD) == 0);
        CHECK(dup3(a, 40, O_CLOEXEC) == 40 && fcntl(40, F_GETFD) == FD_CLOEXEC);
}

static void f_getfl_and_f_setfl_know_the_open_files_flags(void) {
        int fd;

        SUCCEEDS(suite_file("f", "abc"));
        fd = open("f", O_WRONLY | O_APPEND);
        SUCCEEDS(fd);
        CHECK((fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND)) == (O_WRONLY | O_APPEND));
        CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
        CHECK((fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK)) == (O_WRONLY | O_NONBLOCK));
        CHECK(lseek(fd, 0, SEEK_SET) == 0 && write(fd, "X", 1) == 1 && suite_holds("f", "Xbc"));
        CHECK(fcntl(fd, F_SETFL, O_RDWR) == 0 && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY);
}

static void fcntl_refuses_bad_descriptors_and_commands(void) {
        int fd = suite_file("f", "");

        SUCCEEDS(fd);
        FAILS(EBADF, fcntl(63, F_GETFL));
        FAILS(EBADF, fcntl(63, F_GETFD));
        FAILS(EINVAL, fcntl(fd, 9999, 0));
}

static void ioctl_of_a_file_gives_enotty(void) {
        int fd = suite_file("f", "abc");
        struct termios t;
        struct winsize size;

        SUCCEEDS(fd);
        FAILS(ENOTTY, ioctl(fd, TCGETS, &t));
        FAILS(ENOTTY, ioctl(fd, TIOCGWINSZ, &size));
        FAILS(EBADF, ioctl(63, TCGETS, &t));
        CHECK(isatty(fd) == 0 && errno == ENOTTY);
}

static void locks_of_two_open_files_exclude_each_other(void) {
        int a = suite_file("f", "abcdef"), b = open("f", O_RDWR);

        CHECK(a >= 0 && b >= 0 && flock(a, LOCK_EX) == 0);
        FAILS(EWOULDBLOCK, flock(b, LOCK_EX | LOCK_NB));
        FAILS(EWOULDBLOCK, flock(b, LOCK_SH | LOCK_NB));
        CHECK(flock(a, LOCK_SH) == 0 && flock(b, LOCK_SH | LOCK_NB) == 0);
        FAILS(EWOULDBLOCK, flock(a, LOCK_EX | LOCK_NB));
        CHECK(flock(b, LOCK_UN) == 0 && flock(a, LOCK_EX | LOCK_NB) == 0);
        CHECK(close(a) == 0 && flock(b, LOCK_EX | LOCK_NB) == 0);
        FAILS(EBADF, flock(63, LOCK_SH));
        FAILS(EINVAL, flock(b, 0x40));
}

static void locks_of_ranges_exclude_each_other_where_they_overlap(void) {
        int a = suite_file("f", "abcdef"), b = open("f", O_RDWR);
        struct flock low = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 3};
        struct flock high = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 3, .l_len = 3};
        struct flock all = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

        CHECK(a >= 0 && b >= 0);
        CHECK(fcntl(a, F_OFD_SETLK, &low) == 0 && fcntl(b, F_OFD_SETLK, &high) == 0);
        FAILS(EAGAIN, fcntl(b, F_OFD_SETLK, &all));
        CHECK(fcntl(b, F_OFD_GETLK, &all) == 0 && all.l_type == F_WRLCK && all.l_start == 0 &&
                all.l_len == 3);
        low.l_type = F_UNLCK;
        all = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET};
        CHECK(fcntl(a, F_OFD_SETLK, &low) == 0 && fcntl(b, F_OFD_SETLK, &all) == 0);
}

static void record_locks_of_a_process_do_not_exclude_itself(void) {
        int a = suite_file("f", "abcdef"), b = open("f", O_RDWR), r = open("f", O_RDONLY);
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 3};

        CHECK(a >= 0 && b >= 0 && fcntl(a, F_SETLK, &lock) == 0 && fcntl(b, F_SETLK, &lock) == 0);
        CHECK(fcntl(b, F_GETLK, &lock) == 0 && lock.l_type == F_UNLCK);
        lock.l_type = F_WRLCK;
        FAILS(EBADF, fcntl(r, F_SETLK, &lock));
        lock.l_type = 77;
        FAILS(EINVAL, fcntl(a, F_SETLK, &lock));
}

static const SuiteCase cases[] = {CASE(a_dup_shares_the_position_and_the_flags),
        CASE(dup2_closes_what_was_there), CASE(dups_refuse_bad_descriptors),
        CASE(f_dupfd_takes_the_lowest_free_number_from_a_bound),
        CASE(close_on_exec_belongs_to_the_descriptor), CASE(f_getfl_and_f_setfl_know_the_open_files_flags),
        CASE(fcntl_refuses_bad_descriptors_and_commands), CASE(ioctl_of_a_file_gives_enotty),
        CASE(locks_of_two_open_files_exclude_each_other),
        CASE(locks_of_ranges_exclude_each_other_where_they_overlap),
        CASE(record_locks_of_a_process_do_not_exclude_itself)};
const SuiteGroup suite_control = GROUP("control", cases, NULL);
