/* SPDX-License-Identifier: MIT */
/*
 * Consoles: a file server says what its clients print, and is believed only of its clients.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <nkc.h>

#include "kernel/consoles.h"
#include "kernel/events.h"
#include "shown.h"

#define MANY 16 /* turns, where a few are enough */

enum { CLIENT, STRANGER, VFS, N_TASKS };

typedef struct Case {
        SolChannel channel;
        SolTask tasks[N_TASKS];
        Solution sol;
        Output output;
        Consoles consoles;
        int epoll_fd;
        int vfs;              /* the server's end of its console */
        int writers[N_TASKS]; /* stdout of each */
        Shown shown;
} Case;

static void begin(Case *c) {
        static char *const names[N_TASKS] = {"Client", "Stranger", "Vfs"};
        const OutputOptions options = {.color = OUTPUT_COLOR_NEVER};
        int console[2];

        *c = (Case){.channel = {.client = CLIENT, .server = VFS}};
        c->sol = (Solution){.tasks = c->tasks, .n_tasks = N_TASKS};
        c->tasks[CLIENT].channels = &c->channel;
        c->tasks[CLIENT].n_channels = 1;
        shown_begin(&c->shown);
        c->epoll_fd = epoll_create1(0);
        assert_int_equal(output_init(&c->output, &options, c->epoll_fd, N_TASKS), 0);
        assert_int_equal(consoles_init(&c->consoles, &c->sol, &c->output, c->epoll_fd), 0);
        for (uint32_t i = 0; i < N_TASKS; i++) {
                int out[2], err[2];

                c->tasks[i].name.text = names[i];
                assert_int_equal(pipe2(out, O_NONBLOCK), 0);
                assert_int_equal(pipe2(err, O_NONBLOCK), 0);
                c->writers[i] = out[1];
                (void)close(err[1]);
                assert_int_equal(output_add_task(&c->output, i, names[i], (int[]){out[0], err[0]}), 0);
        }
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, console), 0);
        assert_int_equal(consoles_add(&c->consoles, VFS, console[0]), 0);
        c->vfs = console[1];
}

static bool turn(Case *c) {
        struct epoll_event events[16];
        int n = epoll_wait(c->epoll_fd, events, 16, 0);

        for (int i = 0; i < n; i++) {
                uint32_t index = (uint32_t)events[i].data.u64;

                if (events[i].data.u64 >> 32 == EVENT_CONSOLE) {
                        consoles_ready(&c->consoles, index);
                } else if (events[i].data.u64 >> 32 == EVENT_SINK) {
                        output_sink_ready(&c->output, index);
                        consoles_resume(&c->consoles);
                } else {
                        output_stream_ready(&c->output, index);
                }
        }
        output_flush(&c->output);
        return n > 0;
}

static void run(Case *c) {
        while (turn(c))
                continue;
}

static void end(Case *c) {
        for (uint32_t i = 0; i < N_TASKS; i++)
                if (c->writers[i] >= 0)
                        (void)close(c->writers[i]);
        (void)close(c->vfs);
        run(c);
        consoles_deinit(&c->consoles);
        output_deinit(&c->output);
        shown_end(&c->shown);
        (void)close(c->epoll_fd);
}

static bool send_packet(
        Case *c, uint32_t stream, const char *name, size_t name_size, const char *text, size_t size) {
        static char packet[2 * CONSOLE_PACKET_MAX];
        const ConsoleHead head = {.stream = stream, .name_size = (uint32_t)name_size};

        memcpy(packet, &head, sizeof head);
        memcpy(packet + sizeof head, name, name_size);
        memcpy(packet + sizeof head + name_size, text, size);
        return write(c->vfs, packet, sizeof head + name_size + size) > 0;
}

static void say(Case *c, const char *name, const char *text) {
        assert_true(send_packet(c, 1, name, strlen(name) + 1, text, strlen(text)));
        run(c);
}

static void a_client_prints_through_its_server(void **state) {
        Case c;

        (void)state;
        begin(&c);
        say(&c, "Client", "one\ntw");
        say(&c, "Client", "o\n");
        end(&c);
        assert_string_equal(c.shown.text, "Client | one\nClient | two\n");
        free(c.shown.text);
}

static void nobody_speaks_for_who_is_no_client(void **state) {
        Case c;

        (void)state;
        begin(&c);
        say(&c, "Stranger", "forged\n");
        say(&c, "Nobody", "unknown\n");
        say(&c, "Vfs", "its own\n");
        end(&c);
        assert_string_equal(c.shown.text, "Vfs | forged\nVfs | unknown\nVfs | its own\n");
        free(c.shown.text);
}

static void what_is_no_packet_is_dropped(void **state) {
        char long_text[CONSOLE_TEXT_MAX + 1], long_name[CONSOLE_NAME_MAX + 1] = "";
        Case c;

        (void)state;
        begin(&c);
        memset(long_text, 'x', sizeof long_text);
        assert_int_equal(write(c.vfs, "abc", 3), 3);
        assert_true(send_packet(&c, 0, "Client", 7, "stream 0\n", 9));
        assert_true(send_packet(&c, 3, "Client", 7, "stream 3\n", 9));
        assert_true(send_packet(&c, 1, "Client", 6, "no zero\n", 8));
        assert_true(send_packet(&c, 1, "", 0, "no name\n", 8));
        assert_true(send_packet(&c, 1, long_name, sizeof long_name, "name\n", 5));
        assert_true(send_packet(&c, 1, "Client", 7, long_text, sizeof long_text));
        assert_int_equal(write(c.vfs, &(ConsoleHead){.stream = 1, .name_size = 4000000000u}, 8), 8);
        say(&c, "Client", "good\n");
        end(&c);
        assert_string_equal(c.shown.text, "Client | good\n");
        free(c.shown.text);
}

