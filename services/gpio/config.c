/* SPDX-License-Identifier: MIT */
/*
 * Config: see config.h.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 6u
#define BLANKS    " \t\r"

typedef struct Words {
        char text[CONF_LINE_MAX + 1];
        char *list[WORDS_MAX];
        unsigned n;
} Words;

typedef struct Statement {
        const char *name;
        const char *usage;
        unsigned n_words;
        bool (*run)(Config *config, char **words);
} Statement;

__attribute__((format(printf, 2, 3))) static bool fail(Config *config, const char *format, ...) {
        va_list args;

        va_start(args, format);
        (void)vsnprintf(config->error, sizeof config->error, format, args);
        va_end(args);
        return false;
}

/* What a code means for whoever wrote the line. */
static const char *text_of(int code) {
        static const char *const texts[BANK_E_MAX] = {
                [BANK_E_PORT] = "no such simulated port, or too many ports (8)",
                [BANK_E_PIN] = "the port has no such pin",
                [BANK_E_BUSY] = "a wire leads to that pin already",
                [BANK_E_UNSUPPORTED] = "a pin can't be wired to itself, and there are at most 256 wires",
                [BANK_E_MEMORY] = "not enough memory",
        };

        return texts[code] ? texts[code] : "it failed";
}

static bool read_number(const char *word, uint32_t max, uint32_t *ret_number) {
        char *end;
        unsigned long number = strtoul(word, &end, 10);

        if (word[0] < '0' || word[0] > '9' || *end != '\0' || number > max)
                return false;
        *ret_number = (uint32_t)number;
        return true;
}

static bool read_place(Config *config, char **words, SimPlace *ret_place) {
        if (bank_find_port(config->bank, words[0], &ret_place->port))
                return fail(config, "there is no port '%s'; name it in a line before", words[0]);
        if (!read_number(words[1], BANK_PINS_MAX - 1, &ret_place->pin))
                return fail(config, "'%s' is no number of a pin (0 to %u)", words[1], BANK_PINS_MAX - 1);
        return true;
}

static bool is_new_name(Config *config, const char *name) {
        uint32_t port;

        if (strlen(name) > BANK_NAME_MAX)
                return fail(config, "the name of a port has at most %u bytes", BANK_NAME_MAX);
        if (bank_find_port(config->bank, name, &port) == 0)
                return fail(config, "there are two ports '%s'", name);
        return true;
}

static bool add_port(Config *config, char **words) {
        uint32_t n_pins;
        int r;

        if (!is_new_name(config, words[0]))
                return false;
        if (!read_number(words[1], BANK_PINS_MAX, &n_pins) || n_pins == 0)
                return fail(config, "'%s' is no number of pins (1 to %u)", words[1], BANK_PINS_MAX);
        r = sim_add_port(config->sim, words[0], n_pins);
        return r == 0 || fail(config, "port '%s': %s", words[0], text_of(r));
}

static bool add_wire(Config *config, char **words) {
        SimPlace from, to;
        int r;

        if (!read_place(config, words, &from) || !read_place(config, words + 2, &to))
                return false;
        r = sim_wire(config->sim, from, to);
        return r == 0 || fail(config, "wire to %s %s: %s", words[2], words[3], text_of(r));
}

static bool add_pull(Config *config, char **words) {
        bool is_up = strcmp(words[2], "up") == 0;
        SimPlace place;
        int r;

        if (!is_up && strcmp(words[2], "down") != 0)
                return fail(config, "a pin is pulled 'up' or 'down', not '%s'", words[2]);
        if (!read_place(config, words, &place))
                return false;
        r = sim_pull(config->sim, place, is_up);
        return r == 0 || fail(config, "pull of %s %s: %s", words[0], words[1], text_of(r));
}

static bool add_chip(Config *config, char **words) {
        if (!is_new_name(config, words[0]))
                return false;
        if (!config->add_chip)
                return fail(config, "this driver was built without chips of the host (libgpiod)");
        return config->add_chip(config->bank, words[0], words[1], config->error, sizeof config->error) == 0;
}

static bool set_absent(Config *config, char **words) {
        (void)words;
        config->is_absent = true;
        return true;
}

static const Statement statements[] = {
        {"port", "port NAME PINS", 3, add_port},
        {"wire", "wire PORT PIN PORT PIN", 5, add_wire},
        {"pull", "pull PORT PIN up|down", 4, add_pull},
        {"chip", "chip NAME GRANT", 3, add_chip},
        {"absent", "absent", 1, set_absent},
};

/* False: too many words. */
static bool split(Words *words, const char *line, size_t size) {
        char *rest = words->text, *word;

        memcpy(words->text, line, size);
        words->text[size] = '\0';
        words->text[strcspn(words->text, "#")] = '\0';
        words->n = 0;
        while ((word = strtok_r(rest, BLANKS, &rest))) {
                if (words->n == WORDS_MAX)
                        return false;
                words->list[words->n++] = word;
        }
        return true;
}

static bool run_line(Config *config, const char *line, size_t size) {
        Words words;

        if (size > CONF_LINE_MAX)
                return fail(config, "the line has more than %u bytes", CONF_LINE_MAX);
        if (memchr(line, '\0', size) || !split(&words, line, size))
                return fail(config, "the line is no statement: port, wire, pull, chip or absent");
        if (words.n == 0)
                return true;
        for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
                if (strcmp(words.list[0], statements[i].name) != 0)
                        continue;
                if (words.n != statements[i].n_words)
                        return fail(config, "write: %s", statements[i].usage);
                return statements[i].run(config, words.list + 1);
        }
        return fail(
                config, "unknown word '%.32s'; there are port, wire, pull, chip and absent", words.list[0]);
}

bool conf_line(Config *config, const char *line) {
        return run_line(config, line, strlen(line));
}

bool conf_text(Config *config, const char *text, size_t size, unsigned *ret_line) {
        const char *at = text, *end = text + size;

        for (*ret_line = 1; at < end; ++*ret_line) {
                const char *newline = memchr(at, '\n', (size_t)(end - at));
                size_t length = (size_t)((newline ? newline : end) - at);

                if (!run_line(config, at, length))
                        return false;
                at += length + (newline != NULL);
        }
        return true;
}

bool conf_complete(Config *config) {
        uint32_t n_ports = bank_count_ports(config->bank);

        if (config->is_absent)
                return n_ports == 0 || fail(config, "'absent' says that there is no port, but there is one");
        return n_ports > 0 || conf_line(config, "port gpio0 28");
}
