/* SPDX-License-Identifier: MIT */
/*
 * Sim: ports of pins that are only there in memory.
 *
 * A pin has the level that its owner gives it, if it is an output; else that of the output it is wired to;
 * else what somebody set from outside; else that of its pull. Wires lead from one pin to others, not further.
 */
#pragma once

#include "bank.h"

#define SIM_WIRES_MAX 256u

typedef struct Sim Sim;

/* bank: borrowed, and must outlive it. NULL: no memory. */
Sim *sim_new(Bank *bank);
Sim *sim_free(Sim *sim);

/* Adds a port to the bank; codes of bank_add_port(). */
int sim_add_port(Sim *sim, const char *name, uint32_t n_pins);

/* Each of the following wants the bank's lock. Ports and pins: of this back end, else BANK_E_PORT,
 * BANK_E_PIN. */

/* From pin `from` to pin `to`. BANK_E_BUSY: `to` has a wire already; BANK_E_UNSUPPORTED: SIM_WIRES_MAX, or to
 * itself. */
typedef struct SimPlace {
        uint32_t port, pin;
} SimPlace;
int sim_wire(Sim *sim, SimPlace from, SimPlace to);
/* level: 0 or 1. */
int sim_pull(Sim *sim, SimPlace place, uint32_t level);

#define SIM_NOTHING 2u
/* level: 0, 1, or SIM_NOTHING: nobody outside holds the pin any more. */
int sim_set(Sim *sim, SimPlace place, uint32_t level);
