/* SPDX-License-Identifier: MIT */
/*
 * VCD: levels of pins over time, as a Value Change Dump (IEEE 1364), which waveform viewers read.
 *
 * One scope a port, one wire a pin; times in nanoseconds from when it was begun.
 */
#pragma once

#include <stdio.h>

#include "pins.h"

typedef struct Vcd {
        FILE *out;
        uint64_t start;                           /* ns */
        uint64_t last;                            /* time that was written last, from the start */
        uint32_t first[PINS_PORTS_MAX];           /* number of a port's first wire */
        uint8_t levels[PINS_PORTS_MAX][PINS_MAX]; /* what was written last */
} Vcd;

/* Writes the head, with all pins as they are now (ns, the clock of changes). */
void vcd_begin(Vcd *vcd, FILE *out, const Pins *pins, uint64_t now);
/* A pin has changed; nothing is written if its level hasn't. A time that runs backwards counts as the last
 * one. */
void vcd_change(Vcd *vcd, const Pins *pins, uint32_t port, uint32_t pin);
/* Repeats the last time, so that the last levels have a length. */
void vcd_end(Vcd *vcd, uint64_t time);
