/* SPDX-License-Identifier: MIT */
/*
 * The disks of a driver: granted files under the names of disks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISKS_MAX      16u /* as many files as a process is granted at most */
#define DISKS_NAME_MAX 31u /* bytes of a name */

typedef struct Disk {
        char name[DISKS_NAME_MAX + 1];
        int fd;
        char *memory; /* its contents, of a disk in memory; else NULL */
        uint64_t size;
        bool is_read_only;
} Disk;

typedef struct Disks {
        Disk disks[DISKS_MAX];
        uint32_t n;
        bool are_in_memory; /* changes are seen until the driver ends, and never in the file */
} Disks;

/* Adds what is granted: "NAME.img" as the disk NAME, if it begins with the driver's prefix and a number
 * follows. False: *ret_fault says what is wrong with *ret_name. */
bool disks_add_granted(Disks *d, const char *prefix, const char **ret_name, const char **ret_fault);
/* "DISK=GRANT": a granted file under another name. */
bool disks_add(Disks *d, const char *text, const char **ret_fault);

/* Transfers: 0 or a negative errno; -ENODEV, -EINVAL, -EROFS. Any thread. */
int disks_get(const Disks *d, uint32_t number, const Disk **ret);
int disks_read(const Disks *d, uint32_t number, uint64_t at, void *buffer, size_t size);
int disks_write(const Disks *d, uint32_t number, uint64_t at, const void *data, size_t size);
int disks_flush(const Disks *d, uint32_t number);
