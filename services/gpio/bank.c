/* SPDX-License-Identifier: MIT */
/*
 * Bank: see bank.h.
 */
#include "bank.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Pin {
        uint64_t owner; /* 0: nobody */
        uint8_t mode;   /* 0 when nobody owns it */
        uint8_t level;  /* the last that the back end said */
} Pin;

typedef struct Port {
        char name[BANK_NAME_MAX + 1];
        const PortOps *ops;
        void *state;
        uint32_t n_pins;
        Pin *pins;
} Port;

/* A port that an owner has open. */
typedef struct Opened {
        bool is_open;
        bool is_awaited; /* the queue was found empty: host.ring() is due */
        Ring events;     /* made with the first mode that asks for events */
} Opened;

typedef struct Owner {
        uint64_t id; /* 0: free place */
        char name[BANK_NAME_MAX + 1];
        Opened ports[BANK_PORTS_MAX];
} Owner;

typedef struct Tap {
        bool is_used;
        bool is_awaited;
        Ring changes;
} Tap;

struct Bank {
        BankHost host;
        pthread_mutex_t lock;
        Port ports[BANK_PORTS_MAX];
        uint32_t n_ports;
        Owner owners[BANK_OWNERS_MAX];
        Tap taps[BANK_TAPS_MAX];
        uint32_t n_taps;
};

/* --- making --- */

Bank *bank_new(const BankHost *host) {
        Bank *bank = calloc(1, sizeof *bank);

        if (!bank)
                return NULL;
        bank->host = *host;
        (void)pthread_mutex_init(&bank->lock, NULL);
        return bank;
}

Bank *bank_free(Bank *bank) {
        if (!bank)
                return NULL;
        for (uint32_t i = 0; i < BANK_OWNERS_MAX; i++)
                bank_end(bank, bank->owners[i].id);
        for (uint32_t i = 0; i < BANK_TAPS_MAX; i++)
                ring_deinit(&bank->taps[i].changes);
        for (uint32_t i = 0; i < bank->n_ports; i++) {
                if (bank->ports[i].ops->free)
                        bank->ports[i].ops->free(bank->ports[i].state);
                free(bank->ports[i].pins);
        }
        (void)pthread_mutex_destroy(&bank->lock);
        free(bank);
        return NULL;
}

void bank_lock(Bank *bank) {
        (void)pthread_mutex_lock(&bank->lock);
}

void bank_unlock(Bank *bank) {
        (void)pthread_mutex_unlock(&bank->lock);
}

void bank_wait(Bank *bank, pthread_cond_t *condition) {
        (void)pthread_cond_wait(condition, &bank->lock);
}

int bank_add_port(
        Bank *bank, const char *name, uint32_t n_pins, const PortOps *ops, void *state, uint32_t *ret_port) {
        Port *port = &bank->ports[bank->n_ports];
        Pin *pins;

        if (bank->n_ports == BANK_PORTS_MAX)
                return BANK_E_PORT;
        pins = calloc(n_pins, sizeof *pins);
        if (!pins)
                return BANK_E_MEMORY;
        *port = (Port){.ops = ops, .state = state, .n_pins = n_pins, .pins = pins};
        memcpy(port->name, name, strnlen(name, BANK_NAME_MAX));
        *ret_port = bank->n_ports++;
        return 0;
}

uint32_t bank_count_ports(const Bank *bank) {
        return bank->n_ports;
}

const char *bank_name_port(const Bank *bank, uint32_t port) {
        return bank->ports[port].name;
}

uint32_t bank_count_pins(const Bank *bank, uint32_t port) {
        return bank->ports[port].n_pins;
}

int bank_find_port(const Bank *bank, const char *name, uint32_t *ret_port) {
        for (uint32_t i = 0; i < bank->n_ports; i++) {
                if (strcmp(bank->ports[i].name, name) != 0)
                        continue;
                *ret_port = i;
                return 0;
        }
        return BANK_E_PORT;
}

/* --- onlookers --- */

