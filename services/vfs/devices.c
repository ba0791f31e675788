/* SPDX-License-Identifier: MIT */
/*
 * From names to disks to partitions: see devices.h.
 */
#include "devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blkcache.h"
#include "claim.h"
#include "fs.h"
#include "partitions.h"
#include "presence.h"

_Static_assert(DEVICES_NAMES <= PRESENCE_MAX, "each can be asked for");

static DevicesFind *finders[DEVICES_FINDERS_MAX];
static uint32_t n_finders;

void devices_add(DevicesFind *find) {
        for (uint32_t i = 0; i < n_finders; i++)
                if (finders[i] == find)
                        return;
        if (n_finders < DEVICES_FINDERS_MAX)
                finders[n_finders++] = find;
}

/* Splits "disk,N". */
static int parse_name(const char *name, char *ret_disk, uint32_t *ret_index) {
        const char *comma = strchr(name, ',');
        size_t length = comma ? (size_t)(comma - name) : strlen(name);
        unsigned long index = 0;
        char *end;

        if (length == 0 || length >= DEVICES_NAME_MAX)
                return -EINVAL;
        memcpy(ret_disk, name, length);
        ret_disk[length] = '\0';
        if (comma) {
                index = strtoul(comma + 1, &end, 10);
                if (comma[1] < '0' || comma[1] > '9' || *end != '\0' || index >= PARTITIONS_MAX)
                        return -EINVAL;
        }
        *ret_index = (uint32_t)index;
        return 0;
}

static int find_disk(const char *disk, bool is_read_only, Blk **ret) {
        int r = -ENODEV;

        for (uint32_t i = 0; i < n_finders && r == -ENODEV; i++)
                r = finders[i](disk, is_read_only, ret);
        return r;
}

static void explain_partition(int r, const char *disk, uint32_t index) {
        if (r == -ENXIO)
                fs_explain("the disk %s has no partition %u, counted from 0", disk, index);
        else if (r == -EINVAL)
                fs_explain("the partition table of the disk %s makes no sense", disk);
}

/* The partition of a disk, for the caller alone if he or anybody else writes. Takes the disk over. */
static int open_part(const char *disk, uint32_t index, Blk *whole, Blk **ret) {
        Blk *part;
        int r = partitions_open(whole, index, &part);

        if (r < 0) {
                explain_partition(r, disk, index);
                (void)blk_close(whole);
                return r;
        }
        r = claim_new(disk, index, part, ret);
        if (r == -EBUSY)
                fs_explain("the partition %s,%u is mounted already: only if all mounts of it have the "
                           "option ro may there be several",
                        disk, index);
        if (r < 0)
                (void)blk_close(part);
        return r;
}

int devices_open(const char *name, bool is_read_only, Blk **ret) {
        char disk[DEVICES_NAME_MAX];
        uint32_t index;
        Blk *whole, *part;
        int r = parse_name(name, disk, &index);

        if (r < 0) {
                fs_explain("'%s' is no disk: ramdisk0,0, mmc0,1, ahci1 would be", name);
                return -ENODEV;
        }
        r = find_disk(disk, is_read_only, &whole);
        if (r == -ENODEV)
                fs_explain("no driver has the disk %s (has this process a channel to it, and it the image?)",
                        disk);
        if (r == 0)
                r = open_part(disk, index, whole, &part);
        if (r < 0)
                return r;
        r = blkcache_new(part, 0, ret);
        if (r < 0)
                (void)blk_close(part);
        return r;
}

void devices_name(uint32_t index, char *ret_name) {
        static const char *const kinds[DEVICES_KINDS] = {"ramdisk", "mmc", "ahci"};

        (void)snprintf(
                ret_name, DEVICES_NAME_MAX, "%s%u", kinds[index / DEVICES_NUMBERS], index % DEVICES_NUMBERS);
}

static bool has_driver(const char *disk) {
        Blk *blk;

        if (find_disk(disk, true, &blk) < 0)
                return false;
        (void)blk_close(blk);
        return true;
}

bool devices_exists(const char *disk) {
        return presence_of(disk, has_driver);
}
