/* SPDX-License-Identifier: MIT */
/*
 * Panel: see panel.h.
 */
#include "panel.h"

#include <stdarg.h>
#include <string.h>

#define CELL 4u /* columns of a pin: " 12 " above " *  " */

/* Lamps: a pin that is high, low, and one that nobody uses. */
#define HIGH "*"
#define LOW  "o"
#define IDLE "."

const char *panel_mode(unsigned mode, char buf[PANEL_MODE_SIZE]) {
        static const struct {
                unsigned bit;
                const char *name;
        } bits[] = {{PIN_MODE_IN, "in"}, {PIN_MODE_OUT, "out"}, {0x10, " rise"}, {0x20, " fall"},
                {0x40, " low"}, {0x80, " high"}};
        size_t n = 0;

        buf[0] = '\0';
        for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
                if (mode & bits[i].bit)
                        n += (size_t)snprintf(buf + n, PANEL_MODE_SIZE - n, "%s", bits[i].name);
        return n ? buf : "-";
}

/* One line; what was there before behind its end goes. */
__attribute__((format(printf, 2, 3))) static void line(Panel *panel, const char *format, ...) {
        va_list args;

        va_start(args, format);
        (void)vfprintf(panel->out, format, args);
        va_end(args);
        (void)fputs("\033[K\n", panel->out);
        panel->n_lines++;
}

static void put_lamp(const Panel *panel, const Pin *pin) {
        const char *lamp = pin->mode == 0 && !pin->level ? IDLE : pin->level ? HIGH : LOW;
        const char *color = !panel->has_color ? NULL
                            : pin->level      ? "\033[1;32m"
                            : pin->mode       ? "\033[2m"
                                              : NULL;

        (void)fprintf(panel->out, "%s%3s %s", color ? color : "", lamp, color ? "\033[0m" : "");
}

static void draw_row(Panel *panel, const PinPort *port, uint32_t first, uint32_t n) {
        (void)fputs("      ", panel->out);
        for (uint32_t i = first; i < first + n; i++)
                (void)fprintf(panel->out, "%3u ", i);
        line(panel, "%s", "");
        (void)fputs("      ", panel->out);
        for (uint32_t i = first; i < first + n; i++)
                put_lamp(panel, &port->pins[i]);
        line(panel, "%s", "");
}

static void draw_port(Panel *panel, const PinPort *port) {
        uint32_t a_row = panel->width > 6 + CELL ? (panel->width - 6) / CELL : 1;
        char mode[PANEL_MODE_SIZE];

        line(panel, "%s", port->name);
        for (uint32_t i = 0; i < port->n_pins; i += a_row)
                draw_row(panel, port, i, port->n_pins - i < a_row ? port->n_pins - i : a_row);
        for (uint32_t i = 0; i < port->n_pins; i++)
                if (port->pins[i].mode)
                        line(panel, "  %3u %u %-14s %s", i, port->pins[i].level,
                                panel_mode(port->pins[i].mode, mode), port->pins[i].owner);
}

void panel_draw(Panel *panel, const Pins *pins) {
        if (panel->n_lines > 0)
                (void)fprintf(panel->out, "\033[%uA\r", panel->n_lines);
        panel->n_lines = 0;
        for (uint32_t i = 0; i < PINS_PORTS_MAX; i++)
                if (pins->ports[i].n_pins > 0)
                        draw_port(panel, &pins->ports[i]);
        if (pins->n_lost > 0)
                line(panel, "%llu changes were too fast to be shown", (unsigned long long)pins->n_lost);
        (void)fputs("\033[J", panel->out); /* lines of before that are not there any more */
        (void)fflush(panel->out);
}
