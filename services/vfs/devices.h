/* SPDX-License-Identifier: MIT */
/*
 * Names of block devices, as an fstab entry has them: "ramdisk0,0", "mmc0", "ahci1,2".
 */
#pragma once

#include <stdbool.h>

#include "blk.h"

#define DEVICES_NAME_MAX 64u

/* What there is behind a disk's name without its partition: "mmc0". On success *ret_disk is the caller's.
 * -ENODEV: no driver has such a disk. */
typedef int DevicesFind(const char *disk, bool is_read_only, Blk **ret_disk);

/* Who is asked, in the order in which they were added; at most DEVICES_FINDERS_MAX. Before any mount. */
#define DEVICES_FINDERS_MAX 8u
void devices_add(DevicesFind *find);

/* Opens a partition, with a cache in front. "disk,N": partition N from 0; "disk": number 0; 0 of a disk
 * without a table is all of it. -ENODEV: no such disk; -ENXIO: no such partition; -EBUSY: it is open already,
 * and one of the two would write; -EINVAL: not a name of this form. */
int devices_open(const char *name, bool is_read_only, Blk **ret);

/* Names that disks of drivers have: kinds and numbers, "ramdisk0" to "ahci3". */
#define DEVICES_NUMBERS 4u
#define DEVICES_KINDS   3u
#define DEVICES_NAMES   (DEVICES_KINDS * DEVICES_NUMBERS)
/* index: below DEVICES_NAMES; ret_name: DEVICES_NAME_MAX bytes. */
void devices_name(uint32_t index, char *ret_name);
/* Has a driver this disk now? Of one that does not answer soon: had it when it did last? */
bool devices_exists(const char *disk);
