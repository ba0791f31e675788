/* SPDX-License-Identifier: MIT */
/*
 * devfs: null, zero, full, random, urandom, tty and console, and the disks that drivers have at the moment.
 */
#pragma once

#include "blk.h"
#include "fs.h"

/* Where console and tty go. Called under the file system's lock, reading by several threads at once: neither
 * may wait for anybody who uses it. */
typedef struct DevfsConsole {
        int (*write)(const void *data, size_t size, size_t *ret_put);
        int (*read)(void *buffer, size_t size, size_t *ret_got); /* NULL: always the end */
} DevfsConsole;

/* console: borrowed as long as it is mounted. */
int devfs_new(const DevfsConsole *console, Fs **ret_fs);
/* With the standard error of this process as console. blk is NULL; -EINVAL: options. */
int devfs_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);
