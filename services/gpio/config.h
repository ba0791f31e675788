/* SPDX-License-Identifier: MIT */
/*
 * Config: which ports there are, one statement a line.
 *
 *      port NAME PINS                simulated
 *      wire PORT PIN PORT PIN        from an output to an input; simulated ports
 *      pull PORT PIN up|down         level of a pin that nobody drives; simulated ports
 *      chip NAME GRANT               a GPIO chip of the host, granted under that name
 *      absent                        no port at all, as on a board without pins
 *
 * '#' begins a comment. Ports are numbered in the order of their lines. Nothing said: "port gpio0 28".
 */
#pragma once

#include <stddef.h>

#include "sim.h"

#define CONF_FILE_MAX  65536u /* bytes of a configuration file */
#define CONF_LINE_MAX  255u   /* bytes of a line */
#define CONF_ERROR_MAX 320u

typedef struct Config {
        Bank *bank;
        Sim *sim;
        /* Adds the port of a chip; NULL: built without. Says why not in `error`. */
        int (*add_chip)(Bank *bank, const char *name, const char *grant, char *error, size_t error_size);
        bool is_absent;
        char error[CONF_ERROR_MAX]; /* what is wrong with the last line, and what to do */
} Config;

/* False: config->error says why. */
bool conf_line(Config *config, const char *line);
/* size bytes, with lines. *ret_line: the number of the wrong one. */
bool conf_text(Config *config, const char *text, size_t size, unsigned *ret_line);
/* After all lines. */
bool conf_complete(Config *config);
