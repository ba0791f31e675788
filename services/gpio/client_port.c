/* SPDX-License-Identifier: MIT */
/*
 * An open port of a client: see client_port.h.
 */
#include "client_port.h"

#include <coresrv/handle/notice_api.h>
#include <coresrv/time/timeout.h>

#include <errno.h>
#include <string.h>
#include <time.h>

/* --- time --- */

typedef struct Deadline {
        bool is_never;
        struct timespec at; /* CLOCK_MONOTONIC */
} Deadline;

static Deadline deadline_in(uint32_t timeout_ms) {
        Deadline d = {.is_never = timeout_ms == INFINITE_TIMEOUT};

        (void)clock_gettime(CLOCK_MONOTONIC, &d.at);
        d.at.tv_sec += timeout_ms / 1000;
        d.at.tv_nsec += timeout_ms % 1000 * 1000000L;
        if (d.at.tv_nsec >= 1000000000L) {
                d.at.tv_nsec -= 1000000000L;
                d.at.tv_sec++;
        }
        return d;
}

/* Rounded up, so that waiting so long is enough. */
static rtl_uint64_t left_ms(const Deadline *d) {
        struct timespec now;
        int64_t ns;

        if (d->is_never)
                return INFINITE_TIMEOUT;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        ns = (int64_t)(d->at.tv_sec - now.tv_sec) * 1000000000 + (d->at.tv_nsec - now.tv_nsec);
        return ns > 0 ? (rtl_uint64_t)(ns + 999999) / 1000000 : 0;
}

/* --- fetching --- */

/* One thread at a time, without the lock. */
static Retcode prepare_notice(GpioPort *port) {
        Notice notice;
        Retcode rc;

        rc = KnNoticeCreate(&notice);
        if (rc != rcOk)
                return rc;
        rc = KnNoticeSubscribeToObject(notice, call_session(),
                (OBJECT_EVENT_USER(0) << port->number) | EVENT_OBJECT_DESTROYED, port->number);
        if (rc != rcOk) {
                (void)KnNoticeRelease(notice);
                return rc;
        }
        (void)pthread_mutex_lock(&port->lock);
        port->notice = notice; /* whoever closes the port wakes who waits there */
        (void)pthread_mutex_unlock(&port->lock);
        return rcOk;
}

static bool is_closing(GpioPort *port) {
        bool is;

        (void)pthread_mutex_lock(&port->lock);
        is = port->is_closing;
        (void)pthread_mutex_unlock(&port->lock);
        return is;
}

/* The queue was found empty. What has come since is signalled, but to a notice that was there by then: after
 * making one the queue must be looked at again. */
static Retcode wait_for_news(GpioPort *port, const Deadline *deadline) {
        EventDesc event;
        rtl_size_t n;
        rtl_uint64_t ms = left_ms(deadline);
        Retcode rc;

        if (ms == 0)
                return rcTimeout;
        if (port->notice == INVALID_HANDLE)
                return prepare_notice(port);
        if (is_closing(port))
                return rcAbort;
        rc = KnNoticeGetEvent(port->notice, ms, 1, &event, &n);
        return rc == rcOk && (event.eventMask & EVENT_OBJECT_DESTROYED) ? rcNotConnected : rc;
}

/* Fills the batch with at least one event or loss. */
static Retcode fetch(GpioPort *port, const Deadline *deadline) {
        Retcode rc;

        do {
                rc = call_get_events(port->number, kl_drivers_GPIO_EventsMax, &port->batch);
                if (rc != rcOk || port->batch.n_events > 0 || port->batch.n_lost > 0)
                        return rc;
                rc = wait_for_news(port, deadline);
        } while (rc == rcOk);
        return rc;
}

