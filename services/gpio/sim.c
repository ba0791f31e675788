/* SPDX-License-Identifier: MIT */
/*
 * Sim: see sim.h.
 */
#include "sim.h"

#include <stdlib.h>

#define NO_WIRE UINT32_MAX

typedef struct SimPin {
        uint8_t is_out;
        uint8_t value;   /* of an output */
        uint8_t outside; /* SIM_NOTHING: nobody holds it */
        uint8_t pull;
        uint32_t source;     /* the wire to it, or NO_WIRE */
        uint32_t first_wire; /* from it, or NO_WIRE */
} SimPin;

/* What the bank knows as the state of a port. */
typedef struct SimPort {
        Sim *sim;
        uint32_t port; /* its number in the bank */
        uint32_t n_pins;
        SimPin *pins;
} SimPort;

typedef struct Wire {
        SimPlace from, to;
        uint32_t next; /* from the same pin */
} Wire;

struct Sim {
        Bank *bank;
        SimPort *ports[BANK_PORTS_MAX]; /* by number; NULL: another back end's */
        Wire wires[SIM_WIRES_MAX];
        uint32_t n_wires;
};

static SimPin *pin_at(const Sim *sim, SimPlace place) {
        return &sim->ports[place.port]->pins[place.pin];
}

static uint32_t level_of(const Sim *sim, const SimPin *pin) {
        const SimPin *source = pin->source != NO_WIRE ? pin_at(sim, sim->wires[pin->source].from) : NULL;

        if (pin->is_out)
                return pin->value;
        if (source && source->is_out)
                return source->value;
        return pin->outside != SIM_NOTHING ? pin->outside : pin->pull;
}

static void say(const Sim *sim, SimPlace place) {
        bank_moved(sim->bank, place.port, place.pin, level_of(sim, pin_at(sim, place)), 0);
}

static void update(const Sim *sim, SimPlace place) {
        say(sim, place);
        for (uint32_t i = pin_at(sim, place)->first_wire; i != NO_WIRE; i = sim->wires[i].next)
                say(sim, sim->wires[i].to);
}

/* --- what the bank asks for --- */

static int set_mode(void *state, uint32_t pin, uint32_t mode) {
        SimPort *port = state;

        port->pins[pin].is_out = (mode & MODE_OUT) != 0;
        port->pins[pin].value = 0;
        update(port->sim, (SimPlace){port->port, pin});
        return 0;
}

static void release(void *state, uint32_t pin) {
        (void)set_mode(state, pin, MODE_IN);
}

static int out(void *state, uint32_t pin, uint32_t value) {
        SimPort *port = state;

        port->pins[pin].value = (uint8_t)value;
        update(port->sim, (SimPlace){port->port, pin});
        return 0;
}

static int in(void *state, uint32_t pin, uint32_t *ret_value) {
        SimPort *port = state;

        *ret_value = level_of(port->sim, &port->pins[pin]);
        return 0;
}

static void port_free(void *state) {
        SimPort *port = state;

        free(port->pins);
        free(port);
}

/* --- making --- */

Sim *sim_new(Bank *bank) {
        Sim *sim = calloc(1, sizeof *sim);

        if (sim)
                sim->bank = bank;
        return sim;
}

Sim *sim_free(Sim *sim) {
        free(sim);
        return NULL;
}

static SimPort *port_new(Sim *sim, uint32_t n_pins) {
        SimPort *port = calloc(1, sizeof *port);

        if (!port)
                return NULL;
        *port = (SimPort){.sim = sim, .n_pins = n_pins, .pins = calloc(n_pins, sizeof *port->pins)};
        if (!port->pins) {
                free(port);
                return NULL;
        }
        for (uint32_t i = 0; i < n_pins; i++)
                port->pins[i] = (SimPin){.outside = SIM_NOTHING, .source = NO_WIRE, .first_wire = NO_WIRE};
        return port;
}

int sim_add_port(Sim *sim, const char *name, uint32_t n_pins) {
        static const PortOps ops = {
                .set_mode = set_mode, .release = release, .out = out, .in = in, .free = port_free};
        SimPort *port = port_new(sim, n_pins);
        int r;

        if (!port)
                return BANK_E_MEMORY;
        r = bank_add_port(sim->bank, name, n_pins, &ops, port, &port->port);
        if (r)
                port_free(port);
        else
                sim->ports[port->port] = port;
        return r;
}

static int check(const Sim *sim, SimPlace place) {
        if (place.port >= BANK_PORTS_MAX || !sim->ports[place.port])
                return BANK_E_PORT;
        return place.pin < sim->ports[place.port]->n_pins ? 0 : BANK_E_PIN;
}

int sim_wire(Sim *sim, SimPlace from, SimPlace to) {
        int r = check(sim, from);
        SimPin *pin;

        if (r == 0)
                r = check(sim, to);
        if (r)
                return r;
        if (sim->n_wires == SIM_WIRES_MAX || (from.port == to.port && from.pin == to.pin))
                return BANK_E_UNSUPPORTED;
        if (pin_at(sim, to)->source != NO_WIRE)
                return BANK_E_BUSY;
        pin = pin_at(sim, from);
        sim->wires[sim->n_wires] = (Wire){.from = from, .to = to, .next = pin->first_wire};
        pin_at(sim, to)->source = sim->n_wires;
        pin->first_wire = sim->n_wires++;
        update(sim, from);
        return 0;
}

int sim_pull(Sim *sim, SimPlace place, uint32_t level) {
        int r = check(sim, place);

        if (r)
                return r;
        if (level > 1)
                return BANK_E_VALUE;
        pin_at(sim, place)->pull = (uint8_t)level;
        say(sim, place);
        return 0;
}

int sim_set(Sim *sim, SimPlace place, uint32_t level) {
        int r = check(sim, place);

        if (r)
                return r;
        if (level > SIM_NOTHING)
                return BANK_E_VALUE;
        pin_at(sim, place)->outside = (uint8_t)level;
        say(sim, place);
        return 0;
}
