/* SPDX-License-Identifier: MIT */
/*
 * Control: whoever runs the solution looks at the pins and sets those of simulated ports, through a local
 * socket that `caisson run` made for him (a grant with `control`). No client of the driver can reach it.
 *
 * Packets of text. A request is one packet of at most CTL_REQUEST_MAX bytes:
 *
 *      list                  how all pins are
 *      watch                 the same, then every change
 *      set PORT PIN 0|1|z    from outside; z: let go
 *
 * Answers are packets of whole lines:
 *
 *      port NUMBER NAME PINS
 *      pin TIME PORT PIN LEVEL MODE OWNER    time in ns, 0: how it was before; owner "-": nobody
 *      lost COUNT                            changes that the onlooker was too slow for
 *      ok
 *      error TEXT
 */
#pragma once

#include "sim.h"

#define CTL_REQUEST_MAX 127u
#define CTL_CLIENTS_MAX BANK_TAPS_MAX

typedef struct Control Control;

/* sim: NULL: nothing can be set. listen_fd: a listening socket of packets; taken with 0. Negative errno. */
int ctl_new(Bank *bank, Sim *sim, int listen_fd, Control **ret_control);
/* After ctl_run() has returned. */
Control *ctl_free(Control *control);
/* Serves until ctl_stop() is called, by one thread; then tells everybody what happened before. 0, or negative
 * errno. */
int ctl_run(Control *control);
void ctl_stop(Control *control); /* also from a signal handler */
/* For the bank's host: changes are there. Does not block. */
void ctl_wake(Control *control);
