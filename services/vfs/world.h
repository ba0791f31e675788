/* SPDX-License-Identifier: MIT */
/*
 * The file systems of this process: what a VFS program serves, and what a program with a VFS inside uses.
 */
#pragma once

#include "client.h"

#define WORLD_UMOUNT_MS 1000u /* so long a mount in use is tried to be taken away */

typedef struct WorldMount {
        const char *source, *target, *type, *data; /* source: for a file system without a device any word */
        unsigned long flags;                       /* MS_* */
} WorldMount;

/* Makes the tree, the first time it is called. root: what it begins with, whatever its target; NULL: a ramfs.
 * 0; -ENOMEM; errors of world_mount(). Any thread. */
int world_begin(const WorldMount *root);
bool world_has_begun(void);
/* After that. */
Mounts *world_mounts(void);

/* mount(). -ENODEV: no such file system or device; -EROFS: it must be read-only; -EINVAL: other flags or
 * options, or not an image of this kind; -EBUSY: the root itself. */
int world_mount(VfsClient *c, const WorldMount *m);
