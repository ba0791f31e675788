/* SPDX-License-Identifier: MIT */
/* pipe, and waiting with poll and select on pipes and files together. */
#include "suite.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_pipe_carries_bytes_in_order(void) {
        int ends[2];
        char got[8];

        SUCCEEDS(pipe(ends));
        CHECK(write(ends[1], "abc", 3) == 3 && write(ends[1], "def", 3) == 3);
        CHECK(read(ends[0], got, 4) == 4 && memcmp(got, "abcd", 4) == 0);
        CHECK(read(ends[0], got, 8) == 2 && memcmp(got, "ef", 2) == 0);
}

static void a_pipes_ends_are_for_one_direction(void) {
        int ends[2];
        char c = 0;

        SUCCEEDS(pipe(ends));
        FAILS(EBADF, write(ends[0], "x", 1));
        FAILS(EBADF, read(ends[1], &c, 1));
}

static void a_pipe_has_no_position(void) {
        int ends[2];
        struct stat st;
        char c = 0;

        SUCCEEDS(pipe(ends));
        FAILS(ESPIPE, lseek(ends[0], 0, SEEK_SET));
        FAILS(ESPIPE, pread(ends[0], &c, 1, 0));
        FAILS(ESPIPE, pwrite(ends[1], "x", 1, 0));
        FAILS(EINVAL, ftruncate(ends[1], 0));
        CHECK(fstat(ends[0], &st) == 0 && S_ISFIFO(st.st_mode));
}

static void the_reader_sees_the_end_when_no_writer_is_left(void) {
        int ends[2], second;
        char got[4];

        SUCCEEDS(pipe(ends));
        second = dup(ends[1]);
        SUCCEEDS(second);
        CHECK(write(second, "ab", 2) == 2 && close(ends[1]) == 0 && close(second) == 0);
        CHECK(read(ends[0], got, 4) == 2 && read(ends[0], got, 4) == 0);
}

static void the_writer_gets_epipe_when_no_reader_is_left(void) {
        int ends[2];

        SUCCEEDS(pipe(ends));
        SUCCEEDS(close(ends[0]));
        FAILS(EPIPE, write(ends[1], "x", 1));
}

static void a_pipe_that_does_not_wait_gives_eagain(void) {
        static char block[4096];
        int ends[2], n = 0;
        char c = 0;

        SUCCEEDS(pipe2(ends, O_NONBLOCK));
        FAILS(EAGAIN, read(ends[0], &c, 1));
        while (write(ends[1], block, sizeof(block)) == (ssize_t)sizeof(block))
                n++;
        CHECK(n >= 1);
        FAILS(EAGAIN, write(ends[1], block, sizeof(block)));
        CHECK(read(ends[0], block, sizeof(block)) == (ssize_t)sizeof(block));
        CHECK(write(ends[1], block, 1) == 1);
}

static void *send_later(void *fd) {
        usleep(20000);
        return write(*(int *)fd, "late", 4) == 4 ? fd : NULL;
}

static void a_read_waits_for_a_writer(void) {
        int ends[2];
        pthread_t thread;
        char got[4];
        void *sent = NULL;

        SUCCEEDS(pipe(ends));
        CHECK(pthread_create(&thread, NULL, send_later, &ends[1]) == 0);
        CHECK(read(ends[0], got, 4) == 4 && memcmp(got, "late", 4) == 0);
        CHECK(pthread_join(thread, &sent) == 0 && sent != NULL);
}

static void poll_says_what_is_ready(void) {
        int ends[2], fd = suite_file("f", "abc");
        struct pollfd set[3];

        CHECK(fd >= 0 && pipe(ends) == 0);
        set[0] = (struct pollfd){.fd = ends[0], .events = POLLIN};
        set[1] = (struct pollfd){.fd = ends[1], .events = POLLOUT};
        set[2] = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT};
        CHECK(poll(set, 1, 0) == 0);
        CHECK(poll(set, 3, 1000) == 2 && set[0].revents == 0 && set[1].revents == POLLOUT);
        CHECK(set[2].revents == (POLLIN | POLLOUT));
        CHECK(write(ends[1], "x", 1) == 1 && poll(set, 1, 1000) == 1 && set[0].revents == POLLIN);
        CHECK(close(ends[1]) == 0 && poll(set, 1, 0) == 1 && (set[0].revents & POLLHUP));
        set[0] = (struct pollfd){.fd = 63, .events = POLLIN};
        CHECK(poll(set, 1, 0) == 1 && set[0].revents == POLLNVAL);
}

static void poll_wakes_when_a_pipe_gets_something(void) {
        int ends[2];
        pthread_t thread;
        struct pollfd wait = {.events = POLLIN};

        SUCCEEDS(pipe(ends));
        wait.fd = ends[0];
        CHECK(pthread_create(&thread, NULL, send_later, &ends[1]) == 0);
        CHECK(poll(&wait, 1, 10000) == 1 && wait.revents == POLLIN);
        CHECK(pthread_join(thread, NULL) == 0);
}

static void select_says_what_is_ready(void) {
        int ends[2], fd = suite_file("f", "abc");
        struct timeval none = {0, 0};
        fd_set in;

        CHECK(fd >= 0 && pipe(ends) == 0);
        FD_ZERO(&in);
        FD_SET(ends[0], &in);
        FD_SET(fd, &in);
        CHECK(select(ends[1] + 1, &in, NULL, NULL, &none) == 1 && FD_ISSET(fd, &in) &&
                !FD_ISSET(ends[0], &in));
        FD_SET(63, &in);
        FAILS(EBADF, select(64, &in, NULL, NULL, &none));
}

static void fionread_counts_what_waits(void) {
        int ends[2], n = -1;

        SUCCEEDS(pipe(ends));
        CHECK(write(ends[1], "abc", 3) == 3 && ioctl(ends[0], FIONREAD, &n) == 0 && n == 3);
}

static const SuiteCase cases[] = {CASE(a_pipe_carries_bytes_in_order),
        CASE(a_pipes_ends_are_for_one_direction), CASE(a_pipe_has_no_position),
        CASE(the_reader_sees_the_end_when_no_writer_is_left),
        CASE(the_writer_gets_epipe_when_no_reader_is_left), CASE(a_pipe_that_does_not_wait_gives_eagain),
        CASE(a_read_waits_for_a_writer), CASE(poll_says_what_is_ready),
        CASE(poll_wakes_when_a_pipe_gets_something), CASE(select_says_what_is_ready),
        CASE(fionread_counts_what_waits)};
const SuiteGroup suite_pipes = GROUP("pipes", cases, NULL);
