/* SPDX-License-Identifier: MIT */
/*
 * Pins: how the pins of a running solution's GPIO driver are, as its control tells.
 *
 * The driver is a process of the solution and not trusted: every line is taken apart with limits, and what is
 * shown of it has no control characters.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PINS_PORTS_MAX 16u
#define PINS_MAX       256u /* of one port */
#define PINS_NAME_MAX  31u
#define PINS_PACKET    65536u
#define PINS_CONTROL   "gpio" /* name of the driver's control */

typedef struct Pin {
        uint8_t level;
        uint8_t mode;                  /* PIN_MODE_*; 0: nobody's */
        char owner[PINS_NAME_MAX + 1]; /* "-": nobody */
} Pin;

#define PIN_MODE_IN     0x01u
#define PIN_MODE_OUT    0x02u
#define PIN_MODE_EVENTS 0xf0u

typedef struct PinPort {
        char name[PINS_NAME_MAX + 1]; /* empty: there is none of this number */
        uint32_t n_pins;
        Pin pins[PINS_MAX];
} PinPort;

typedef struct Pins {
        PinPort ports[PINS_PORTS_MAX];
        uint64_t n_lost; /* changes that we were too slow for */
        uint64_t time;   /* of the last change, ns */
        bool is_whole;   /* all ports have been told */
} Pins;

/* What a line said. */
typedef enum PinNews { PIN_NOTHING, PIN_CHANGED, PIN_LOST, PIN_OK, PIN_ERROR, PIN_GARBLED } PinNews;

typedef struct PinLine {
        PinNews news;
        uint32_t port, pin; /* PIN_CHANGED */
        bool is_old;        /* how it was before */
        const char *text;   /* PIN_ERROR: why; in the line */
} PinLine;

/* Takes one line, which it changes, and notes what it says. */
PinLine pins_read_line(Pins *pins, char *line);
