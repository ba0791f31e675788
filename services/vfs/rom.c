/* SPDX-License-Identifier: MIT */
/*
 * From granted files to a file system: see rom.h. Files without an image are copied into memory, where the
 * ROMFS of a solution lies anyway.
 */
#include "rom.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <caisson/grant.h>

#include "blkfile.h"
#include "mounts.h"
#include "ramfs.h"
#include "romfs.h"

#define DIR_MODE  0555u
#define FILE_MODE 0444u
#define PIECE     65536u

static int mount_image(int fd, unsigned flags, const char *data, Fs **ret_fs) {
        Blk *blk;
        int r = blkfile_new(fd, true, &blk);

        if (r < 0)
                return r;
        r = romfs_mount(blk, flags, data, ret_fs);
        if (r == -EINVAL && !*fs_explanation())
                fs_explain("the image that this process is granted is no romfs, or a damaged one");
        if (r < 0)
                (void)blk_close(blk);
        return r;
}

/* --- files without an image --- */

static int copy_contents(int fd, FsNode *node) {
        char *piece = malloc(PIECE);
        ssize_t got = 1;
        int r = piece ? 0 : -ENOMEM;

        for (uint64_t at = 0; r == 0 && got > 0; at += (uint64_t)got) {
                size_t put = 0;

                got = pread(fd, piece, PIECE, (off_t)at);
                if (got < 0)
                        r = -errno;
                else if (got > 0)
                        r = node->fs->ops->write(node, piece, (size_t)got, at, &put);
                if (r == 0 && put != (size_t)got)
                        r = -ENOSPC;
        }
        free(piece);
        return r;
}

/* A grant whose name is no name of a file is left out. */
static int copy_file(Fs *fs, const char *grant) {
        const FsName name = {.text = grant, .length = (uint32_t)strlen(grant)};
        const FsNew what = {.mode = S_IFREG | FILE_MODE};
        FsNode *node;
        int r;

        if (name.length > FS_NAME_MAX || strchr(grant, '/') || strcmp(grant, ".") == 0 ||
                strcmp(grant, "..") == 0)
                return 0;
        r = fs->ops->create(fs->root, &name, &what, &node);
        if (r < 0)
                return r;
        r = copy_contents(nkx_grant_fd(grant), node);
        (void)fs_unref(node);
        return r;
}

static int mount_files(Fs **ret_fs) {
        const char *grant;
        Fs *fs;
        int r = ramfs_new(0, DIR_MODE, &fs);

        if (r < 0)
                return r;
        for (unsigned i = 0; r == 0 && (grant = nkx_grant_name(i)) != NULL; i++)
                r = copy_file(fs, grant);
        if (r < 0) {
                fs->ops->unmount(fs);
                return r;
        }
        fs->is_read_only = true;
        *ret_fs = fs;
        return 0;
}

int rom_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        int fd = nkx_grant_fd(ROM_GRANT);

        (void)blk;
        if (!(flags & MOUNT_READ_ONLY))
                return -EROFS;
        if (fd >= 0)
                return mount_image(fd, flags, data, ret_fs);
        if (!nkx_grant_name(0)) {
                fs_explain("this process is granted no file of the solution (`grants` in init.yaml)");
                return -ENODEV;
        }
        return data[0] == '\0' ? mount_files(ret_fs) : -EINVAL;
}
