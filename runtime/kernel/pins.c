/* SPDX-License-Identifier: MIT */
/*
 * Pins: see pins.h.
 */
#include "pins.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 7u

static unsigned split(char *line, char **words) {
        unsigned n = 0;

        while (n < WORDS_MAX && (words[n] = strtok_r(line, " ", &line)))
                n++;
        return n;
}

static bool read_number(const char *word, uint64_t max, uint64_t *ret_number) {
        char *end;
        unsigned long long number = strtoull(word, &end, 10);

        if (word[0] < '0' || word[0] > '9' || *end != '\0' || number > max)
                return false;
        *ret_number = number;
        return true;
}

static void copy_name(char *name, const char *word) {
        size_t n = 0;

        for (; n < PINS_NAME_MAX && word[n]; n++)
                name[n] = word[n] > ' ' && word[n] < 0x7f ? word[n] : '?';
        name[n] = '\0';
}

static PinNews read_port(Pins *pins, char **words) {
        uint64_t port, n_pins;

        if (!read_number(words[1], PINS_PORTS_MAX - 1, &port) || !read_number(words[3], PINS_MAX, &n_pins))
                return PIN_GARBLED;
        copy_name(pins->ports[port].name, words[2]);
        pins->ports[port].n_pins = (uint32_t)n_pins;
        return PIN_NOTHING;
}

/* pin TIME PORT PIN LEVEL MODE OWNER */
static PinNews read_pin(Pins *pins, char **words, PinLine *ret_line) {
        uint64_t time, port, pin, level, mode;
        Pin *p;

        if (!read_number(words[1], UINT64_MAX, &time) || !read_number(words[2], PINS_PORTS_MAX - 1, &port) ||
                !read_number(words[3], PINS_MAX - 1, &pin) || !read_number(words[4], 1, &level) ||
                !read_number(words[5], UINT8_MAX, &mode) || pin >= pins->ports[port].n_pins)
                return PIN_GARBLED;
        p = &pins->ports[port].pins[pin];
        p->level = (uint8_t)level;
        p->mode = (uint8_t)mode;
        copy_name(p->owner, words[6]);
        if (time)
                pins->time = time;
        ret_line->port = (uint32_t)port;
        ret_line->pin = (uint32_t)pin;
        ret_line->is_old = time == 0;
        return PIN_CHANGED;
}

static PinNews read_lost(Pins *pins, const char *word) {
        uint64_t n;

        if (!read_number(word, UINT64_MAX, &n))
                return PIN_GARBLED;
        pins->n_lost += n;
        return PIN_LOST;
}

PinLine pins_read_line(Pins *pins, char *text) {
        PinLine line = {.news = PIN_GARBLED};
        char *words[WORDS_MAX];
        unsigned n;

        if (strncmp(text, "error ", 6) == 0)
                return (PinLine){.news = PIN_ERROR, .text = text + 6};
        n = split(text, words);
        if (n == 0)
                line.news = PIN_NOTHING;
        else if (n == 4 && strcmp(words[0], "port") == 0)
                line.news = read_port(pins, words);
        else if (n == 7 && strcmp(words[0], "pin") == 0)
                line.news = read_pin(pins, words, &line);
        else if (n == 2 && strcmp(words[0], "lost") == 0)
                line.news = read_lost(pins, words[1]);
        else if (n == 1 && strcmp(words[0], "ok") == 0) {
                line.news = PIN_OK;
                pins->is_whole = true;
        }
        return line;
}
