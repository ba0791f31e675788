/* SPDX-License-Identifier: MIT */
/*
 * Control: see control.h.
 *
 * One thread for all of them. An answer is made when the one before has gone, so a client that doesn't read
 * costs one packet and one tap, whose loss it is told of.
 */
#include "control.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKET_MAX  32768u /* one port with all its pins */
#define LINE_MAX    100u
#define BATCH       256u /* changes of a packet */
#define NO_TAP      UINT32_MAX
#define NO_SNAPSHOT UINT32_MAX

_Static_assert(PACKET_MAX >= LINE_MAX * (BANK_PINS_MAX + 1), "a port fits into a packet");
_Static_assert(PACKET_MAX >= LINE_MAX * (BATCH + 1), "a batch fits into a packet");

typedef struct Client {
        int fd; /* -1: free */
        uint32_t tap;
        uint32_t snapshot; /* the next port of it, or NO_SNAPSHOT */
        size_t size;       /* of the packet that waits to be sent; 0: none */
        char packet[PACKET_MAX];
} Client;

struct Control {
        Bank *bank;
        Sim *sim;
        int listen_fd;
        int wake_fd;
        _Atomic bool is_over;
        Client clients[CTL_CLIENTS_MAX];
};

/* --- packets --- */

static void put_text(Client *c, const char *text) {
        c->size = (size_t)snprintf(c->packet, PACKET_MAX, "%s\n", text);
}

/* Under the bank's lock. */
static void put_pin(const Bank *bank, Client *c, const PinChange *p) {
        c->size += (size_t)snprintf(c->packet + c->size, PACKET_MAX - c->size,
                "pin %" PRIu64 " %u %u %u %u %s\n", p->time, p->port, p->pin, p->level, p->mode,
                bank_name_owner(bank, p->owner));
}

/* Under the bank's lock: the next port of the snapshot, and "ok" behind the last one. */
static void put_snapshot(Control *ctl, Client *c) {
        uint32_t port = c->snapshot;

        if (port == bank_count_ports(ctl->bank)) {
                c->snapshot = NO_SNAPSHOT;
                put_text(c, "ok");
                return;
        }
        c->size = (size_t)snprintf(c->packet, PACKET_MAX, "port %u %s %u\n", port,
                bank_name_port(ctl->bank, port), bank_count_pins(ctl->bank, port));
        for (uint32_t i = 0; i < bank_count_pins(ctl->bank, port); i++) {
                PinChange pin = bank_look(ctl->bank, port, i);

                put_pin(ctl->bank, c, &pin);
        }
        c->snapshot++;
}

static void put_changes(Control *ctl, Client *c) {
        PinChange changes[BATCH];
        uint64_t n_lost;
        uint32_t n = bank_tap_take(ctl->bank, c->tap, BATCH, changes, &n_lost);

        for (uint32_t i = 0; i < n; i++)
                put_pin(ctl->bank, c, &changes[i]);
        if (n_lost)
                c->size += (size_t)snprintf(
                        c->packet + c->size, PACKET_MAX - c->size, "lost %" PRIu64 "\n", n_lost);
}

/* The next packet for a client, if there is anything to say. */
static void fill(Control *ctl, Client *c) {
        bank_lock(ctl->bank);
        if (c->snapshot != NO_SNAPSHOT)
                put_snapshot(ctl, c);
        else if (c->tap != NO_TAP)
                put_changes(ctl, c);
        bank_unlock(ctl->bank);
}

/* --- requests --- */

/* Under the bank's lock. NULL: done. words: port, pin, level. */
static const char *set_pin(Control *ctl, char **words) {
        static const char *const levels[] = {"0", "1", [SIM_NOTHING] = "z"};
        char *end;
        unsigned long pin = strtoul(words[1], &end, 10);
        SimPlace place = {.pin = pin < BANK_PINS_MAX && *end == '\0' ? (uint32_t)pin : BANK_PINS_MAX};
        uint32_t level = 0;
        int r;

        while (level <= SIM_NOTHING && strcmp(words[2], levels[level]) != 0)
                level++;
        if (level > SIM_NOTHING)
                return "error a level is 0, 1 or z (let go)";
        if (bank_find_port(ctl->bank, words[0], &place.port))
                return "error there is no such port";
        r = ctl->sim ? sim_set(ctl->sim, place, level) : BANK_E_PORT;
        if (r == BANK_E_PORT)
                return "error only pins of simulated ports can be set";
        return r == BANK_E_PIN ? "error the port has no such pin" : NULL;
}

static const char *begin_watch(Control *ctl, Client *c) {
        if (c->tap != NO_TAP)
                return "error this connection watches already";
        if (bank_tap_begin(ctl->bank, &c->tap)) {
                c->tap = NO_TAP;
                return "error too many onlookers";
        }
        c->snapshot = 0;
        return NULL;
}

#define WORDS_MAX 5u

/* In place. Returns how many there are, WORDS_MAX for too many. */
static unsigned split(char *request, char **words) {
        unsigned n = 0;

        while (n < WORDS_MAX && (words[n] = strtok_r(request, " \n", &request)))
                n++;
        return n;
}

/* Under the bank's lock. */
static const char *obey(Control *ctl, Client *c, char **words, unsigned n) {
        if (n == 1 && strcmp(words[0], "list") == 0)
                c->snapshot = 0;
        else if (n == 1 && strcmp(words[0], "watch") == 0)
                return begin_watch(ctl, c);
        else if (n == 4 && strcmp(words[0], "set") == 0)
                return set_pin(ctl, words + 1);
        else
                return "error write: list, watch, or set PORT PIN 0|1|z";
        return NULL;
}

