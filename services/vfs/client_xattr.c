/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes, of an open file or of what a path leads to.
 */
#include <errno.h>
#include <fcntl.h>

#include "client_acl.h"

/* With a reference of its own. */
static int target_place(VfsClient *c, const VfsTarget *t, Place *ret) {
        Walked w;
        int r;

        if (t->file) {
                if (t->file->access & O_PATH)
                        return -EBADF;
                *ret = place_ref(t->file->place);
                return 0;
        }
        r = vfs_walk(c, t->dir, t->path, t->follow ? WALK_FOLLOW : 0, &w);
        *ret = w.place;
        return r;
}

int vfs_getxattr(
        VfsClient *c, const VfsTarget *t, const char *name, void *value, size_t size, size_t *ret_length) {
        Place p;
        int r = target_place(c, t, &p);

        if (r < 0)
                return r;
        r = p.mount->fs->ops->getxattr ? xattr_check(c, &p, name, S_IRUSR) : -EOPNOTSUPP;
        if (r == 0) {
                fs_lock_shared(p.mount->fs);
                r = p.mount->fs->ops->getxattr(p.node, name, value, size, ret_length);
                fs_unlock(p.mount->fs);
        }
        if (r == 0 && size > 0 && acl_is_name(name))
                r = acl_refresh(&p, name, value, *ret_length);
        place_unref(&p);
        return r;
}

int vfs_listxattr(VfsClient *c, const VfsTarget *t, char *list, size_t size, size_t *ret_length) {
        Place p;
        int r = target_place(c, t, &p);

        if (r < 0)
                return r;
        r = -EOPNOTSUPP;
        if (p.mount->fs->ops->listxattr) {
                fs_lock_shared(p.mount->fs);
                r = p.mount->fs->ops->listxattr(p.node, list, size, ret_length);
                fs_unlock(p.mount->fs);
        }
        place_unref(&p);
        return r;
}

static int set(const Place *p, const char *name, const void *value, size_t size, int flags) {
        int r;

        if (acl_is_name(name))
                return acl_set(p, name, value, size);
        fs_lock(p->mount->fs);
        r = p->mount->fs->ops->setxattr(p->node, name, value, size, flags);
        fs_unlock(p->mount->fs);
        return r;
}

int vfs_setxattr(
        VfsClient *c, const VfsTarget *t, const char *name, const void *value, size_t size, int flags) {
        Place p;
        int r = target_place(c, t, &p);

        if (r < 0)
                return r;
        r = place_check_writable(&p);
        if (r == 0 && !p.mount->fs->ops->setxattr)
                r = -EOPNOTSUPP;
        if (r == 0)
                r = xattr_check(c, &p, name, S_IWUSR);
        if (r == 0)
                r = set(&p, name, value, size, flags);
        place_unref(&p);
        return r;
}

static int take_away(const Place *p, const char *name) {
        int r;

        if (acl_is_name(name))
                return acl_remove(p, name);
        fs_lock(p->mount->fs);
        r = p->mount->fs->ops->removexattr(p->node, name);
        fs_unlock(p->mount->fs);
        return r;
}

int vfs_removexattr(VfsClient *c, const VfsTarget *t, const char *name) {
        Place p;
        int r = target_place(c, t, &p);

        if (r < 0)
                return r;
        r = place_check_writable(&p);
        if (r == 0 && !p.mount->fs->ops->removexattr)
                r = -EOPNOTSUPP;
        if (r == 0)
                r = xattr_check(c, &p, name, S_IWUSR);
        if (r == 0)
                r = take_away(&p, name);
        place_unref(&p);
        return r;
}
