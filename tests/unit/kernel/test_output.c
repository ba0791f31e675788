/* SPDX-License-Identifier: MIT */
/*
 * Output of processes: pipes take the place of our stdout and stderr during a case, and of the
 * processes' as well.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/events.h"
#include "kernel/output.h"
#include "shown.h"

#define N_TASKS 2

typedef struct Case {
        Output o;
        int epoll_fd;
        int writers[2 * N_TASKS]; /* the processes' stdout and stderr */
        Shown shown;
} Case;

static void begin(Case *c, const OutputOptions *options, const char *const names[N_TASKS]) {
        *c = (Case){.epoll_fd = epoll_create1(0)};
        shown_begin(&c->shown);
        assert_int_equal(output_init(&c->o, options, c->epoll_fd, N_TASKS), 0);
        for (uint32_t i = 0; i < N_TASKS; i++)
                output_set_width(&c->o, names[i]);
        for (uint32_t i = 0; i < N_TASKS; i++) {
                int out[2], err[2];

                assert_int_equal(pipe2(out, O_NONBLOCK), 0);
                assert_int_equal(pipe2(err, O_NONBLOCK), 0);
                c->writers[2 * i] = out[1];
                c->writers[2 * i + 1] = err[1];
                assert_int_equal(output_add_task(&c->o, i, names[i], (int[]){out[0], err[0]}), 0);
        }
}

/* One turn of the loop. False: nothing was ready. */
static bool turn(Case *c) {
        struct epoll_event events[16];
        int n = epoll_wait(c->epoll_fd, events, 16, 0);

        for (int i = 0; i < n; i++) {
                if (events[i].data.u64 >> 32 == EVENT_SINK)
                        output_sink_ready(&c->o, (uint32_t)events[i].data.u64);
                else
                        output_stream_ready(&c->o, (uint32_t)events[i].data.u64);
        }
        output_flush(&c->o);
        return n > 0;
}

static void say(Case *c, int writer, const char *text) {
        assert_int_equal(write(c->writers[writer], text, strlen(text)), strlen(text));
        while (turn(c))
                continue;
}

static void hang_up(Case *c, int writer) {
        if (c->writers[writer] >= 0)
                (void)close(c->writers[writer]);
        c->writers[writer] = -1;
        while (turn(c))
                continue;
}

/* Everything is shown and our own files are back, so that a failure can be printed. */
static void end(Case *c) {
        for (int i = 0; i < 2 * N_TASKS; i++)
                hang_up(c, i);
        output_deinit(&c->o);
        shown_end(&c->shown);
        (void)close(c->epoll_fd);
}

static const OutputOptions plain = {.color = OUTPUT_COLOR_NEVER};
static const char *const names[N_TASKS] = {"A", "Server"};

static void each_line_begins_with_its_aligned_name(void **state) {
        Case c;

        (void)state;
        begin(&c, &plain, names);
        say(&c, 0, "one\ntwo\n");
        say(&c, 3, "three\n");
        end(&c);
        assert_string_equal(c.shown.text, "A      | one\nA      | two\nServer | three\n");
        free(c.shown.text);
}

static void names_are_aligned_by_columns_not_bytes(void **state) {
        static const char *const wide[N_TASKS] = {"Gr\303\274n", "Blaues"};
        Case c;

        (void)state;
        begin(&c, &plain, wide);
        say(&c, 0, "x\n");
        say(&c, 2, "y\n");
        end(&c);
        assert_string_equal(c.shown.text, "Gr\303\274n   | x\nBlaues | y\n");
        free(c.shown.text);
}

static void a_line_is_shown_when_it_is_whole(void **state) {
        Case c;

        (void)state;
        begin(&c, &plain, names);
        say(&c, 0, "begin");
        shown_collect(&c.shown);
        assert_int_equal(c.shown.size, 0);
        say(&c, 2, "other\n");
        say(&c, 0, " end\n");
        end(&c);
        assert_string_equal(c.shown.text, "Server | other\nA      | begin end\n");
        free(c.shown.text);
}

