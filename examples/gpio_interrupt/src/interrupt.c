/* SPDX-License-Identifier: MIT */
/*
 * Interrupt: waits until each of its pins has fired once; a pin that has fired is not listened to any more.
 * Half of the pins report by GpioGetEvent(), the others call back.
 */
#include <gpio/gpio.h>
#include <rtl/retcode_hr.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT         "gpio0"
#define PINS_NUM     4u
#define PINS_MODE    (GPIO_DIR_IN | GPIO_EVENT_RISE_EDGE | GPIO_EVENT_FALL_EDGE)
#define DONE_BITMASK ((1u << PINS_NUM) - 1)
#define BUTTON(pin)  ((pin) + 6) /* the output that is wired to it */
#define TIMEOUT_MS   20000u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t fired = PTHREAD_COND_INITIALIZER;
static rtl_uint32_t bitmap;

static int calls_back(rtl_uint32_t pin) {
        return pin % 2;
}

/* The first two buttons are pressed, the others let go. */
static rtl_uint32_t level_at_rest(rtl_uint32_t pin) {
        return pin >= 2;
}

static void note(GpioHandle port, rtl_uint32_t pin, const char *edge) {
        Retcode rc = GpioReleaseMode(port, pin);

        fprintf(stderr, "GPIO module %s pin %u: %s edge%s.\n", PORT, pin, edge,
                calls_back(pin) ? ", called back" : "");
        pthread_mutex_lock(&lock);
        bitmap |= rc == rcOk ? 1u << pin : 0;
        pthread_cond_signal(&fired);
        pthread_mutex_unlock(&lock);
}

static void on_edge(GpioHandle port, rtl_uint32_t pin, rtl_uint32_t level, void *ctx) {
        (void)ctx;
        (void)GpioUnregisterEventCb(port, pin);
        note(port, pin, level ? "rising" : "falling");
}

static Retcode prepare(GpioHandle port, rtl_uint32_t pin) {
        Retcode rc = GpioSetMode(port, BUTTON(pin), GPIO_DIR_OUT);

        if (rc == rcOk)
                rc = GpioOut(port, BUTTON(pin), level_at_rest(pin));
        if (rc == rcOk && calls_back(pin))
                rc = GpioRegisterEventCb(port, pin, on_edge, NULL);
        return rc == rcOk ? GpioSetMode(port, pin, PINS_MODE) : rc;
}

static Retcode take_event(GpioHandle port) {
        _Alignas(KdfEvent) char buffer[sizeof(KdfEvent) + sizeof(GpioEvent)];
        KdfEvent *event = (KdfEvent *)buffer;
        Retcode rc = GpioGetEvent(port, event, TIMEOUT_MS);
        rtl_uint32_t pin;

        if (rc != rcOk)
                return rc;
        memcpy(&pin, event->payload, sizeof(pin));
        note(port, pin, event->type == GPIO_EVENT_TYPE_EDGE_RISE ? "rising" : "falling");
        return rcOk;
}

static void wait_for_callback(rtl_uint32_t pin) {
        pthread_mutex_lock(&lock);
        while (!(bitmap & (1u << pin)))
                pthread_cond_wait(&fired, &lock);
        pthread_mutex_unlock(&lock);
}

static Retcode press(GpioHandle port, rtl_uint32_t pin) {
        Retcode rc = GpioOut(port, BUTTON(pin), !level_at_rest(pin));

        if (rc == rcOk && calls_back(pin))
                wait_for_callback(pin);
        else if (rc == rcOk)
                rc = take_event(port);
        return rc;
}

int main(void) {
        GpioHandle port = GPIO_INVALID_HANDLE;
        Retcode rc = GpioInit();

        if (rc == rcOk)
                rc = GpioOpenPort(PORT, &port);
        for (rtl_uint32_t pin = 0; rc == rcOk && pin < PINS_NUM; pin++)
                rc = prepare(port, pin);
        for (rtl_uint32_t pin = 0; rc == rcOk && pin < PINS_NUM; pin++)
                rc = press(port, pin);
        if (port != GPIO_INVALID_HANDLE && GpioClosePort(port) != rcOk)
                rc = rcFail;
        if (rc == rcOk && bitmap == DONE_BITMASK)
                fprintf(stderr, "All pins have fired.\n");
        else
                fprintf(stderr, "GPIO module %s: " RETCODE_HR_FMT "\n", PORT, RETCODE_HR_PARAMS(rc));
        return rc == rcOk && bitmap == DONE_BITMASK ? EXIT_SUCCESS : EXIT_FAILURE;
}
