/* SPDX-License-Identifier: MIT */
/*
 * Control: what onlookers are told, who is one too many, who doesn't read, who writes nonsense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "control.h"

static Bank *bank;
static Sim *sim;
static Control *control;
static pthread_t thread;
static struct sockaddr_un address;
static socklen_t address_size;
static char packet[65536];

static void show(void *arg) {
        (void)arg;
        ctl_wake(control);
}

static void no_ring(void *arg, uint64_t owner, uint32_t port) {
        (void)arg;
        (void)owner;
        (void)port;
}

static void *serve(void *arg) {
        return ctl_run(arg) == 0 ? NULL : arg;
}

/* A socket without a name in any file system. */
static int listen_somewhere(void) {
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        address = (struct sockaddr_un){.sun_family = AF_UNIX};
        address_size = sizeof address;
        if (bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) < 0 || listen(fd, 16) < 0 ||
                getsockname(fd, (struct sockaddr *)&address, &address_size) < 0)
                return -1;
        return fd;
}

static int setup(void **state) {
        const BankHost host = {.ring = no_ring, .show = show};
        int fd = listen_somewhere();

        (void)state;
        bank = bank_new(&host);
        sim = sim_new(bank);
        if (fd < 0 || sim_add_port(sim, "p", 2) || ctl_new(bank, sim, fd, &control) < 0)
                return -1;
        return pthread_create(&thread, NULL, serve, control);
}

static int teardown(void **state) {
        void *failed;

        (void)state;
        ctl_stop(control);
        (void)pthread_join(thread, &failed);
        control = ctl_free(control);
        bank = bank_free(bank);
        sim = sim_free(sim);
        return failed ? -1 : 0;
}

static int come(void) {
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

        assert_int_equal(connect(fd, (struct sockaddr *)&address, address_size), 0);
        return fd;
}

static const char *hear(int fd) {
        ssize_t n = read(fd, packet, sizeof packet - 1);

        assert_true(n >= 0);
        packet[n] = '\0';
        return packet;
}

static void say(int fd, const char *request) {
        assert_int_equal(write(fd, request, strlen(request)), strlen(request));
}

static void set(uint32_t pin, uint32_t level) {
        bank_lock(bank);
        assert_int_equal(sim_set(sim, (SimPlace){0, pin}, level), 0);
        bank_unlock(bank);
}

static void pins_are_listed(void **state) {
        int fd = come();

        (void)state;
        say(fd, "list");
        assert_string_equal(hear(fd), "port 0 p 2\npin 0 0 0 0 0 -\npin 0 0 1 0 0 -\n");
        assert_string_equal(hear(fd), "ok\n");
        (void)close(fd);
}

static void pins_are_set(void **state) {
        int fd = come();

        (void)state;
        say(fd, "set p 1 1\n");
        assert_string_equal(hear(fd), "ok\n");
        bank_lock(bank);
        assert_int_equal(bank_look(bank, 0, 1).level, 1);
        bank_unlock(bank);
        (void)close(fd);
}

static void nonsense_is_answered(void **state) {
        static const char *const requests[] = {"", " ", "x", "set", "set p 0", "set p 0 1 1", "list list",
                "set q 0 1", "set p 2 1", "set p -1 1", "set p 0 2", "set p 0 11",
                "set p 99999999999999999999 1", "\n\n", "\x01\xff"};
        int fd = come();

        (void)state;
        for (size_t i = 1; i < sizeof requests / sizeof *requests; i++) {
                say(fd, requests[i]);
                assert_int_equal(strncmp(hear(fd), "error ", 6), 0);
        }
        (void)close(fd);
}

static void a_request_has_a_limit(void **state) {
        char request[CTL_REQUEST_MAX + 2];
        int fd = come();

        (void)state;
        memset(request, ' ', sizeof request);
        memcpy(request, "list", 4);
        request[CTL_REQUEST_MAX] = '\0';
        say(fd, request);
        assert_int_equal(strncmp(hear(fd), "port", 4), 0);
        assert_string_equal(hear(fd), "ok\n");
        request[CTL_REQUEST_MAX] = ' ';
        request[CTL_REQUEST_MAX + 1] = '\0';
        say(fd, request);
        assert_int_equal(strncmp(hear(fd), "error ", 6), 0);
        (void)close(fd);
}

static void who_watches_hears_every_change(void **state) {
        int fd = come(), n = 0;

        (void)state;
        say(fd, "watch");
        (void)hear(fd);
        assert_string_equal(hear(fd), "ok\n");
        for (uint32_t i = 1; i <= 100; i++)
                set(0, i % 2);
        while (n < 100)
                for (const char *at = hear(fd); (at = strstr(at, "pin ")); at++)
                        n++;
        assert_int_equal(n, 100);
        say(fd, "watch");
        assert_int_equal(strncmp(hear(fd), "error ", 6), 0);
        (void)close(fd);
}

/* He costs one packet and one queue, and hears how many he has missed. */
static void who_does_not_read_is_told_what_he_missed(void **state) {
        unsigned long long n_lost = 0, n = 0;
        int fd = come(), other = come();
        const unsigned many = 3 * BANK_CHANGES_MAX;

        (void)state;
        say(fd, "watch");
        (void)hear(fd);
        (void)hear(fd);
        for (uint32_t i = 1; i <= many; i++)
                set(0, i % 2);
        say(other, "list"); /* nobody waits for him */
        assert_int_equal(strncmp(hear(other), "port", 4), 0);
        while (n + n_lost < many) {
                const char *at = hear(fd), *lost = strstr(at, "lost ");

                for (; (at = strstr(at, "pin ")); at++)
                        n++;
                n_lost += lost ? strtoull(lost + 5, NULL, 10) : 0;
        }
        assert_int_equal(n + n_lost, many);
        (void)close(fd);
        (void)close(other);
}

static void one_too_many_reads_the_end(void **state) {
        int fds[CTL_CLIENTS_MAX], last;

        (void)state;
        for (uint32_t i = 0; i < CTL_CLIENTS_MAX; i++) {
                fds[i] = come();
                say(fds[i], "watch");
                (void)hear(fds[i]);
        }
        last = come();
        assert_string_equal(hear(last), "");
        for (uint32_t i = 0; i < CTL_CLIENTS_MAX; i++)
                (void)close(fds[i]);
        (void)close(last);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(pins_are_listed),
                CASE(pins_are_set),
                CASE(nonsense_is_answered),
                CASE(a_request_has_a_limit),
                CASE(who_watches_hears_every_change),
                CASE(who_does_not_read_is_told_what_he_missed),
                CASE(one_too_many_reads_the_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