uint64_t bank_now(void) {
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

PinChange bank_look(const Bank *bank, uint32_t port, uint32_t pin) {
        const Pin *p = &bank->ports[port].pins[pin];

        return (PinChange){.owner = p->owner,
                .port = (uint16_t)port,
                .pin = (uint16_t)pin,
                .level = p->level,
                .mode = p->mode};
}

/* time 0: now. Nobody pays for it while nobody looks. */
static void show_change(Bank *bank, uint32_t port, uint32_t pin, uint64_t time) {
        PinChange change;
        bool is_awaited = false;

        if (bank->n_taps == 0)
                return;
        change = bank_look(bank, port, pin);
        change.time = time ? time : bank_now();
        for (uint32_t i = 0; i < BANK_TAPS_MAX; i++) {
                Tap *tap = &bank->taps[i];

                if (!tap->is_used)
                        continue;
                (void)ring_put(&tap->changes, &change);
                is_awaited = is_awaited || tap->is_awaited;
                tap->is_awaited = false;
        }
        if (is_awaited)
                bank->host.show(bank->host.arg);
}

int bank_tap_begin(Bank *bank, uint32_t *ret_tap) {
        for (uint32_t i = 0; i < BANK_TAPS_MAX; i++) {
                Tap *tap = &bank->taps[i];

                if (tap->is_used)
                        continue;
                if (ring_init(&tap->changes, sizeof(PinChange), BANK_CHANGES_MAX) < 0)
                        return BANK_E_MEMORY;
                tap->is_used = true;
                tap->is_awaited = true;
                bank->n_taps++;
                *ret_tap = i;
                return 0;
        }
        return BANK_E_TAPS;
}

void bank_tap_end(Bank *bank, uint32_t tap) {
        ring_deinit(&bank->taps[tap].changes);
        bank->taps[tap].is_used = false;
        bank->n_taps--;
}

uint32_t bank_tap_take(Bank *bank, uint32_t tap, uint32_t n_max, PinChange *changes, uint64_t *ret_lost) {
        Tap *t = &bank->taps[tap];
        uint32_t n = ring_take(&t->changes, changes, n_max, ret_lost);

        t->is_awaited = t->changes.n_items == 0;
        return n;
}

/* --- owners --- */

/* Their numbers are counted, so the first place to look at is mostly the right one. */
static Owner *find_owner(Bank *bank, uint64_t id) {
        for (uint32_t i = 0; i < BANK_OWNERS_MAX; i++) {
                Owner *owner = &bank->owners[(id + i) % BANK_OWNERS_MAX];

                if (owner->id == id)
                        return owner;
        }
        return NULL;
}

int bank_begin(Bank *bank, uint64_t id, const char *name) {
        Owner *owner;

        if (id == 0 || find_owner(bank, id))
                return BANK_E_OWNERS;
        for (uint32_t i = 0; i < BANK_OWNERS_MAX; i++) {
                owner = &bank->owners[(id + i) % BANK_OWNERS_MAX];
                if (owner->id != 0)
                        continue;
                *owner = (Owner){.id = id};
                memcpy(owner->name, name, strnlen(name, BANK_NAME_MAX));
                return 0;
        }
        return BANK_E_OWNERS;
}

const char *bank_name_owner(const Bank *bank, uint64_t id) {
        for (uint32_t i = 0; id && i < BANK_OWNERS_MAX; i++)
                if (bank->owners[i].id == id)
                        return bank->owners[i].name;
        return "-";
}

static void release_pin(Bank *bank, uint32_t port, uint32_t pin) {
        Port *p = &bank->ports[port];

        p->pins[pin].owner = 0;
        p->pins[pin].mode = 0;
        p->ops->release(p->state, pin);
        show_change(bank, port, pin, 0);
}

static void close_port(Bank *bank, Owner *owner, uint32_t port) {
        for (uint32_t i = 0; i < bank->ports[port].n_pins; i++)
                if (bank->ports[port].pins[i].owner == owner->id)
                        release_pin(bank, port, i);
        ring_deinit(&owner->ports[port].events);
        owner->ports[port] = (Opened){.is_open = false};
}

void bank_end(Bank *bank, uint64_t id) {
        Owner *owner = id ? find_owner(bank, id) : NULL;

        if (!owner)
                return;
        for (uint32_t i = 0; i < bank->n_ports; i++)
                if (owner->ports[i].is_open)
                        close_port(bank, owner, i);
        owner->id = 0;
}

/* --- ports --- */

/* NULL: that owner has no such port open. */
static Opened *find_opened(Bank *bank, uint64_t id, uint32_t port) {
        Owner *owner = id ? find_owner(bank, id) : NULL;

        return owner && port < bank->n_ports && owner->ports[port].is_open ? &owner->ports[port] : NULL;
}

int bank_open(Bank *bank, uint64_t id, const char *name, uint32_t *ret_port) {
        Owner *owner = id ? find_owner(bank, id) : NULL;
        uint32_t port;

        if (!owner)
                return BANK_E_NOT_OPEN;
        if (bank_find_port(bank, name, &port))
                return BANK_E_PORT;
        if (owner->ports[port].is_open)
                return BANK_E_IS_OPEN;
        owner->ports[port] = (Opened){.is_open = true, .is_awaited = true};
        *ret_port = port;
        return 0;
}

int bank_close(Bank *bank, uint64_t id, uint32_t port) {
        if (!find_opened(bank, id, port))
                return BANK_E_NOT_OPEN;
        close_port(bank, find_owner(bank, id), port);
        return 0;
}

/* --- pins --- */

/* The pin that an owner may use: his own one, or, if `or_free`, one of nobody. */
static int find_pin(Bank *bank, uint64_t id, uint32_t port, uint32_t pin, bool or_free, Pin **ret_pin) {
        Pin *p;

        if (!find_opened(bank, id, port))
                return BANK_E_NOT_OPEN;
        if (pin >= bank->ports[port].n_pins)
                return BANK_E_PIN;
        p = &bank->ports[port].pins[pin];
        if (p->owner != id && p->owner != 0)
                return BANK_E_BUSY;
        if (p->owner == 0 && !or_free)
                return BANK_E_NOT_SET;
        *ret_pin = p;
        return 0;
}

/* Events without a direction are those of an input. */
static uint32_t complete_mode(uint32_t mode) {
        return (mode & MODE_EVENTS) && !(mode & MODE_DIRECTIONS) ? mode | MODE_IN : mode;
}

static bool is_mode(uint32_t mode) {
        return (mode & ~(MODE_DIRECTIONS | MODE_EVENTS)) == 0 &&
               (mode == MODE_OUT || (mode & MODE_DIRECTIONS) == MODE_IN);
}

static void tell(Bank *bank, uint32_t port, uint32_t pin, uint32_t type, uint64_t time) {
        PinEvent event = {.time = time, .pin = pin, .type = type};
        uint64_t id = bank->ports[port].pins[pin].owner;
        Opened *opened = find_opened(bank, id, port);

        (void)ring_put(&opened->events, &event);
        if (opened->is_awaited) {
                opened->is_awaited = false;
                bank->host.ring(bank->host.arg, id, port);
        }
}

/* Whoever asks for a level is told of the one that there is. */
static void tell_level(Bank *bank, uint32_t port, uint32_t pin) {
        const Pin *p = &bank->ports[port].pins[pin];

        if ((p->mode & MODE_HIGH) && p->level)
                tell(bank, port, pin, PIN_IS_HIGH, bank_now());
        if ((p->mode & MODE_LOW) && !p->level)
                tell(bank, port, pin, PIN_IS_LOW, bank_now());
}

/* What the pin does while it gets its mode is no event: neither of the old mode nor of the new one. */
static int change_mode(Bank *bank, uint32_t port, uint32_t pin, uint32_t mode) {
        const Port *p = &bank->ports[port];
        bool was_owned = p->pins[pin].owner != 0;
        int r;

        p->pins[pin].mode = 0;
        r = p->ops->set_mode(p->state, pin, mode);
        if (r == 0) {
                p->pins[pin].mode = (uint8_t)mode;
        } else if (was_owned) {
                p->pins[pin].owner = 0;
                show_change(bank, port, pin, 0);
        }
        return r;
}

int bank_set_mode(Bank *bank, uint64_t id, uint32_t port, uint32_t pin, uint32_t mode) {
        Opened *opened = find_opened(bank, id, port);
        Pin *p;
        int r = find_pin(bank, id, port, pin, true, &p);

        mode = complete_mode(mode);
        if (r == 0 && !is_mode(mode))
                r = BANK_E_MODE;
        if (r == 0 && (mode & MODE_EVENTS) && !opened->events.items &&
                ring_init(&opened->events, sizeof(PinEvent), BANK_EVENTS_MAX) < 0)
                r = BANK_E_MEMORY;
        if (r == 0)
                r = change_mode(bank, port, pin, mode);
        if (r)
                return r;
        p->owner = id;
        show_change(bank, port, pin, 0);
        tell_level(bank, port, pin);
        return 0;
}

int bank_release_mode(Bank *bank, uint64_t id, uint32_t port, uint32_t pin) {
        Pin *p;
        int r = find_pin(bank, id, port, pin, false, &p);

        if (r == 0)
                release_pin(bank, port, pin);
        return r;
}

int bank_out(Bank *bank, uint64_t id, uint32_t port, uint32_t pin, uint32_t value) {
        Pin *p;
        int r = find_pin(bank, id, port, pin, false, &p);

        if (r)
                return r;
        if (!(p->mode & MODE_OUT))
                return BANK_E_DIRECTION;
        if (value > 1)
                return BANK_E_VALUE;
        return bank->ports[port].ops->out(bank->ports[port].state, pin, value);
}

int bank_in(Bank *bank, uint64_t id, uint32_t port, uint32_t pin, uint32_t *ret_value) {
        Pin *p;
        int r = find_pin(bank, id, port, pin, false, &p);

        return r ? r : bank->ports[port].ops->in(bank->ports[port].state, pin, ret_value);
}

int bank_take(Bank *bank, uint64_t id, uint32_t port, uint32_t n_max, PinEvent *events, uint32_t *ret_n,
        uint64_t *ret_lost) {
        Opened *opened = find_opened(bank, id, port);

        if (!opened)
                return BANK_E_NOT_OPEN;
        *ret_n = 0;
        *ret_lost = 0;
        if (opened->events.items)
                *ret_n = ring_take(&opened->events, events, n_max, ret_lost);
        opened->is_awaited = opened->events.n_items == 0;
        return 0;
}

/* --- back ends --- */

void bank_moved(Bank *bank, uint32_t port, uint32_t pin, uint32_t level, uint64_t time) {
        Pin *p = &bank->ports[port].pins[pin];

        if (p->level == level)
                return;
        p->level = (uint8_t)level;
        if (time == 0 && (bank->n_taps > 0 || (p->mode & MODE_EVENTS)))
                time = bank_now();
        show_change(bank, port, pin, time);
        if (p->mode & (level ? MODE_RISE : MODE_FALL))
                tell(bank, port, pin, level ? PIN_RISES : PIN_FALLS, time);
        if (p->mode & (level ? MODE_HIGH : MODE_LOW))
                tell(bank, port, pin, level ? PIN_IS_HIGH : PIN_IS_LOW, time);
}
