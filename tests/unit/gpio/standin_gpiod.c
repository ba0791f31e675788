/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for libgpiod: see standin_gpiod.h. Events go through pipes, as those of the kernel come through
 * descriptors.
 */
#include "standin_gpiod.h"

#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct gpiod_line {
        bool is_requested, is_output;
        int level;
        int events[2]; /* a pipe, or -1 */
};

struct gpiod_chip {
        int unused;
};

static char plugged[64];
static unsigned n_lines, n_open;
static int next_error;
static struct gpiod_line lines[256];

void standin_plug(const char *name, unsigned n) {
        (void)snprintf(plugged, sizeof plugged, "%s%s", name ? "/dev/" : "", name ? name : "");
        n_lines = n;
        memset(lines, 0, sizeof lines);
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
                lines[i].events[0] = lines[i].events[1] = -1;
}

void standin_fail_next(int error) {
        next_error = error;
}

void standin_drive(unsigned line, int level, long long ns) {
        struct gpiod_line *l = &lines[line];
        struct gpiod_line_event event = {.ts = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000},
                .event_type = level ? GPIOD_LINE_EVENT_RISING_EDGE : GPIOD_LINE_EVENT_FALLING_EDGE};

        if (l->level == level)
                return;
        l->level = level;
        if (l->events[1] >= 0 && write(l->events[1], &event, sizeof event) != (ssize_t)sizeof event)
                abort();
}

bool standin_is_requested(unsigned line) {
        return lines[line].is_requested;
}

int standin_level(unsigned line) {
        return lines[line].level;
}

unsigned standin_count_open(void) {
        return n_open;
}

/* --- the library --- */

static int fail(int error) {
        errno = error;
        return -1;
}

struct gpiod_chip *gpiod_chip_open(const char *path) {
        if (plugged[0] == '\0' || strcmp(path, plugged) != 0) {
                errno = ENOENT;
                return NULL;
        }
        n_open++;
        return calloc(1, sizeof(struct gpiod_chip));
}

void gpiod_chip_close(struct gpiod_chip *chip) {
        n_open--;
        free(chip);
}

unsigned int gpiod_chip_num_lines(struct gpiod_chip *chip) {
        (void)chip;
        return n_lines;
}

struct gpiod_line *gpiod_chip_get_line(struct gpiod_chip *chip, unsigned int offset) {
        (void)chip;
        if (offset >= n_lines) {
                errno = EINVAL;
                return NULL;
        }
        return &lines[offset];
}

static int request(struct gpiod_line *line) {
        int error = next_error;

        next_error = 0;
        if (error)
                return fail(error);
        if (line->is_requested)
                return fail(EBUSY);
        line->is_requested = true;
        line->is_output = false;
        return 0;
}

int gpiod_line_request_input(struct gpiod_line *line, const char *consumer) {
        (void)consumer;
        return request(line);
}

int gpiod_line_request_output(struct gpiod_line *line, const char *consumer, int value) {
        int r = request(line);

        (void)consumer;
        if (r == 0) {
                line->is_output = true;
                line->level = value;
        }
        return r;
}

int gpiod_line_request_both_edges_events(struct gpiod_line *line, const char *consumer) {
        int r = request(line);

        (void)consumer;
        if (r == 0 && pipe2(line->events, O_CLOEXEC) < 0)
                abort();
        return r;
}

void gpiod_line_release(struct gpiod_line *line) {
        for (int i = 0; i < 2; i++) {
                if (line->events[i] >= 0)
                        (void)close(line->events[i]);
                line->events[i] = -1;
        }
        line->is_requested = false;
}

int gpiod_line_set_value(struct gpiod_line *line, int value) {
        if (!line->is_requested || !line->is_output)
                return fail(EPERM);
        line->level = value;
        return 0;
}

int gpiod_line_get_value(struct gpiod_line *line) {
        return line->is_requested ? line->level : fail(EPERM);
}

int gpiod_line_event_get_fd(struct gpiod_line *line) {
        return line->events[0] >= 0 ? line->events[0] : fail(EPERM);
}

int gpiod_line_event_read_multiple(
        struct gpiod_line *line, struct gpiod_line_event *events, unsigned int num_events) {
        ssize_t n = read(line->events[0], events, num_events * sizeof *events);

        return n < 0 ? -1 : (int)((size_t)n / sizeof *events);
}
