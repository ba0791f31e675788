/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: what a driver of pins tells `caisson gpio`. Whatever the bytes are, what is known of the pins
 * stays within its bounds, names can be shown, and the panel and the wave made of it are finite text.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/panel.h"
#include "kernel/pins.h"
#include "kernel/vcd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void check_name(const char *name) {
        must(memchr(name, '\0', PINS_NAME_MAX + 1) != NULL);
        for (; *name; name++)
                must(*name > ' ' && *name < 0x7f);
}

static void check(const Pins *pins) {
        for (uint32_t i = 0; i < PINS_PORTS_MAX; i++) {
                check_name(pins->ports[i].name);
                must(pins->ports[i].n_pins <= PINS_MAX);
                for (uint32_t j = 0; j < pins->ports[i].n_pins; j++) {
                        check_name(pins->ports[i].pins[j].owner);
                        must(pins->ports[i].pins[j].level <= 1);
                }
        }
}

static void show(const Pins *pins, const PinLine *last) {
        static FILE *nowhere;
        static Vcd vcd;
        Panel panel = {.width = 80};

        if (!nowhere)
                nowhere = fopen("/dev/null", "we");
        panel.out = nowhere;
        panel_draw(&panel, pins);
        vcd_begin(&vcd, nowhere, pins, 1);
        if (last->news == PIN_CHANGED)
                vcd_change(&vcd, pins, last->port, last->pin);
        vcd_end(&vcd, pins->time);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Pins pins;
        char *text = malloc(size + 1), *rest = text;
        PinLine last = {.news = PIN_NOTHING};

        if (!text)
                return 0;
        memcpy(text, data, size);
        text[size] = '\0';
        memset(&pins, 0, sizeof pins);
        for (char *line; (line = strtok_r(rest, "\n", &rest));) {
                PinLine said = pins_read_line(&pins, line);

                must(said.news <= PIN_GARBLED);
                if (said.news == PIN_CHANGED) {
                        must(said.port < PINS_PORTS_MAX && said.pin < pins.ports[said.port].n_pins);
                        last = said;
                }
        }
        /* A port may have been told with fewer pins since. */
        if (last.news == PIN_CHANGED && last.pin >= pins.ports[last.port].n_pins)
                last.news = PIN_NOTHING;
        check(&pins);
        show(&pins, &last);
        free(text);
        return 0;
}