static void the_last_line_needs_no_end(void **state) {
        Case c;

        (void)state;
        begin(&c, &plain, names);
        say(&c, 0, "whole\npart");
        hang_up(&c, 0);
        end(&c);
        assert_string_equal(c.shown.text, "A      | whole\nA      | part\n");
        free(c.shown.text);
}

static void names_can_be_left_out_or_coloured(void **state) {
        static const OutputOptions bare = {.no_prefix = true}, colored = {.color = OUTPUT_COLOR_ALWAYS};
        Case c;

        (void)state;
        begin(&c, &bare, names);
        say(&c, 0, "x\n");
        end(&c);
        assert_string_equal(c.shown.text, "x\n");
        free(c.shown.text);
        begin(&c, &colored, names);
        say(&c, 0, "x\n");
        end(&c);
        assert_string_equal(c.shown.text, "\033[36mA      |\033[0m x\n");
        free(c.shown.text);
}

/* A line of `size` bytes is shown as this many lines. */
static size_t count_pieces(size_t size) {
        static const OutputOptions bare = {.no_prefix = true};
        char *line = malloc(size + 1);
        size_t n = 0, n_bytes = 0;
        Case c;

        assert_non_null(line);
        memset(line, 'x', size);
        line[size] = '\n';
        begin(&c, &bare, names);
        for (size_t done = 0; done < size + 1;) {
                ssize_t part = write(c.writers[0], line + done, size + 1 - done);

                done += part > 0 ? (size_t)part : 0;
                while (turn(&c))
                        shown_collect(&c.shown);
        }
        end(&c);
        for (size_t i = 0; i < c.shown.size; i++) {
                n += c.shown.text[i] == '\n';
                n_bytes += c.shown.text[i] == 'x';
        }
        assert_int_equal(n_bytes, size);
        free(c.shown.text);
        free(line);
        return n;
}

static void long_lines_are_split_and_nothing_is_lost(void **state) {
        (void)state;
        assert_int_equal(count_pieces(0), 1);
        assert_int_equal(count_pieces(OUTPUT_STREAM_SIZE - 1), 1);
        assert_int_equal(count_pieces(OUTPUT_STREAM_SIZE), 1);
        assert_int_equal(count_pieces(OUTPUT_STREAM_SIZE + 1), 2);
        assert_int_equal(count_pieces(3 * OUTPUT_STREAM_SIZE), 3);
}

static void raw_output_is_shown_as_it_comes(void **state) {
        static const OutputOptions raw = {.no_prefix = true, .is_raw = true};
        char bytes[OUTPUT_STREAM_SIZE + 100];
        Case c;

        (void)state;
        memset(bytes, 'x', sizeof bytes);
        bytes[7] = '\n';
        begin(&c, &raw, names);
        assert_int_equal(write(c.writers[0], bytes, sizeof bytes), sizeof bytes);
        while (turn(&c))
                shown_collect(&c.shown);
        say(&c, 0, "part");
        end(&c);
        assert_int_equal(c.shown.size, sizeof bytes + 4);
        assert_memory_equal(c.shown.text, bytes, sizeof bytes);
        assert_memory_equal(c.shown.text + sizeof bytes, "part", 4);
        free(c.shown.text);
}

/* Fills a writer's pipe with numbered lines. Returns how many fit. */
static size_t flood(Case *c, int writer, size_t first) {
        char line[32];
        size_t n = first;

        for (;; n++) {
                int size = snprintf(line, sizeof line, "line %zu\n", n);

                if (write(c->writers[writer], line, (size_t)size) != size)
                        return n;
        }
}

