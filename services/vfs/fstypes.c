/* SPDX-License-Identifier: MIT */
/*
 * The table of file systems: see fstypes.h.
 */
#include "fstypes.h"

#include <errno.h>
#include <string.h>

#include "devfs.h"
#include "ext/ext.h"
#include "fat/fat.h"
#include "ramfs.h"
#include "rom.h"
#include "squash/squash.h"

static const FsType types[] = {
        {.name = "fat32", .mount = fat_mount, .needs_device = true, .has_options = true},
        {.name = "vfat", .mount = fat_mount, .needs_device = true, .has_options = true},
        {.name = "fat16", .mount = fat_mount, .needs_device = true, .has_options = true},
        {.name = "fat12", .mount = fat_mount, .needs_device = true, .has_options = true},
        {.name = "ext2", .mount = ext_mount, .needs_device = true},
        {.name = "ext3", .mount = ext_mount, .needs_device = true},
        {.name = "ext4", .mount = ext_mount, .needs_device = true},
        {.name = "devfs", .mount = devfs_mount},
        {.name = "squashfs", .mount = squash_mount, .needs_device = true, .is_read_only = true},
        {.name = "ramfs", .mount = ramfs_mount, .has_options = true},
        {.name = "romfs", .mount = rom_mount, .is_read_only = true},
};

#define N_TYPES (sizeof types / sizeof types[0])

const FsType *fstypes_find(const char *name) {
        for (size_t i = 0; i < N_TYPES; i++)
                if (strcmp(types[i].name, name) == 0)
                        return &types[i];
        return NULL;
}

const FsType *fstypes_with_device(uint32_t index) {
        for (size_t i = 0; i < N_TYPES; i++)
                if (types[i].needs_device && index-- == 0)
                        return &types[i];
        return NULL;
}
