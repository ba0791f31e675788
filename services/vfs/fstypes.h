/* SPDX-License-Identifier: MIT */
/*
 * The file systems that there are, by name.
 *
 * Most of them have no file here yet: to add one, write a function of type FsMount and a row in fstypes.c.
 */
#pragma once

#include "blk.h"
#include "fs.h"

/* blk: the device, NULL for a file system without one; taken over on success. flags: MOUNT_* (mounts.h).
 * data: the file system's own options, "" if none. 0 or a negative errno; -EINVAL: not an image of this file
 * system, or options that it does not know. */
typedef int FsMount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs);

typedef struct FsType {
        const char *name;
        FsMount *mount;
        bool needs_device;
        bool is_read_only; /* can't be mounted otherwise: -EROFS */
        bool has_options;  /* of its own; else all but "" are refused: -EINVAL */
} FsType;

/* NULL: there is none of that name. */
const FsType *fstypes_find(const char *name);
/* Those with a device, in the order in which "auto" tries them: index from 0, NULL at the end. */
const FsType *fstypes_with_device(uint32_t index);
