/* SPDX-License-Identifier: MIT */
/*
 * Input: makes every pin but those that are used otherwise an input, and prints what each of them is.
 */
#include <gpio/gpio.h>
#include <rtl/retcode_hr.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PORT     "gpio0"
#define PINS_NUM 8u

/* Pins of the UART. */
static const rtl_uint32_t ExceptionPinArr[] = {4, 5};

static int is_exception(rtl_uint32_t pin) {
        for (size_t i = 0; i < sizeof(ExceptionPinArr) / sizeof(ExceptionPinArr[0]); i++)
                if (ExceptionPinArr[i] == pin)
                        return 1;
        return 0;
}

static Retcode set_all(GpioHandle port) {
        Retcode rc = rcOk;

        for (rtl_uint32_t pin = 0; rc == rcOk && pin < PINS_NUM; pin++)
                if (!is_exception(pin))
                        rc = GpioSetMode(port, pin, GPIO_DIR_IN);
        return rc;
}

static Retcode print_all(GpioHandle port, unsigned delay_s) {
        Retcode rc = rcOk;

        for (rtl_uint32_t pin = 0; rc == rcOk && pin < PINS_NUM; pin++) {
                rtl_uint32_t level;

                if (is_exception(pin))
                        continue;
                rc = GpioIn(port, pin, &level);
                if (rc == rcOk)
                        fprintf(stderr, "GPIO module %s input pin %u is %u.\n", PORT, pin, level);
                sleep(delay_s);
        }
        return rc;
}

int main(int argc, char **argv) {
        unsigned delay_s = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
        GpioHandle port = GPIO_INVALID_HANDLE;
        Retcode rc = GpioInit();

        if (rc == rcOk)
                rc = GpioOpenPort(PORT, &port);
        if (rc == rcOk)
                rc = set_all(port);
        if (rc == rcOk)
                rc = print_all(port, delay_s);
        if (port != GPIO_INVALID_HANDLE && GpioClosePort(port) != rcOk)
                rc = rcFail;
        if (rc != rcOk)
                fprintf(stderr, "GPIO module %s: " RETCODE_HR_FMT "\n", PORT, RETCODE_HR_PARAMS(rc));
        return rc == rcOk ? EXIT_SUCCESS : EXIT_FAILURE;
}
