/* SPDX-License-Identifier: MIT */
/*
 * Disks of driver processes, over IPC (kl.drivers.Block).
 */
#pragma once

#include "blk.h"

/* A finder for devices.h: "ramdisk0" at kl.drivers.RAMDisk, "mmc0" at kl.drivers.SDCard, "ahci0" at
 * kl.drivers.ATA, if this process has a channel there. -ENODEV: it hasn't, or the driver has no such disk, or
 * it has died. */
int blk_ipc_find(const char *disk, bool is_read_only, Blk **ret_disk);
