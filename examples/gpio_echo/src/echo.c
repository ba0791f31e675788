/* SPDX-License-Identifier: MIT */
/*
 * Echo: sets an output, and hears at an input that is wired to it whether the level has arrived.
 */
#include <gpio/gpio.h>
#include <rtl/retcode_hr.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT       "gpio0"
#define PIN_OUT    12u
#define PIN_IN     9u
#define MODE_IN    (GPIO_DIR_IN | GPIO_EVENT_RISE_EDGE | GPIO_EVENT_FALL_EDGE)
#define TIMEOUT_MS 5000u

static int succeeded(const char *what, Retcode rc) {
        if (rc != rcOk)
                fprintf(stderr, "%s: " RETCODE_HR_FMT "\n", what, RETCODE_HR_PARAMS(rc));
        return rc == rcOk;
}

/* Level of the input after the next event; 2: none, or another pin's. */
static rtl_uint32_t hear(GpioHandle port) {
        _Alignas(KdfEvent) char buffer[sizeof(KdfEvent) + sizeof(GpioEvent)];
        KdfEvent *event = (KdfEvent *)buffer;
        rtl_uint32_t pin;

        if (!succeeded("waiting for an event", GpioGetEvent(port, event, TIMEOUT_MS)))
                return 2;
        memcpy(&pin, event->payload, sizeof(pin));
        if (pin != PIN_IN)
                return 2;
        return event->type == GPIO_EVENT_TYPE_EDGE_RISE;
}

static int try_level(GpioHandle port, rtl_uint32_t level) {
        rtl_uint32_t heard;

        fprintf(stderr, "GPIO module %s output pin %u set %u.\n", PORT, PIN_OUT, level);
        if (!succeeded("setting the output", GpioOut(port, PIN_OUT, level)))
                return 0;
        heard = hear(port);
        fprintf(stderr, "GPIO module %s input pin %u is %u.\n", PORT, PIN_IN, heard);
        return heard == level;
}

int main(void) {
        GpioHandle port = GPIO_INVALID_HANDLE;
        int is_good = succeeded("finding the driver", GpioInit()) &&
                      succeeded("opening " PORT, GpioOpenPort(PORT, &port)) &&
                      succeeded("making an output", GpioSetMode(port, PIN_OUT, GPIO_DIR_OUT)) &&
                      succeeded("making an input", GpioSetMode(port, PIN_IN, MODE_IN)) &&
                      try_level(port, 1) && try_level(port, 0);

        if (port != GPIO_INVALID_HANDLE)
                is_good = succeeded("closing " PORT, GpioClosePort(port)) && is_good;
        fprintf(stderr, is_good ? "Test successfully finished.\n" : "Test failed.\n");
        return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
