/* SPDX-License-Identifier: MIT */
/*
 * The list of mounts: nkx_vfs_mounts() of <vfs/vfs.h>, and getvfsstat() of <sys/statvfs.h>, which is part of
 * it.
 */
#include <vfs/vfs.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int nkx_vfs_mounts(struct nkx_vfs_mount *mounts, size_t count) {
        struct vfs *vfs = call_vfs();
        int error = 0, n;

        if (count > 0)
                memset(mounts, 0, count * sizeof *mounts);
        n = vfs->getvfsstat ? vfs->getvfsstat(vfs, mounts, count, &error) : -1;
        if (n < 0)
                errno = error > 0 ? error : EIO;
        return n;
}

/* Mounts may come and go between counting and asking. */
static int fill(struct statvfs *buf, size_t room) {
        int n = nkx_vfs_mounts(NULL, 0);
        struct nkx_vfs_mount *mounts;

        if (n <= 0 || room == 0)
                return n < 0 ? -1 : 0;
        if (room > (size_t)n)
                room = (size_t)n;
        mounts = calloc(room, sizeof *mounts);
        if (!mounts)
                return -1; /* errno says so */
        n = nkx_vfs_mounts(mounts, room);
        if (n > 0 && (size_t)n > room)
                n = (int)room;
        for (int i = 0; i < n; i++) {
                buf[i] = mounts[i].st;
                buf[i].f_flag |= mounts[i].flags;
        }
        free(mounts);
        return n;
}

EXPORTED int getvfsstat(struct statvfs *buf, size_t size, int flags) {
        if (flags != ST_WAIT && flags != ST_NOWAIT) {
                errno = EINVAL;
                return -1;
        }
        return buf ? fill(buf, size / sizeof *buf) : nkx_vfs_mounts(NULL, 0);
}
