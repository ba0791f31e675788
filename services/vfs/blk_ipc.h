/* SPDX-License-Identifier: MIT */
/*
 * Disks of driver processes, over IPC (kl.drivers.Block).
 */
#pragma once

#include "blk.h"

#define BLK_IPC_PATIENCE_S     60u /* a host writes back much in a flush */
#define BLK_IPC_PATIENCE_MAX_S 3600u

/* How long a driver may take to answer, by VFS_DISK_TIMEOUT: seconds, 1 .. BLK_IPC_PATIENCE_MAX_S. NULL:
 * BLK_IPC_PATIENCE_S of them; so with what is no such number, which is said on standard error. */
uint32_t blk_ipc_patience_ms(const char *text);

/* A finder for devices.h: "ramdisk0" at kl.drivers.RAMDisk, "mmc0" at kl.drivers.SDCard, "ahci0" at
 * kl.drivers.ATA, if this process has a channel there. -ENODEV: it hasn't, or the driver has no such disk, or
 * it has died. */
int blk_ipc_find(const char *disk, bool is_read_only, Blk **ret_disk);
