/* SPDX-License-Identifier: MIT */
/*
 * ata: driver of SATA disks, ahci0.img and so on.
 */
#include "driver.h"

int main(int argc, char **argv) {
        static const Driver driver = {.channel = "kl.drivers.ATA", .prefix = "ahci", .is_in_memory = false};

        return driver_main(&driver, argc, argv);
}
