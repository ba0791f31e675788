/* SPDX-License-Identifier: MIT */
/*
 * A client of both drivers, with the results of 1.0 and the helpers of later versions.
 */
#include <bsp/bsp.h>
#include <coresrv/hal/hal_api.h>
#include <gpio/gpio.h>
#include <rtl/retcode_hr.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_up_module(void) {
        char board[BSP_NAME_MAX], config[BSP_NAME_MAX + 16];
        BspError error = BspInit(NULL);

        if (error != BSP_EOK || BspEnableModule("i2c1") != BSP_EOK ||
                KnHalGetEnv("board", board, sizeof(board)) != rcOk)
                return 0;
        snprintf(config, sizeof(config), "%s.%s", board, "p2-3");
        if (BspSetConfig("i2c1", config) != BSP_EOK)
                return 0;
        fprintf(stderr, "i2c1 is %s\n", config);
        return 1;
}

int main(void) {
        char buf[sizeof(KdfEvent) + sizeof(GpioEvent)];
        KdfEvent *event = (KdfEvent *)buf;
        GpioHandle handle = GPIO_INVALID_HANDLE;
        rtl_uint32_t pin;
        Retcode rc = GpioInit();

        if (rc == rcOk)
                rc = GpioOpenPort("gpio0", &handle);
        if (rc == rcOk)
                rc = GpioSetMode(handle, 12, GPIO_DIR_OUT);
        if (rc == rcOk)
                rc = GpioSetMode(handle, 9, GPIO_DIR_IN | GPIO_EVENT_RISE_EDGE | GPIO_EVENT_FALL_EDGE);
        if (rc == rcOk)
                rc = GpioOut(handle, 12, 1);
        if (rc == rcOk)
                rc = GpioGetEvent(handle, event, 5000);
        if (rc != rcOk) {
                fprintf(stderr, "pins: " RETCODE_HR_FMT "\n", RETCODE_HR_PARAMS(rc));
                return EXIT_FAILURE;
        }
        memcpy(&pin, event->payload, sizeof(pin));
        fprintf(stderr, "pin %u %s\n", pin, event->type == GPIO_EVENT_TYPE_EDGE_RISE ? "rises" : "?");
        return set_up_module() && GpioClosePort(handle) == rcOk ? EXIT_SUCCESS : EXIT_FAILURE;
}
