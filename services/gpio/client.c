/* SPDX-License-Identifier: MIT */
/*
 * gpio/gpio.h: checks what it is given, then asks the driver.
 *
 * A GpioHandle is the address of one of a few places that live as long as the process, so that a handle of a
 * closed port is noticed.
 */
#pragma GCC visibility push(default) /* what a program sees of this library */
#include <gpio/gpio.h>
#pragma GCC visibility pop

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "client_call.h"
#include "client_port.h"

#define PORTS_MAX 16u /* at least what a driver has */

_Static_assert(GPIO_DIR_IN == kl_drivers_GPIO_DirIn && GPIO_DIR_OUT == kl_drivers_GPIO_DirOut &&
                       GPIO_EVENT_RISE_EDGE == kl_drivers_GPIO_EventRiseEdge &&
                       GPIO_EVENT_FALL_EDGE == kl_drivers_GPIO_EventFallEdge &&
                       GPIO_EVENT_LOW_LEVEL == kl_drivers_GPIO_EventLowLevel &&
                       GPIO_EVENT_HIGH_LEVEL == kl_drivers_GPIO_EventHighLevel,
        "modes go to the driver as they are");
_Static_assert(GPIO_EVENT_TYPE_EDGE_RISE == kl_drivers_GPIO_TypeEdgeRise &&
                       GPIO_EVENT_TYPE_EDGE_FALL == kl_drivers_GPIO_TypeEdgeFall &&
                       GPIO_EVENT_TYPE_LEVEL_LOW == kl_drivers_GPIO_TypeLevelLow &&
                       GPIO_EVENT_TYPE_LEVEL_HIGH == kl_drivers_GPIO_TypeLevelHigh,
        "and types of events come as they are");
_Static_assert(GPIO_PORT_NAME_MAX == kl_drivers_GPIO_NameMax, "names have one limit");

static GpioPort ports[PORTS_MAX]; /* by number */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static bool is_open(GpioHandle handle) {
        uintptr_t off = (uintptr_t)handle - (uintptr_t)ports;

        return off < sizeof ports && off % sizeof *ports == 0 && handle->is_open;
}

static bool is_pin(GpioHandle handle, rtl_uint32_t pin) {
        return is_open(handle) && pin < handle->n_pins;
}

Retcode GpioInit(void) {
        return call_connect();
}

static Retcode open_port(const char *name, GpioHandle *ret_handle) {
        uint32_t number, n_pins;
        Retcode rc = call_open(name, &number, &n_pins);

        if (rc != rcOk)
                return rc;
        rc = number < PORTS_MAX && !ports[number].is_open ? port_begin(&ports[number], number, n_pins)
                                                          : rcInternalError;
        if (rc != rcOk) {
                (void)call_close(number);
                return rc;
        }
        ports[number].is_open = true;
        *ret_handle = &ports[number];
        return rcOk;
}

Retcode GpioOpenPort(const char *port, GpioHandle *handle) {
        Retcode rc;

        if (!port || !handle || strnlen(port, GPIO_PORT_NAME_MAX + 1) > GPIO_PORT_NAME_MAX)
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&opening);
        rc = open_port(port, handle);
        (void)pthread_mutex_unlock(&opening);
        return rc;
}

/* Whoever closes a port waits for its callbacks: they must not wait for each other. */
static bool is_in_callback(void) {
        for (uint32_t i = 0; i < PORTS_MAX; i++)
                if (port_is_callback(&ports[i]))
                        return true;
        return false;
}

/* The driver gives the port out again only after call_close(), so nobody needs the place before. */
Retcode GpioClosePort(GpioHandle handle) {
        if (!is_open(handle))
                return rcInvalidArgument;
        if (is_in_callback())
                return rcInvalidOperation;
        if (!atomic_exchange(&handle->is_open, false))
                return rcInvalidArgument; /* another thread was faster */
        port_end(handle);
        return call_close(handle->number);
}

Retcode GpioSetMode(GpioHandle handle, rtl_uint32_t pin, GpioMode mode) {
        return is_open(handle) ? call_set_mode(handle->number, pin, mode) : rcInvalidArgument;
}

Retcode GpioReleaseMode(GpioHandle handle, rtl_uint32_t pin) {
        return is_open(handle) ? call_release_mode(handle->number, pin) : rcInvalidArgument;
}

Retcode GpioOut(GpioHandle handle, rtl_uint32_t pin, rtl_uint32_t value) {
        return is_open(handle) ? call_out(handle->number, pin, value) : rcInvalidArgument;
}

Retcode GpioIn(GpioHandle handle, rtl_uint32_t pin, rtl_uint32_t *value) {
        return is_open(handle) && value ? call_in(handle->number, pin, value) : rcInvalidArgument;
}

/* --- events --- */

/* The caller's buffer need not be aligned. */
static void put_event(KdfEvent *event, uint32_t type, const GpioEvent *payload) {
        const KdfEvent head = {.type = type, .size = sizeof *payload};

        memcpy((void *)event, &head, sizeof head);
        memcpy((char *)event + sizeof head, payload, sizeof *payload);
}

static uint32_t at_most_32(uint64_t n) {
        return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

Retcode GpioGetEvent(GpioHandle handle, KdfEvent *event, rtl_uint32_t timeout_ms) {
        GpioEvent payload = {.pin = UINT32_MAX};
        Taken taken;
        Retcode rc;

        if (!is_open(handle) || !event)
                return rcInvalidArgument;
        rc = port_take(handle, QUEUE_PLAIN, timeout_ms, &taken);
        if (rc != rcOk)
                return rc;
        if (taken.n_lost) {
                payload.value = at_most_32(taken.n_lost);
                put_event(event, GPIO_EVENT_TYPE_LOST, &payload);
                return rcQuotaExceeded;
        }
        payload = (GpioEvent){.pin = taken.event.pin, .time = taken.event.time};
        payload.value = taken.event.type == GPIO_EVENT_TYPE_EDGE_RISE ||
                        taken.event.type == GPIO_EVENT_TYPE_LEVEL_HIGH;
        put_event(event, taken.event.type, &payload);
        return rcOk;
}

Retcode GpioRegisterEventCb(GpioHandle handle, rtl_uint32_t pin, GpioEventCb cb, void *ctx) {
        return is_pin(handle, pin) && cb ? port_set_callback(handle, pin, cb, ctx) : rcInvalidArgument;
}

Retcode GpioUnregisterEventCb(GpioHandle handle, rtl_uint32_t pin) {
        return is_pin(handle, pin) ? port_clear_callback(handle, pin) : rcInvalidArgument;
}

Retcode nkx_gpio_count_lost(GpioHandle handle, rtl_uint64_t *count) {
        if (!is_open(handle) || !count)
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&handle->lock);
        *count = handle->n_lost;
        (void)pthread_mutex_unlock(&handle->lock);
        return rcOk;
}
