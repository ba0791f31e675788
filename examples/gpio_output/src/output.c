/* SPDX-License-Identifier: MIT */
/*
 * Output: makes every pin but those that are used otherwise an output, and switches one after the other on
 * and off.
 */
#include <gpio/gpio.h>
#include <rtl/retcode_hr.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PORT     "gpio0"
#define PINS_NUM 8u

/* Pins of the UART. */
static const rtl_uint32_t ExceptionPinArr[] = {3, 4};

static int is_exception(rtl_uint32_t pin) {
        for (size_t i = 0; i < sizeof(ExceptionPinArr) / sizeof(ExceptionPinArr[0]); i++)
                if (ExceptionPinArr[i] == pin)
                        return 1;
        return 0;
}

static Retcode set_pin(GpioHandle port, rtl_uint32_t pin, rtl_uint32_t level) {
        Retcode rc = GpioOut(port, pin, level);

        if (rc == rcOk)
                fprintf(stderr, "GPIO module %s output pin %u set %u.\n", PORT, pin, level);
        return rc;
}

static Retcode blink(GpioHandle port, rtl_uint32_t pin, unsigned delay_s) {
        Retcode rc = GpioSetMode(port, pin, GPIO_DIR_OUT);

        if (rc == rcOk)
                rc = set_pin(port, pin, 1);
        sleep(delay_s);
        if (rc == rcOk)
                rc = set_pin(port, pin, 0);
        sleep(delay_s);
        return rc;
}

int main(int argc, char **argv) {
        unsigned delay_s = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
        GpioHandle port = GPIO_INVALID_HANDLE;
        Retcode rc = GpioInit();

        if (rc == rcOk)
                rc = GpioOpenPort(PORT, &port);
        for (rtl_uint32_t pin = 0; rc == rcOk && pin < PINS_NUM; pin++)
                if (!is_exception(pin))
                        rc = blink(port, pin, delay_s);
        if (port != GPIO_INVALID_HANDLE && GpioClosePort(port) != rcOk)
                rc = rcFail;
        if (rc != rcOk)
                fprintf(stderr, "GPIO module %s: " RETCODE_HR_FMT "\n", PORT, RETCODE_HR_PARAMS(rc));
        return rc == rcOk ? EXIT_SUCCESS : EXIT_FAILURE;
}
