/* SPDX-License-Identifier: MIT */
/* Descriptors 0, 1 and 2: what a program is born with. What these cases print begins with "# ". */
#include "suite.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MUCH 200000u

static const char comment[] = "# a line that a case prints\n";

static void a_copy_of_a_stream_is_that_stream(void) {
        int copy = dup(STDOUT_FILENO), third = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 20);
        struct stat a, b;

        CHECK(copy > STDERR_FILENO && third >= 20);
        CHECK(write(copy, comment, sizeof(comment) - 1) == sizeof(comment) - 1);
        CHECK(fstat(copy, &a) == 0 && fstat(STDOUT_FILENO, &b) == 0 && a.st_mode == b.st_mode);
        CHECK(fcntl(third, F_GETFD) == FD_CLOEXEC && close(third) == 0 && close(copy) == 0);
        CHECK(write(STDOUT_FILENO, comment, sizeof(comment) - 1) == sizeof(comment) - 1);
}

static void standard_output_leads_to_a_file_and_back(void) {
        int saved, file = open("out", O_WRONLY | O_CREAT, 0600);

        CHECK(file >= 0 && fflush(stdout) == 0 && (saved = dup(STDOUT_FILENO)) > 0);
        CHECK(dup2(file, STDOUT_FILENO) == STDOUT_FILENO && close(file) == 0);
        CHECK(printf("to the %s", "file") == 11 && fflush(stdout) == 0);
        CHECK(dup2(saved, STDOUT_FILENO) == STDOUT_FILENO && close(saved) == 0);
        CHECK(suite_holds("out", "to the file"));
        CHECK(write(STDOUT_FILENO, comment, sizeof(comment) - 1) == sizeof(comment) - 1);
}

static void freopen_leads_standard_error_to_a_file(void) {
        int saved = dup(STDERR_FILENO);

        CHECK(saved >= 0 && freopen("err", "w", stderr) == stderr);
        CHECK(fprintf(stderr, "%d", 42) == 2 && fflush(stderr) == 0);
        CHECK(dup2(saved, STDERR_FILENO) == STDERR_FILENO && close(saved) == 0 && suite_holds("err", "42"));
}

static void a_closed_stream_leaves_its_number(void) {
        int saved = dup(STDIN_FILENO), file;
        char c;

        CHECK(saved >= 0 && close(STDIN_FILENO) == 0);
        FAILS(EBADF, read(STDIN_FILENO, &c, 1));
        FAILS(EBADF, close(STDIN_FILENO));
        SUCCEEDS(suite_file("in", "x"));
        CHECK((file = open("in", O_RDONLY)) >= 0 && read(STDIN_FILENO, &c, 1) >= 0);
        CHECK(dup2(saved, STDIN_FILENO) == STDIN_FILENO && close(saved) == 0);
}

static void standard_input_can_be_a_file(void) {
        int saved = dup(STDIN_FILENO), file = suite_file("in", "12 34\n");
        char line[16];

        CHECK(saved >= 0 && file >= 0 && dup2(file, STDIN_FILENO) == STDIN_FILENO);
        CHECK(fgets(line, sizeof(line), stdin) && strcmp(line, "12 34\n") == 0);
        CHECK(dup2(saved, STDIN_FILENO) == STDIN_FILENO && close(saved) == 0);
}

/* Whoever runs the suite gives it no input. */
static void input_that_has_ended_is_ready_and_says_so(void) {
        struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
        fd_set set;
        char c;

        CHECK(poll(&p, 1, 0) == 1 && (p.revents & (POLLIN | POLLHUP)));
        FD_ZERO(&set);
        FD_SET(STDIN_FILENO, &set);
        CHECK(select(1, &set, NULL, NULL, &(struct timeval){.tv_sec = 0}) == 1);
        CHECK(read(STDIN_FILENO, &c, 1) == 0);
}

static void output_is_ready_for_more(void) {
        struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

        CHECK(poll(&p, 1, 10000) == 1 && (p.revents & POLLOUT));
}

static void streams_have_no_position(void) {
        FAILS(ESPIPE, lseek(STDOUT_FILENO, 0, SEEK_CUR));
        FAILS(ESPIPE, pwrite(STDOUT_FILENO, "x", 1, 0));
        FAILS(EINVAL, ftruncate(STDOUT_FILENO, 0));
        FAILS(ENOTDIR, fchdir(STDOUT_FILENO));
        CHECK(isatty(STDOUT_FILENO) == 0 && errno == ENOTTY);
}

static void streams_know_their_direction(void) {
        int flags;

        CHECK((fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_WRONLY);
        CHECK((fcntl(STDIN_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY);
        FAILS(EBADF, write(STDIN_FILENO, "x", 1));
        CHECK((flags = fcntl(STDOUT_FILENO, F_GETFL)) >= 0);
        CHECK(fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK) == 0);
        CHECK(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK);
        CHECK(fcntl(STDOUT_FILENO, F_SETFL, flags) == 0);
}

static void much_is_written_whole(void) {
        char *text = malloc(MUCH);
        char texts[] = "# in parts\n";
        const struct iovec parts[] = {{texts, 2}, {texts + 2, 3}, {texts + 5, 6}};
        bool is_whole;

        CHECK(text != NULL);
        for (size_t i = 0; i < MUCH; i++)
                text[i] = i % 100 == 99 ? '\n' : i % 100 == 0 ? '#' : 'x';
        is_whole = write(STDOUT_FILENO, text, MUCH) == MUCH;
        free(text);
        CHECK(is_whole);
        CHECK(writev(STDOUT_FILENO, parts, 3) == 11);
}

static const SuiteCase cases[] = {CASE(a_copy_of_a_stream_is_that_stream),
        CASE(standard_output_leads_to_a_file_and_back), CASE(freopen_leads_standard_error_to_a_file),
        CASE(a_closed_stream_leaves_its_number), CASE(standard_input_can_be_a_file),
        CASE(input_that_has_ended_is_ready_and_says_so), CASE(output_is_ready_for_more),
        CASE(streams_have_no_position), CASE(streams_know_their_direction), CASE(much_is_written_whole)};
const SuiteGroup suite_streams = GROUP("streams", cases, NULL);
