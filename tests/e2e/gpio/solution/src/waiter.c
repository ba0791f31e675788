/* SPDX-License-Identifier: MIT */
/*
 * Waiter: waits for events that never come, in both ways, while somebody ends the driver.
 */
#include <gpio/gpio.h>

#include <stdlib.h>

#include "check.h"

static void on_event(GpioHandle port, rtl_uint32_t pin, rtl_uint32_t value, void *ctx) {
        (void)port;
        (void)pin;
        (void)value;
        (void)ctx;
}

int main(void) {
        char buffer[sizeof(KdfEvent) + sizeof(GpioEvent)];
        GpioHandle port = GPIO_INVALID_HANDLE;
        rtl_uint32_t value;

        check_rc(GpioInit(), rcOk, "the waiter finds the driver");
        check_rc(
                GpioOpenPort("gpio0", &port), rcOk, "a new driver knows nothing of before: its port is free");
        check_rc(GpioSetMode(port, 0, GPIO_DIR_IN | GPIO_EVENT_RISE_EDGE), rcOk, "and so are its pins");
        check_rc(GpioRegisterEventCb(port, 1, on_event, NULL), rcOk, "a callback waits too");
        check_rc(GpioGetEvent(port, (KdfEvent *)(void *)buffer, 0xffffffff), rcNotConnected,
                "who waits for ever hears that the driver is gone");
        check_rc(GpioIn(port, 0, &value), rcNotConnected, "and so does who asks");
        check_rc(GpioGetEvent(port, (KdfEvent *)(void *)buffer, 1000), rcNotConnected, "or waits again");
        check_rc(GpioClosePort(port), rcNotConnected, "closing says it as well");
        return check_status;
}
