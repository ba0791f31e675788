/* SPDX-License-Identifier: MIT */
/*
 * Modes of the crossing: what they are called, which lamps are on, what may follow.
 */
#pragma once

#include <stddef.h>
#include <string.h>

/* Lamps are pins: of road A 0 to 2, of road B 3 to 5. */
enum { A_RED, A_YELLOW, A_GREEN, B_RED, B_YELLOW, B_GREEN, LAMPS };

#define LAMP(pin)      (1u << (pin))
#define MODE_NAME_SIZE 16

struct Mode {
        const char *name;
        unsigned lamps;
        unsigned next; /* bits of the modes that may follow */
};

enum { RED, A_READY, A_GOES, A_ENDS, B_READY, B_GOES, B_ENDS, MODES };

static const struct Mode modes[MODES] = {
        [RED] = {"red", LAMP(A_RED) | LAMP(B_RED), 1u << RED | 1u << A_READY | 1u << B_READY},
        [A_READY] = {"a_ready", LAMP(A_RED) | LAMP(A_YELLOW) | LAMP(B_RED), 1u << A_GOES | 1u << RED},
        [A_GOES] = {"a_green", LAMP(A_GREEN) | LAMP(B_RED), 1u << A_ENDS},
        [A_ENDS] = {"a_yellow", LAMP(A_YELLOW) | LAMP(B_RED), 1u << RED},
        [B_READY] = {"b_ready", LAMP(B_RED) | LAMP(B_YELLOW) | LAMP(A_RED), 1u << B_GOES | 1u << RED},
        [B_GOES] = {"b_green", LAMP(B_GREEN) | LAMP(A_RED), 1u << B_ENDS},
        [B_ENDS] = {"b_yellow", LAMP(B_YELLOW) | LAMP(A_RED), 1u << RED},
};

/* MODES: there is no such mode. */
static inline size_t find_mode(const char *name) {
        size_t i = 0;

        while (i < MODES && (!name || strcmp(modes[i].name, name) != 0))
                i++;
        return i;
}
