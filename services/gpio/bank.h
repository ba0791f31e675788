/* SPDX-License-Identifier: MIT */
/*
 * Bank: ports of pins, who owns which pin, and what each owner has yet to hear of.
 *
 * Knows neither processes nor devices: owners are numbers of whoever calls it, and what moves the pins is a
 * back end (PortOps). A pin has at most one owner, who gave it its mode. Events go to the owner of the pin,
 * in the order in which they happened, into a queue for each port that he has open.
 *
 * All of it is under one lock, which the caller holds: each function below wants it but bank_new and
 * bank_free. Errors: 0, or a BANK_E_* code.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "ring.h"

#define BANK_PORTS_MAX   8u     /* a user event of the session's object each */
#define BANK_PINS_MAX    256u   /* of one port */
#define BANK_NAME_MAX    31u    /* bytes of a port's name, without the zero */
#define BANK_OWNERS_MAX  64u    /* clients at a time */
#define BANK_EVENTS_MAX  8192u  /* queued for one owner at one port */
#define BANK_TAPS_MAX    8u     /* onlookers at a time */
#define BANK_CHANGES_MAX 16384u /* queued for one of these */

enum {
        BANK_E_PORT = 1,    /* no port has that name */
        BANK_E_PIN,         /* the port has no such pin */
        BANK_E_MODE,        /* not one direction, or a bit that means nothing */
        BANK_E_VALUE,       /* neither 0 nor 1 */
        BANK_E_BUSY,        /* the pin has another owner */
        BANK_E_NOT_SET,     /* the pin has no mode */
        BANK_E_DIRECTION,   /* the pin is an input */
        BANK_E_IS_OPEN,     /* the owner has the port open already */
        BANK_E_NOT_OPEN,    /* the owner has no such port open */
        BANK_E_OWNERS,      /* BANK_OWNERS_MAX, or that number is in use */
        BANK_E_TAPS,        /* BANK_TAPS_MAX */
        BANK_E_UNSUPPORTED, /* the back end can't do that */
        BANK_E_DEVICE,      /* the device failed */
        BANK_E_MEMORY,
        BANK_E_MAX
};

/* Bits of a mode, and types of events: the numbers of kl.drivers.GPIO. */
#define MODE_IN         0x01u
#define MODE_OUT        0x02u
#define MODE_RISE       0x10u
#define MODE_FALL       0x20u
#define MODE_LOW        0x40u
#define MODE_HIGH       0x80u
#define MODE_DIRECTIONS (MODE_IN | MODE_OUT)
#define MODE_EVENTS     (MODE_RISE | MODE_FALL | MODE_LOW | MODE_HIGH)

enum { PIN_RISES = 1, PIN_FALLS, PIN_IS_LOW, PIN_IS_HIGH };

typedef struct Bank Bank;

/* What a back end does for one port. `state` is its own. All return 0 or a BANK_E_* code. */
typedef struct PortOps {
        /* An output begins low. If it fails the pin has no mode any more, as after release(). */
        int (*set_mode)(void *state, uint32_t pin, uint32_t mode);
        void (*release)(void *state, uint32_t pin);
        int (*out)(void *state, uint32_t pin, uint32_t value);
        int (*in)(void *state, uint32_t pin, uint32_t *ret_value);
        void (*free)(void *state); /* may be NULL */
} PortOps;

/* One event, as a client gets it. */
typedef struct PinEvent {
        uint64_t time; /* ns, CLOCK_MONOTONIC */
        uint32_t pin;
        uint32_t type; /* PIN_* */
} PinEvent;

/* One change, as an onlooker gets it: what the pin is now. */
typedef struct PinChange {
        uint64_t time;
        uint64_t owner; /* 0: nobody */
        uint16_t port, pin;
        uint8_t level;
        uint8_t mode;
} PinChange;

typedef struct BankHost {
        /* An owner's queue at a port, which he found empty, has events. Called under the lock. */
        void (*ring)(void *arg, uint64_t owner, uint32_t port);
        /* So has the queue of an onlooker. */
        void (*show)(void *arg);
        void *arg;
} BankHost;

Bank *bank_new(const BankHost *host); /* NULL: no memory */
Bank *bank_free(Bank *bank);
void bank_lock(Bank *bank);
void bank_unlock(Bank *bank);
void bank_wait(Bank *bank, pthread_cond_t *condition);

/* --- making ports --- */

/* name: a new one, 1 .. BANK_NAME_MAX bytes. n_pins: 1 .. BANK_PINS_MAX. Takes `state` with 0. BANK_E_PORT:
 * too many ports; BANK_E_MEMORY. */
int bank_add_port(
        Bank *bank, const char *name, uint32_t n_pins, const PortOps *ops, void *state, uint32_t *ret_port);
uint32_t bank_count_ports(const Bank *bank);
const char *bank_name_port(const Bank *bank, uint32_t port);
uint32_t bank_count_pins(const Bank *bank, uint32_t port);
int bank_find_port(const Bank *bank, const char *name, uint32_t *ret_port);

/* --- what clients do --- */

/* owner: not 0. name: shown to onlookers; its first BANK_NAME_MAX bytes are copied. */
int bank_begin(Bank *bank, uint64_t owner, const char *name);
const char *bank_name_owner(const Bank *bank, uint64_t owner); /* "-" if there is no such owner */
void bank_end(Bank *bank, uint64_t owner); /* gives all back; nothing if there is no such owner */

int bank_open(Bank *bank, uint64_t owner, const char *name, uint32_t *ret_port);
int bank_close(Bank *bank, uint64_t owner, uint32_t port);
int bank_set_mode(Bank *bank, uint64_t owner, uint32_t port, uint32_t pin, uint32_t mode);
int bank_release_mode(Bank *bank, uint64_t owner, uint32_t port, uint32_t pin);
int bank_out(Bank *bank, uint64_t owner, uint32_t port, uint32_t pin, uint32_t value);
int bank_in(Bank *bank, uint64_t owner, uint32_t port, uint32_t pin, uint32_t *ret_value);

/* Takes up to n_max events, with what ring_take() says. If none are left, host.ring() tells of the next one.
 */
int bank_take(Bank *bank, uint64_t owner, uint32_t port, uint32_t n_max, PinEvent *events, uint32_t *ret_n,
        uint64_t *ret_lost);

/* --- what back ends say --- */

/* The level of a pin, 0 or 1. Something happened only if it is another than before. time 0: now. */
void bank_moved(Bank *bank, uint32_t port, uint32_t pin, uint32_t level, uint64_t time);
uint64_t bank_now(void); /* the clock of events */

/* --- looking on --- */

/* How a pin is now; port and pin exist. */
PinChange bank_look(const Bank *bank, uint32_t port, uint32_t pin);
/* From now on changes of all pins are queued. */
int bank_tap_begin(Bank *bank, uint32_t *ret_tap);
void bank_tap_end(Bank *bank, uint32_t tap);
uint32_t bank_tap_take(Bank *bank, uint32_t tap, uint32_t n_max, PinChange *changes, uint64_t *ret_lost);