static void a_packet_at_the_limit_is_shown(void **state) {
        char text[CONSOLE_TEXT_MAX], name[CONSOLE_NAME_MAX];
        Case c;

        (void)state;
        begin(&c);
        memset(text, 'x', sizeof text);
        text[sizeof text - 1] = '\n';
        memset(name, 'n', sizeof name);
        name[sizeof name - 1] = '\0';
        assert_true(send_packet(&c, 1, name, sizeof name, text, sizeof text));
        end(&c);
        assert_int_equal(strlen(c.shown.text), strlen("Vfs | ") + sizeof text);
        free(c.shown.text);
}

/* Nobody reads the output: the server is stopped by its socket, the kernel process by nothing. */
static void a_flood_waits_and_nothing_is_lost(void **state) {
        static const char line[] = "0123456789012345678901234567890123456789012345678901234567890123456789\n";
        size_t n_sent = 0, n_got = 0;
        Case c;

        (void)state;
        begin(&c);
        while (send_packet(&c, 1, "Client", 7, line, sizeof line - 1)) {
                n_sent++;
                (void)turn(&c);
                assert_true(n_sent < SHOWN_MAX / sizeof line);
        }
        (void)close(c.writers[CLIENT]); /* it dies meanwhile */
        c.writers[CLIENT] = -1;
        consoles_drain(&c.consoles);
        output_task_ended(&c.output, CLIENT);
        do
                shown_collect(&c.shown);
        while (turn(&c));
        end(&c);
        for (const char *at = c.shown.text; (at = strstr(at, line)) != NULL; at++)
                n_got++;
        assert_int_equal(n_got, n_sent);
        free(c.shown.text);
}

static uint32_t count_watched(int epoll_fd) {
        char path[64], line[256];
        uint32_t n = 0;
        FILE *file;

        (void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", epoll_fd);
        file = fopen(path, "r");
        assert_non_null(file);
        while (fgets(line, sizeof line, file))
                n += strncmp(line, "tfd:", 4) == 0;
        (void)fclose(file);
        return n;
}

/* Whoever watches as much as its user may has its place all the same, and can go on. */
static void who_waits_keeps_its_place_and_wakes_nobody(void **state) {
        static const char line[] = "something that is to be shown\n";
        uint32_t n_before, n_watched, n_turns = 0;
        bool were_paused, are_paused;
        int fd;
        Case c;

        (void)state;
        begin(&c);
        run(&c);
        n_before = count_watched(c.epoll_fd);
        while (send_packet(&c, 1, "Client", 7, line, sizeof line - 1))
                (void)turn(&c);
        were_paused = c.consoles.list[VFS].is_paused && c.output.streams[(size_t)2 * CLIENT].is_paused;
        n_watched = count_watched(c.epoll_fd);
        (void)shutdown(c.vfs, SHUT_RDWR);
        (void)close(c.writers[CLIENT]);
        c.writers[CLIENT] = -1;
        while (n_turns < MANY && turn(&c))
                n_turns++;
        are_paused = c.consoles.list[VFS].is_paused;
        do
                shown_collect(&c.shown);
        while (turn(&c));
        fd = c.consoles.list[VFS].fd;
        end(&c);
        free(c.shown.text);
        assert_true(were_paused);
        assert_int_equal(n_watched, n_before + 1); /* the sink is full */
        assert_true(n_turns < MANY);
        assert_true(are_paused);
        assert_int_equal(fd, -1); /* it was read to its end */
}

/* Its pipe tells of its end at once with the console, or before. */
static void last_words_come_before_the_end(void **state) {
        Case c;

        (void)state;
        begin(&c);
        assert_true(send_packet(&c, 1, "Client", 7, "last words\n", 11));
        (void)close(c.writers[CLIENT]);
        c.writers[CLIENT] = -1;
        output_stream_ready(&c.output, 2 * CLIENT);
        end(&c);
        assert_string_equal(c.shown.text, "Client | last words\n");
        free(c.shown.text);
}

static void only_who_serves_files_has_a_console(void **state) {
        NkcEndpoint endpoint = {.interface_name = "kl.VfsFile"};
        NkcClass class = {.endpoints = &endpoint, .n_endpoints = 1};
        SolTask task = {.class = &class, .n_listeners = 1};

        (void)state;
        assert_true(consoles_wants(&task));
        task.n_listeners = 0;
        assert_false(consoles_wants(&task));
        task.n_listeners = 1;
        endpoint.interface_name = "kl.VfsFiles";
        assert_false(consoles_wants(&task));
        task.class = NULL;
        assert_false(consoles_wants(&task));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_client_prints_through_its_server),
                cmocka_unit_test(nobody_speaks_for_who_is_no_client),
                cmocka_unit_test(what_is_no_packet_is_dropped),
                cmocka_unit_test(a_packet_at_the_limit_is_shown),
                cmocka_unit_test(a_flood_waits_and_nothing_is_lost),
                cmocka_unit_test(who_waits_keeps_its_place_and_wakes_nobody),
                cmocka_unit_test(last_words_come_before_the_end),
                cmocka_unit_test(only_who_serves_files_has_a_console),
        };

        return cmocka_run_group_tests_name("consoles", tests, NULL, NULL);
}
