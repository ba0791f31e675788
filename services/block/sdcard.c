/* SPDX-License-Identifier: MIT */
/*
 * sdcard: driver of SD cards, mmc0.img and so on.
 */
#include "driver.h"

int main(int argc, char **argv) {
        static const Driver driver = {.channel = "kl.drivers.SDCard", .prefix = "mmc", .is_in_memory = false};

        return driver_main(&driver, argc, argv);
}
