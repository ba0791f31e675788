/* SPDX-License-Identifier: MIT */
/*
 * How a VFS begins: what arguments and environment say is to be mounted.
 *
 *      ROOTFS="ramdisk0,0 / ext4 0"   on "/" in place of a ramfs
 *      -l "ENTRY"                     another mount (fstab.h)
 *      -f PATH                        the entries of a file: of the ROMFS image, or, if UNMAP_ROMFS is set,
 * of what is mounted
 *
 * What can't be mounted is said on standard error, and the rest goes on; if MOUNT_ALL is set, it ends the
 * VFS.
 */
#pragma once

#include <stdbool.h>

/* The tree, with ROOTFS or a ramfs on it; the first time it is called. 0 or a negative errno, with MOUNT_ALL
 * also that of ROOTFS. */
int startup_root(void);

/* The options above, from argv[1] on, in their order. False: wrong usage, or with
 * MOUNT_ALL something that can't be mounted, and *ret_fault says what. */
bool startup_arguments(int argc, char **argv, const char **ret_fault);