static void a_flood_waits_for_the_reader_and_loses_nothing(void **state) {
        static const OutputOptions bare = {.no_prefix = true};
        size_t n = 0, n_seen = 0;
        char *at;
        Case c;

        (void)state;
        begin(&c, &bare, names);
        for (int i = 0; i < 30; i++) { /* nobody reads: the pipes fill, then all stops */
                n = flood(&c, 0, n);
                (void)turn(&c);
        }
        assert_true(c.o.streams[0].is_paused);
        assert_true(c.o.sinks[0].used <= OUTPUT_SINK_SIZE - OUTPUT_SINK_RESERVE);
        assert_false(turn(&c)); /* and costs nothing */
        do
                shown_collect(&c.shown);
        while (turn(&c));
        assert_false(c.o.streams[0].is_paused);
        end(&c);
        for (at = strtok(c.shown.text, "\n"); at; at = strtok(NULL, "\n"), n_seen++)
                assert_int_equal(strtoul(at + strlen("line "), NULL, 10), n_seen);
        assert_int_equal(n_seen, n);
        free(c.shown.text);
}

static void a_flood_does_not_starve_others(void **state) {
        Case c;

        (void)state;
        begin(&c, &plain, names);
        (void)flood(&c, 0, 0);
        assert_true(write(c.writers[2], "here\n", 5) == 5);
        assert_true(turn(&c));
        shown_collect(&c.shown);
        end(&c);
        assert_non_null(strstr(c.shown.text, "Server | here\n"));
        assert_true(strstr(c.shown.text, "Server | here\n") - c.shown.text < 3 * (int)OUTPUT_STREAM_SIZE);
        free(c.shown.text);
}

static void our_own_messages_get_through_a_full_sink(void **state) {
        Case c;
        size_t n = 0;

        (void)state;
        begin(&c, &plain, names);
        for (int i = 0; i < 30; i++) {
                n = flood(&c, 0, n);
                (void)turn(&c);
        }
        output_say(&c.o, "%s", "hello");
        do
                shown_collect(&c.shown);
        while (turn(&c));
        end(&c);
        assert_non_null(strstr(c.shown.text, "\ncaisson: hello\n"));
        free(c.shown.text);
}

static void a_message_is_one_line_however_long(void **state) {
        char text[5000];
        Case c;

        (void)state;
        memset(text, 'y', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        begin(&c, &plain, names);
        output_say_plain(&c.o, "%s", text);
        end(&c);
        assert_int_equal(c.shown.text[c.shown.size - 1], '\n');
        assert_ptr_equal(strchr(c.shown.text, '\n'), c.shown.text + c.shown.size - 1);
        free(c.shown.text);
}

static void a_reader_that_goes_away_is_noticed(void **state) {
        Case c;

        (void)state;
        (void)signal(SIGPIPE, SIG_IGN);
        begin(&c, &plain, names);
        (void)close(c.shown.reader);
        say(&c, 0, "x\n");
        assert_true(output_is_broken(&c.o));
        say(&c, 0, "y\n"); /* dropped */
        c.shown.reader = open("/dev/null", O_RDONLY);
        end(&c);
        free(c.shown.text);
}

static void it_is_idle_when_all_have_ended_and_all_is_shown(void **state) {
        Case c;

        (void)state;
        begin(&c, &plain, names);
        assert_false(output_is_idle(&c.o));
        say(&c, 0, "x\n");
        for (int i = 0; i < 2 * N_TASKS; i++)
                hang_up(&c, i);
        assert_true(output_is_idle(&c.o));
        end(&c);
        free(c.shown.text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_line_begins_with_its_aligned_name),
                cmocka_unit_test(names_are_aligned_by_columns_not_bytes),
                cmocka_unit_test(a_line_is_shown_when_it_is_whole),
                cmocka_unit_test(the_last_line_needs_no_end),
                cmocka_unit_test(names_can_be_left_out_or_coloured),
                cmocka_unit_test(raw_output_is_shown_as_it_comes),
                cmocka_unit_test(long_lines_are_split_and_nothing_is_lost),
                cmocka_unit_test(a_flood_waits_for_the_reader_and_loses_nothing),
                cmocka_unit_test(a_flood_does_not_starve_others),
                cmocka_unit_test(our_own_messages_get_through_a_full_sink),
                cmocka_unit_test(a_message_is_one_line_however_long),
                cmocka_unit_test(a_reader_that_goes_away_is_noticed),
                cmocka_unit_test(it_is_idle_when_all_have_ended_and_all_is_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
