/* SPDX-License-Identifier: MIT */
/*
 * ramdisk: driver of disks in memory, ramdisk0.img and so on; what is written is gone with the process.
 */
#include "driver.h"

int main(int argc, char **argv) {
        static const Driver driver = {
                .channel = "kl.drivers.RAMDisk", .prefix = "ramdisk", .is_in_memory = true};

        return driver_main(&driver, argc, argv);
}
