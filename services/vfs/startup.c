/* SPDX-License-Identifier: MIT */
/*
 * Mounting what the user asked for: see startup.h.
 */
#include "startup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "blk_ipc.h"
#include "devices.h"
#include "fstab.h"
#include "rom.h"
#include "world.h"

#define UNMAP_ROMFS "UNMAP_ROMFS"
#define MOUNT_ALL   "MOUNT_ALL"

/* --- the root --- */

static int begin_with(const char *line) {
        FstabEntry *e = malloc(sizeof *e);
        const char *fault = "no memory";
        int r = -EINVAL;

        if (e && fstab_parse(line, e, &fault)) {
                r = world_begin(&e->mount);
                fault = r < 0 ? fs_reason(r) : NULL;
        }
        free(e);
        if (r < 0)
                (void)fprintf(stderr, "vfs: ROOTFS '%s' is not mounted%s: %s\n", line,
                        getenv(MOUNT_ALL) ? "" : ", a ramfs takes its place", fault);
        return r;
}

int startup_root(void) {
        const char *line = getenv("ROOTFS");

        devices_add(blk_ipc_find);
        if (line && !world_has_begun()) {
                int r = begin_with(line);

                if (r == 0 || getenv(MOUNT_ALL))
                        return r;
        }
        return world_begin(NULL);
}

/* --- a file of entries --- */

/* All of a file, up to FSTAB_FILE_MAX; free() it. */
static int read_file(VfsClient *c, const char *path, char **ret_text, size_t *ret_size) {
        VfsFile *f = NULL;
        int r = vfs_open(c, NULL, path, O_RDONLY, 0, &f);

        if (r < 0)
                return r;
        *ret_text = malloc(FSTAB_FILE_MAX);
        r = *ret_text ? vfs_pread(f, *ret_text, FSTAB_FILE_MAX, 0, ret_size) : -ENOMEM;
        if (r == 0 && *ret_size == FSTAB_FILE_MAX)
                r = -EFBIG;
        if (r < 0)
                free(*ret_text);
        (void)vfs_close(f);
        return r;
}

/* A file of the ROMFS image, through a tree of its own. */
static int read_from_rom(const char *path, char **ret_text, size_t *ret_size) {
        const Place nowhere = PLACE_NULL;
        MountPlan plan = {.device = "romfs", .path = "/", .flags = MOUNT_READ_ONLY};
        VfsClient client;
        Mounts mounts;
        int r = rom_mount(NULL, MOUNT_READ_ONLY, "", &plan.fs);

        if (r < 0)
                return r;
        r = mounts_init(&mounts);
        if (r == 0)
                r = mounts_add(&mounts, &nowhere, &plan);
        if (r < 0) {
                plan.fs->ops->unmount(plan.fs);
                return r;
        }
        r = vfs_client_init(&client, &mounts, 0, 0);
        if (r == 0) {
                r = read_file(&client, path, ret_text, ret_size);
                vfs_client_deinit(&client);
        }
        mounts_deinit(&mounts);
        return r;
}

static bool mount_file(VfsClient *c, const char *path) {
        size_t size = 0;
        bool is_whole;
        char *text;
        int r;

        fs_explain("%s", "");
        if (getenv(UNMAP_ROMFS))
                r = read_file(c, path, &text, &size);
        else
                r = read_from_rom(path, &text, &size);
        if (r < 0) {
                (void)fprintf(stderr, "vfs: cannot read '%s' %s: %s\n", path,
                        getenv(UNMAP_ROMFS) ? "(" UNMAP_ROMFS
                                              " is set, so it is looked for in what is mounted)"
                                            : "in the ROMFS image (with " UNMAP_ROMFS
                                              " in env it is looked for in what is mounted)",
                        fs_reason(r));
                return false;
        }
        is_whole = fstab_mount_all(c, text, size);
        free(text);
        return is_whole;
}

/* --- arguments --- */

bool startup_arguments(int argc, char **argv, const char **ret_fault) {
        bool is_whole = true;
        VfsClient client;

        if (vfs_client_init(&client, world_mounts(), 0, 0) < 0) {
                *ret_fault = "no memory";
                return false;
        }
        *ret_fault = NULL;
        for (int i = 1; i < argc && !*ret_fault; i += 2) {
                bool is_entry = strcmp(argv[i], "-l") == 0;

                if (!is_entry && strcmp(argv[i], "-f") != 0)
                        *ret_fault = "only the options -l ENTRY and -f PATH are known";
                else if (i + 1 == argc)
                        *ret_fault = "an option at the end has no argument";
                else if (is_entry)
                        is_whole = fstab_mount(&client, argv[i + 1]) && is_whole;
                else
                        is_whole = mount_file(&client, argv[i + 1]) && is_whole;
        }
        if (!*ret_fault && !is_whole && getenv(MOUNT_ALL))
                *ret_fault = MOUNT_ALL " is set, and something is not mounted";
        vfs_client_deinit(&client);
        return !*ret_fault;
}
