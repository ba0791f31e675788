/* SPDX-License-Identifier: MIT */
/*
 * Rival: takes a pin, holds it high until it is asked to die, and dies without giving anything back.
 */
#include <gpio/gpio.h>

#include <stdlib.h>
#include <unistd.h>

#include "check.h"

int main(void) {
        char buffer[sizeof(KdfEvent) + sizeof(GpioEvent)];
        GpioHandle port = GPIO_INVALID_HANDLE;
        Retcode rc = GpioInit();

        if (rc == rcOk)
                rc = GpioOpenPort("gpio0", &port);
        if (rc == rcOk)
                rc = GpioSetMode(port, 23, GPIO_DIR_IN | GPIO_EVENT_HIGH_LEVEL);
        if (rc == rcOk)
                rc = GpioSetMode(port, 20, GPIO_DIR_OUT);
        if (rc == rcOk)
                rc = GpioOut(port, 20, 1);
        check_rc(rc, rcOk, "the rival has his pin");
        check_rc(GpioGetEvent(port, (KdfEvent *)(void *)buffer, 0xffffffff), rcOk,
                "the rival hears that he is to die");
        _exit(check_status);
}
