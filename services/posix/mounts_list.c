/* SPDX-License-Identifier: MIT */
/*
 * nkx_vfs_mounts(): see <vfs/vfs.h>.
 */
#include <vfs/vfs.h>

#include <errno.h>

#include "call.h"

__attribute__((visibility("default"))) int nkx_vfs_mounts(struct nkx_vfs_mount *mounts, size_t count) {
        struct vfs *vfs = call_vfs();
        int error = 0, n;

        n = vfs->getvfsstat ? vfs->getvfsstat(vfs, mounts, count, &error) : -1;
        if (n < 0)
                errno = error > 0 ? error : EIO;
        return n;
}
