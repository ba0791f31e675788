/* SPDX-License-Identifier: MIT */
/*
 * Panel: pins as a picture of text, which is drawn over itself on a terminal.
 */
#pragma once

#include <stdio.h>

#include "pins.h"

typedef struct Panel {
        FILE *out;
        unsigned n_lines; /* drawn last: how far up it begins */
        unsigned width;   /* columns of the terminal */
        bool has_color;
} Panel;

/* Draws all ports. Pins in groups of a row each; below that what the pins in use are. */
void panel_draw(Panel *panel, const Pins *pins);
/* "in", "in rise fall", "out", "-"; in buf. */
#define PANEL_MODE_SIZE 40u
const char *panel_mode(unsigned mode, char buf[PANEL_MODE_SIZE]);
