/* SPDX-License-Identifier: MIT */
/*
 * Partition tables: MBR with extended and logical partitions, and GPT with both its headers. What a table
 * says is believed only if all of it fits: partitions inside the device, none over another.
 */
#pragma once

#include "blk.h"

#define PARTITIONS_MAX       128u       /* of one device */
#define PARTITIONS_GPT_BYTES (1u << 20) /* of GPT entries */

typedef struct Partition {
        uint64_t at, size; /* bytes */
} Partition;

/* In the order of the table: of an MBR first the primary ones, then the logical ones; empty entries don't
 * count. */
typedef struct PartitionTable {
        uint32_t n;
        Partition parts[PARTITIONS_MAX];
} PartitionTable;

/* A device without a table (a file system may begin in its first sector) has no partitions. -EINVAL: a table
 * that is damaged, or leads out of the device or into another partition, or has more than PARTITIONS_MAX;
 * -ENOMEM; errors of the device. */
int partitions_read(Blk *disk, PartitionTable *ret);

/* The device of a name like "mmc0,1": partition `index`, from 0; index 0 of a device without a table is all
 * of it. Takes `disk` over on success; closing closes it. -ENXIO: no such partition; else as above. */
int partitions_open(Blk *disk, uint32_t index, Blk **ret_part);