/* Under the lock. */
static void sort_batch(GpioPort *port) {
        const CallEvents *batch = &port->batch;

        for (uint32_t i = 0; i < batch->n_events; i++) {
                uint32_t pin = batch->events[i].pin;
                bool is_called = pin < port->n_pins && port->callbacks[pin].cb;

                if (!ring_put(&port->queues[is_called ? QUEUE_CALLED : QUEUE_PLAIN], &batch->events[i]))
                        port->n_lost++;
        }
        port->n_lost += batch->n_lost;
        for (EventQueue q = 0; q < QUEUES; q++)
                port->queues[q].n_lost += batch->n_lost;
}

/* --- taking --- */

static bool take_queued(GpioPort *port, EventQueue queue, Taken *taken) {
        Ring *ring = &port->queues[queue];
        uint64_t n_lost;

        *taken = (Taken){.n_lost = 0};
        if (ring->n_items == 0) {
                (void)ring_take(ring, NULL, 0, &taken->n_lost);
                return taken->n_lost != 0;
        }
        n_lost = ring->n_lost; /* said with the next call, behind this event */
        (void)ring_take(ring, &taken->event, 1, &taken->n_lost);
        ring->n_lost = n_lost;
        taken->n_lost = 0;
        return true;
}

/* Waits until somebody else has fetched. */
static Retcode wait_for_others(GpioPort *port, const Deadline *deadline) {
        int r = deadline->is_never ? pthread_cond_wait(&port->changed, &port->lock)
                                   : pthread_cond_timedwait(&port->changed, &port->lock, &deadline->at);

        return r == ETIMEDOUT ? rcTimeout : rcOk;
}

/* Under the lock, which it lets go of meanwhile. */
static Retcode fetch_for_all(GpioPort *port, const Deadline *deadline) {
        Retcode rc;

        port->is_fetching = true;
        (void)pthread_mutex_unlock(&port->lock);
        rc = fetch(port, deadline);
        (void)pthread_mutex_lock(&port->lock);
        port->is_fetching = false;
        if (rc == rcOk)
                sort_batch(port);
        (void)pthread_cond_broadcast(&port->changed);
        return rc;
}

Retcode port_take(GpioPort *port, EventQueue queue, uint32_t timeout_ms, Taken *ret_taken) {
        Deadline deadline = deadline_in(timeout_ms);
        Retcode rc = rcOk;

        (void)pthread_mutex_lock(&port->lock);
        port->n_inside++;
        while (rc == rcOk && !port->is_closing && !take_queued(port, queue, ret_taken))
                rc = port->is_fetching ? wait_for_others(port, &deadline) : fetch_for_all(port, &deadline);
        if (port->is_closing)
                rc = rcAbort;
        port->n_inside--;
        (void)pthread_cond_broadcast(&port->changed);
        (void)pthread_mutex_unlock(&port->lock);
        return rc;
}

/* --- callbacks --- */

static uint32_t value_of(uint32_t type) {
        return type == kl_drivers_GPIO_TypeEdgeRise || type == kl_drivers_GPIO_TypeLevelHigh;
}

/* Whoever ends the callback in between doesn't get the event. */
static void run_callback(GpioPort *port, const kl_drivers_GPIO_Event *event) {
        Callback callback = {.cb = NULL};

        (void)pthread_mutex_lock(&port->lock);
        if (event->pin < port->n_pins)
                callback = port->callbacks[event->pin];
        if (callback.cb)
                port->running = event->pin;
        (void)pthread_mutex_unlock(&port->lock);
        if (!callback.cb)
                return;
        callback.cb(port, event->pin, value_of(event->type), callback.ctx);
        (void)pthread_mutex_lock(&port->lock);
        port->running = NO_PIN;
        (void)pthread_cond_broadcast(&port->changed);
        (void)pthread_mutex_unlock(&port->lock);
}

static void *call_back(void *arg) {
        GpioPort *port = arg;
        Taken taken;

        while (port_take(port, QUEUE_CALLED, INFINITE_TIMEOUT, &taken) == rcOk)
                if (taken.n_lost == 0)
                        run_callback(port, &taken.event);
        return NULL;
}

