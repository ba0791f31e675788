/* SPDX-License-Identifier: MIT */
/*
 * From the granted file to a file system: see rom.h.
 */
#include "rom.h"

#include <caisson/grant.h>

#include "blkfile.h"
#include "romfs.h"

int rom_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        int fd = nkx_grant_fd(ROM_GRANT);
        int r;

        (void)blk;
        if (fd < 0)
                return -ENODEV;
        r = blkfile_new(fd, true, &blk);
        if (r < 0)
                return r;
        r = romfs_mount(blk, flags, data, ret_fs);
        if (r < 0)
                (void)blk_close(blk);
        return r;
}
