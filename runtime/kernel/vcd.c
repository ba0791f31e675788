/* SPDX-License-Identifier: MIT */
/*
 * VCD: see vcd.h.
 */
#include "vcd.h"

#include <inttypes.h>

#define ID_SIZE  4u
#define ID_FIRST '!' /* identifiers are made of the printable characters */
#define ID_BASE  94u

static const char *id_of(const Vcd *vcd, uint32_t port, uint32_t pin, char id[ID_SIZE]) {
        uint32_t number = vcd->first[port] + pin, n = 0;

        do {
                id[n++] = (char)(ID_FIRST + number % ID_BASE);
                number /= ID_BASE;
        } while (number > 0 && n < ID_SIZE - 1);
        id[n] = '\0';
        return id;
}

static void declare(Vcd *vcd, const Pins *pins, uint32_t port) {
        const PinPort *p = &pins->ports[port];
        char id[ID_SIZE];

        (void)fprintf(vcd->out, "$scope module %s $end\n", p->name);
        for (uint32_t i = 0; i < p->n_pins; i++)
                (void)fprintf(vcd->out, "$var wire 1 %s %s_%u $end\n", id_of(vcd, port, i, id), p->name, i);
        (void)fprintf(vcd->out, "$upscope $end\n");
}

static void put_level(Vcd *vcd, const Pins *pins, uint32_t port, uint32_t pin) {
        char id[ID_SIZE];

        vcd->levels[port][pin] = pins->ports[port].pins[pin].level;
        (void)fprintf(vcd->out, "%u%s\n", vcd->levels[port][pin], id_of(vcd, port, pin, id));
}

void vcd_begin(Vcd *vcd, FILE *out, const Pins *pins, uint64_t now) {
        uint32_t n = 0;

        *vcd = (Vcd){.out = out, .start = now};
        (void)fprintf(out, "$version caisson gpio wave $end\n$timescale 1 ns $end\n");
        for (uint32_t i = 0; i < PINS_PORTS_MAX; i++) {
                vcd->first[i] = n;
                n += pins->ports[i].n_pins;
                if (pins->ports[i].n_pins > 0)
                        declare(vcd, pins, i);
        }
        (void)fprintf(out, "$enddefinitions $end\n#0\n$dumpvars\n");
        for (uint32_t i = 0; i < PINS_PORTS_MAX; i++)
                for (uint32_t j = 0; j < pins->ports[i].n_pins; j++)
                        put_level(vcd, pins, i, j);
        (void)fprintf(out, "$end\n");
}

static void put_time(Vcd *vcd, uint64_t time) {
        uint64_t since = time > vcd->start ? time - vcd->start : 0;

        if (since <= vcd->last)
                return;
        vcd->last = since;
        (void)fprintf(vcd->out, "#%" PRIu64 "\n", since);
}

void vcd_change(Vcd *vcd, const Pins *pins, uint32_t port, uint32_t pin) {
        if (pins->ports[port].pins[pin].level == vcd->levels[port][pin])
                return;
        put_time(vcd, pins->time);
        put_level(vcd, pins, port, pin);
}

void vcd_end(Vcd *vcd, uint64_t time) {
        put_time(vcd, time);
        (void)fflush(vcd->out);
}
