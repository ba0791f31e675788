/* SPDX-License-Identifier: MIT */
/*
 * The back end `local`: extended attributes. See local.h.
 */
#include <errno.h>

#include "local_state.h"

static VfsTarget target_of(Handle fd, const char *path, bool follow) {
        return (VfsTarget){.file = path ? NULL : local_file(fd), .path = path, .follow = follow};
}

static ssize_t local_getxattr(struct vfs *self, Handle fd, const char *path, bool follow, const char *name,
        void *value, size_t size, int *error) {
        const VfsTarget t = target_of(fd, path, follow);
        size_t n = 0;
        int r = vfs_getxattr(&local_client, &t, name, value, size, &n);

        (void)self;
        return r < 0 ? local_outcome(r, error) : (ssize_t)n;
}

static ssize_t local_listxattr(
        struct vfs *self, Handle fd, const char *path, bool follow, char *list, size_t size, int *error) {
        const VfsTarget t = target_of(fd, path, follow);
        size_t n = 0;
        int r = vfs_listxattr(&local_client, &t, list, size, &n);

        (void)self;
        return r < 0 ? local_outcome(r, error) : (ssize_t)n;
}

static int local_setxattr(struct vfs *self, Handle fd, const char *path, bool follow, const char *name,
        const void *value, size_t size, int flags, int *error) {
        const VfsTarget t = target_of(fd, path, follow);

        (void)self;
        return local_outcome(vfs_setxattr(&local_client, &t, name, value, size, flags), error);
}

static int local_removexattr(
        struct vfs *self, Handle fd, const char *path, bool follow, const char *name, int *error) {
        const VfsTarget t = target_of(fd, path, follow);

        (void)self;
        return local_outcome(vfs_removexattr(&local_client, &t, name), error);
}

void local_add_xattrs(struct vfs *vfs) {
        vfs->getxattr = local_getxattr;
        vfs->listxattr = local_listxattr;
        vfs->setxattr = local_setxattr;
        vfs->removexattr = local_removexattr;
}