static void answer(Control *ctl, Client *c, char *request) {
        char *words[WORDS_MAX];
        unsigned n = split(request, words);
        const char *said;

        bank_lock(ctl->bank);
        said = obey(ctl, c, words, n);
        bank_unlock(ctl->bank);
        if (c->snapshot == NO_SNAPSHOT)
                put_text(c, said ? said : "ok");
}

/* --- connections --- */

static void drop(Control *ctl, Client *c) {
        if (c->tap != NO_TAP) {
                bank_lock(ctl->bank);
                bank_tap_end(ctl->bank, c->tap);
                bank_unlock(ctl->bank);
        }
        (void)close(c->fd);
        c->fd = -1;
}

static void admit(Control *ctl) {
        int fd = accept4(ctl->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd < 0)
                return;
        for (uint32_t i = 0; i < CTL_CLIENTS_MAX; i++) {
                Client *c = &ctl->clients[i];

                if (c->fd >= 0)
                        continue;
                c->fd = fd;
                c->tap = NO_TAP;
                c->snapshot = NO_SNAPSHOT;
                c->size = 0;
                return;
        }
        (void)close(fd); /* who is one too many reads the end */
}

/* False: it went away. */
static bool hear(Control *ctl, Client *c) {
        char request[CTL_REQUEST_MAX + 2];
        ssize_t n = read(c->fd, request, sizeof request - 1);

        if (n < 0)
                return errno == EAGAIN || errno == EINTR;
        if (n == 0)
                return false;
        if (n > (ssize_t)CTL_REQUEST_MAX)
                n = 0; /* no request is as long */
        request[n] = '\0';
        answer(ctl, c, request);
        return true;
}

/* Sends what there is to say, as far as it is taken. False: the client went away. */
static bool talk(Control *ctl, Client *c) {
        for (;;) {
                if (c->size == 0)
                        fill(ctl, c);
                if (c->size == 0)
                        return true;
                if (write(c->fd, c->packet, c->size) < 0)
                        return errno == EAGAIN || errno == EINTR;
                c->size = 0;
        }
}

static bool serve(Control *ctl, Client *c, short events) {
        if ((events & POLLIN) && c->size == 0 && !hear(ctl, c))
                return false;
        if (events & (POLLERR | POLLHUP))
                return false;
        return talk(ctl, c);
}

/* --- the loop --- */

enum { AT_LISTEN, AT_WAKE, AT_CLIENTS };

static void watch_all(const Control *ctl, struct pollfd *fds) {
        fds[AT_LISTEN] = (struct pollfd){.fd = ctl->listen_fd, .events = POLLIN};
        fds[AT_WAKE] = (struct pollfd){.fd = ctl->wake_fd, .events = POLLIN};
        for (uint32_t i = 0; i < CTL_CLIENTS_MAX; i++) {
                const Client *c = &ctl->clients[i];

                fds[AT_CLIENTS + i] = (struct pollfd){.fd = c->fd, .events = c->size ? POLLOUT : POLLIN};
        }
}

int ctl_run(Control *ctl) {
        struct pollfd fds[AT_CLIENTS + CTL_CLIENTS_MAX];
        uint64_t count;

        while (!ctl->is_over) {
                watch_all(ctl, fds);
                if (poll(fds, sizeof fds / sizeof *fds, -1) < 0 && errno != EINTR)
                        return -errno;
                if (fds[AT_WAKE].revents)
                        (void)!read(ctl->wake_fd, &count, sizeof count);
                for (uint32_t i = 0; i < CTL_CLIENTS_MAX; i++)
                        if (fds[AT_CLIENTS + i].fd >= 0 &&
                                !serve(ctl, &ctl->clients[i], fds[AT_CLIENTS + i].revents))
                                drop(ctl, &ctl->clients[i]);
                if (fds[AT_LISTEN].revents)
                        admit(ctl);
        }
        for (uint32_t i = 0; i < CTL_CLIENTS_MAX; i++)
                if (ctl->clients[i].fd >= 0)
                        (void)talk(ctl, &ctl->clients[i]); /* what they have not heard yet */
        return 0;
}

void ctl_wake(Control *ctl) {
        uint64_t one = 1;

        (void)!write(ctl->wake_fd, &one, sizeof one);
}

void ctl_stop(Control *ctl) {
        ctl->is_over = true;
        ctl_wake(ctl);
}

int ctl_new(Bank *bank, Sim *sim, int listen_fd, Control **ret_control) {
        Control *ctl = calloc(1, sizeof *ctl);

        if (!ctl)
                return -ENOMEM;
        ctl->bank = bank;
        ctl->sim = sim;
        for (uint32_t i = 0; i < CTL_CLIENTS_MAX; i++)
                ctl->clients[i].fd = -1;
        ctl->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (ctl->wake_fd < 0) {
                int error = errno;

                free(ctl);
                return -error;
        }
        ctl->listen_fd = listen_fd;
        *ret_control = ctl;
        return 0;
}

Control *ctl_free(Control *ctl) {
        if (!ctl)
                return NULL;
        for (uint32_t i = 0; i < CTL_CLIENTS_MAX; i++)
                if (ctl->clients[i].fd >= 0)
                        drop(ctl, &ctl->clients[i]);
        (void)close(ctl->wake_fd);
        (void)close(ctl->listen_fd);
        free(ctl);
        return NULL;
}
