/* SPDX-License-Identifier: MIT */
/*
 * A port that the process has open: its events, and who waits for them.
 *
 * Events are fetched in batches, by one thread at a time: whichever wants one first. It sorts them into two
 * queues, of pins with a callback and of others, and wakes the rest.
 */
#pragma once

#include <gpio/gpio.h>

#include <pthread.h>
#include <stdbool.h>

#include "client_call.h"
#include "ring.h"

#define QUEUE_MAX 4096u /* events of each of the two queues */

typedef enum EventQueue { QUEUE_PLAIN, QUEUE_CALLED, QUEUES } EventQueue;

typedef struct Callback {
        GpioEventCb cb; /* NULL: none */
        void *ctx;
} Callback;

typedef struct GpioPort {
        _Atomic bool is_open;
        bool is_made; /* lock and condition, which stay for threads that come too late */
        uint32_t number;
        uint32_t n_pins;

        pthread_mutex_t lock; /* of what follows */
        pthread_cond_t changed;
        bool is_closing;   /* stays true until the place is used again */
        bool is_fetching;  /* a thread does; the batch is its own */
        uint32_t n_inside; /* threads that use the port */
        Notice notice;     /* INVALID_HANDLE: nobody has waited yet */
        Ring queues[QUEUES];
        uint64_t n_lost; /* since it was opened */
        CallEvents batch;
        Callback callbacks[GPIO_PINS_MAX];
        _Atomic bool has_thread; /* that calls the callbacks */
        pthread_t thread;
        uint32_t running; /* the pin whose callback runs, or NO_PIN */
} GpioPort;

#define NO_PIN UINT32_MAX

/* Prepares a port that the driver has opened. */
Retcode port_begin(GpioPort *port, uint32_t number, uint32_t n_pins);
/* Waits until nobody is inside. */
void port_end(GpioPort *port);

/* What was taken. n_lost not 0: so many were lost here, and there is no event. */
typedef struct Taken {
        kl_drivers_GPIO_Event event;
        uint64_t n_lost;
} Taken;

/* Takes the next event of a queue. rcOk, rcTimeout, rcAbort: the port is being closed; or why it can't be
 * fetched. */
Retcode port_take(GpioPort *port, EventQueue queue, uint32_t timeout_ms, Taken *ret_taken);

Retcode port_set_callback(GpioPort *port, uint32_t pin, GpioEventCb cb, void *ctx);
Retcode port_clear_callback(GpioPort *port, uint32_t pin);
bool port_is_callback(GpioPort *port); /* the calling thread is the one that calls them */