Retcode port_set_callback(GpioPort *port, uint32_t pin, GpioEventCb cb, void *ctx) {
        Retcode rc = rcOk;

        (void)pthread_mutex_lock(&port->lock);
        if (port->callbacks[pin].cb)
                rc = rcAlreadyExists;
        else if (!port->has_thread && pthread_create(&port->thread, NULL, call_back, port) != 0)
                rc = rcOutOfMemory;
        if (rc == rcOk) {
                port->has_thread = true;
                port->callbacks[pin] = (Callback){.cb = cb, .ctx = ctx};
        }
        (void)pthread_mutex_unlock(&port->lock);
        return rc;
}

bool port_is_callback(GpioPort *port) {
        return port->has_thread && pthread_equal(port->thread, pthread_self());
}

Retcode port_clear_callback(GpioPort *port, uint32_t pin) {
        Retcode rc = rcOk;

        (void)pthread_mutex_lock(&port->lock);
        if (!port->callbacks[pin].cb)
                rc = rcResourceNotFound;
        port->callbacks[pin] = (Callback){.cb = NULL};
        while (port->running == pin && !port_is_callback(port))
                (void)pthread_cond_wait(&port->changed, &port->lock);
        (void)pthread_mutex_unlock(&port->lock);
        return rc;
}

/* --- from open to closed --- */

static void init_condition(pthread_cond_t *condition) {
        pthread_condattr_t attr;

        (void)pthread_condattr_init(&attr);
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void)pthread_cond_init(condition, &attr);
        (void)pthread_condattr_destroy(&attr);
}

static Retcode make_queues(Ring *queues) {
        queues[QUEUE_PLAIN] = queues[QUEUE_CALLED] = (Ring){.items = NULL};
        for (EventQueue q = 0; q < QUEUES; q++) {
                if (ring_init(&queues[q], sizeof(kl_drivers_GPIO_Event), QUEUE_MAX) == 0)
                        continue;
                ring_deinit(&queues[QUEUE_PLAIN]);
                return rcOutOfMemory;
        }
        return rcOk;
}

Retcode port_begin(GpioPort *port, uint32_t number, uint32_t n_pins) {
        Ring queues[QUEUES];
        Retcode rc = make_queues(queues);

        if (rc != rcOk)
                return rc;
        if (!port->is_made) {
                (void)pthread_mutex_init(&port->lock, NULL);
                init_condition(&port->changed);
                port->is_made = true;
        }
        (void)pthread_mutex_lock(&port->lock);
        port->number = number;
        port->n_pins = n_pins < GPIO_PINS_MAX ? n_pins : GPIO_PINS_MAX;
        port->has_thread = false;
        port->n_lost = 0;
        port->notice = INVALID_HANDLE;
        port->running = NO_PIN;
        memset(port->callbacks, 0, sizeof port->callbacks);
        memcpy(port->queues, queues, sizeof queues);
        port->is_closing = false;
        (void)pthread_mutex_unlock(&port->lock);
        return rcOk;
}

void port_end(GpioPort *port) {
        (void)pthread_mutex_lock(&port->lock);
        port->is_closing = true;
        (void)pthread_cond_broadcast(&port->changed);
        if (port->notice != INVALID_HANDLE)
                (void)KnNoticeDropAndWake(port->notice);
        while (port->n_inside > 0)
                (void)pthread_cond_wait(&port->changed, &port->lock);
        (void)pthread_mutex_unlock(&port->lock);
        if (port->has_thread)
                (void)pthread_join(port->thread, NULL);
        port->has_thread = false; /* its number may be another thread's from now on */
        if (port->notice != INVALID_HANDLE)
                (void)KnNoticeRelease(port->notice);
        for (EventQueue q = 0; q < QUEUES; q++)
                ring_deinit(&port->queues[q]);
}
