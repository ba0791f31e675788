/* SPDX-License-Identifier: MIT */
/*
 * Chips: see chips.h.
 *
 * A line is requested when its pin gets a mode, and released with it. One thread a chip waits for the edges
 * of all lines that report any; which pin a line's descriptor belongs to is looked up under the bank's lock,
 * so that a late report of a released line is nobody's.
 */
#include "chips.h"

#include <errno.h>
#include <gpiod.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CONSUMER   "caisson"
#define READY_MAX  32
#define EVENTS_MAX 16u /* of one line at a time */

typedef struct Chip {
        Bank *bank;
        uint32_t port;
        uint32_t n_pins;
        struct gpiod_chip *device;
        int epoll_fd;
        struct gpiod_line *lines[BANK_PINS_MAX]; /* NULL: not requested */
} Chip;

/* --- what the bank asks for --- */

static int code_of(int error) {
        switch (error) {
        case EBUSY:
                return BANK_E_BUSY; /* of the host: another program or a driver has the line */
        case ENOMEM:
                return BANK_E_MEMORY;
        case ENOTTY:
        case ENOTSUP:
        case ENXIO:
                return BANK_E_UNSUPPORTED; /* the line can't report edges */
        default:
                return BANK_E_DEVICE;
        }
}

static void release(void *state, uint32_t pin) {
        Chip *chip = state;
        struct gpiod_line *line = chip->lines[pin];
        int fd = line ? gpiod_line_event_get_fd(line) : -1;

        if (!line)
                return;
        if (fd >= 0)
                (void)epoll_ctl(chip->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        gpiod_line_release(line);
        chip->lines[pin] = NULL;
}

static int request(struct gpiod_line *line, uint32_t mode) {
        if (mode & MODE_OUT)
                return gpiod_line_request_output(line, CONSUMER, 0);
        if (mode & MODE_EVENTS)
                return gpiod_line_request_both_edges_events(line, CONSUMER);
        return gpiod_line_request_input(line, CONSUMER);
}

static int listen_to(Chip *chip, uint32_t pin) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = pin};
        int fd = gpiod_line_event_get_fd(chip->lines[pin]);

        return epoll_ctl(chip->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int in(void *state, uint32_t pin, uint32_t *ret_value) {
        Chip *chip = state;
        int value = gpiod_line_get_value(chip->lines[pin]);

        if (value < 0)
                return BANK_E_DEVICE;
        *ret_value = value != 0;
        return 0;
}

static int set_mode(void *state, uint32_t pin, uint32_t mode) {
        Chip *chip = state;
        struct gpiod_line *line;
        uint32_t level;

        release(chip, pin);
        line = gpiod_chip_get_line(chip->device, pin);
        if (!line || request(line, mode) < 0)
                return code_of(errno);
        chip->lines[pin] = line;
        if (((mode & MODE_EVENTS) && listen_to(chip, pin) < 0) || in(chip, pin, &level)) {
                release(chip, pin);
                return BANK_E_DEVICE;
        }
        bank_moved(chip->bank, chip->port, pin, level, 0);
        return 0;
}

static int out(void *state, uint32_t pin, uint32_t value) {
        Chip *chip = state;

        if (gpiod_line_set_value(chip->lines[pin], (int)value) < 0)
                return BANK_E_DEVICE;
        bank_moved(chip->bank, chip->port, pin, value, 0);
        return 0;
}

static int read_pin(void *state, uint32_t pin, uint32_t *ret_value) {
        Chip *chip = state;
        int r = in(chip, pin, ret_value);

        /* Edges come with their own times, in their order, from the thread. */
        if (r == 0 && gpiod_line_event_get_fd(chip->lines[pin]) < 0)
                bank_moved(chip->bank, chip->port, pin, *ret_value, 0);
        return r;
}

/* --- edges --- */

/* Under the lock. */
static void take_edges(Chip *chip, uint32_t pin) {
        struct gpiod_line *line = chip->lines[pin];
        struct pollfd ready = {.fd = line ? gpiod_line_event_get_fd(line) : -1, .events = POLLIN};
        struct gpiod_line_event events[EVENTS_MAX];
        int n;

        if (ready.fd < 0 || poll(&ready, 1, 0) != 1)
                return; /* the line was released in the meantime */
        n = gpiod_line_event_read_multiple(line, events, EVENTS_MAX);
        for (int i = 0; i < n; i++)
                bank_moved(chip->bank, chip->port, pin, events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
                        (uint64_t)events[i].ts.tv_sec * 1000000000u + (uint64_t)events[i].ts.tv_nsec);
}

static void *watch(void *arg) {
        Chip *chip = arg;
        struct epoll_event ready[READY_MAX];

        for (;;) {
                int n = epoll_wait(chip->epoll_fd, ready, READY_MAX, -1);

                if (n < 0 && errno != EINTR)
                        return NULL;
                bank_lock(chip->bank);
                for (int i = 0; i < n; i++)
                        take_edges(chip, ready[i].data.u32);
                bank_unlock(chip->bank);
        }
}

/* --- making --- */

static int fail(char *error, size_t error_size, const char *grant, const char *why) {
        (void)snprintf(error, error_size,
                "chip '%s': %s; it must be a GPIO chip granted with 'device: /dev/%s'", grant, why, grant);
        return -1;
}

static Chip *chip_free(Chip *chip) {
        if (chip->device)
                gpiod_chip_close(chip->device);
        if (chip->epoll_fd >= 0)
                (void)close(chip->epoll_fd);
        free(chip);
        return NULL;
}

static Chip *chip_new(Bank *bank, const char *grant) {
        Chip *chip = calloc(1, sizeof *chip);
        char path[64];

        if (!chip)
                return NULL;
        (void)snprintf(path, sizeof path, "/dev/%.50s", grant);
        chip->bank = bank;
        chip->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        chip->device = gpiod_chip_open(path);
        if (chip->epoll_fd >= 0 && chip->device) {
                chip->n_pins = gpiod_chip_num_lines(chip->device);
                return chip;
        }
        return chip_free(chip);
}

int chips_add(Bank *bank, const char *name, const char *grant, char *error, size_t error_size) {
        static const PortOps ops = {.set_mode = set_mode, .release = release, .out = out, .in = read_pin};
        Chip *chip = chip_new(bank, grant);
        pthread_t thread;

        if (!chip)
                return fail(error, error_size, grant, strerror(errno));
        if (chip->n_pins == 0 || chip->n_pins > BANK_PINS_MAX) {
                (void)chip_free(chip);
                return fail(error, error_size, grant, "it has no lines, or more than 256");
        }
        if (bank_add_port(bank, name, chip->n_pins, &ops, chip, &chip->port) ||
                pthread_create(&thread, NULL, watch, chip) != 0 || pthread_detach(thread) != 0) {
                (void)chip_free(chip);
                return fail(error, error_size, grant, "too many ports, or no memory");
        }
        return 0; /* it lives as long as the process: the thread has it */
}
