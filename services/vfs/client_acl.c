/* SPDX-License-Identifier: MIT */
/*
 * Lists of access rights, kept as attributes of files: see client_acl.h.
 */
#include "client_acl.h"

#include <errno.h>
#include <string.h>

#include "aclform.h"

#define NAME_BYTES_MAX 255u

static bool is_default(const char *name) {
        return strcmp(name, "system.posix_acl_default") == 0;
}

bool acl_is_name(const char *name) {
        return strcmp(name, "system.posix_acl_access") == 0 || is_default(name);
}

/* Of the name spaces with any names. */
static const char *find_space(const char *name) {
        static const char *const spaces[] = {"user.", "trusted.", "security."};

        for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
                if (strncmp(name, spaces[i], strlen(spaces[i])) == 0)
                        return spaces[i];
        return NULL;
}

/* As on Linux: only files and directories have attributes of the user, for whom their contents are. */
static int check_of_user(const VfsClient *c, const Place *p, mode_t wanted) {
        if (!S_ISREG(p->node->type) && !S_ISDIR(p->node->type))
                return wanted == S_IWUSR ? -EPERM : -ENODATA;
        return place_check_mode(c, p, wanted);
}

int xattr_check(const VfsClient *c, const Place *p, const char *name, mode_t wanted) {
        const char *space = find_space(name);
        size_t n = strnlen(name, NAME_BYTES_MAX + 1);

        if (n == 0 || n > NAME_BYTES_MAX)
                return -ERANGE;
        if (!space)
                return acl_is_name(name) && !S_ISLNK(p->node->type) ? 0 : -EOPNOTSUPP;
        if (!name[strlen(space)])
                return -EINVAL;
        return strcmp(space, "user.") == 0 ? check_of_user(c, p, wanted) : 0;
}

int acl_refresh(const Place *p, const char *name, void *list, size_t size) {
        struct stat st;
        int r;

        if (!aclform_is_valid(list, size))
                return -EIO; /* not written by us */
        if (is_default(name))
                return 0;
        r = place_stat(p, &st);
        if (r == 0)
                aclform_apply_mode(list, size, st.st_mode);
        return r;
}

static int store(const Place *p, const char *name, const void *list, size_t size) {
        int r;

        fs_lock(p->mount->fs);
        r = p->mount->fs->ops->setxattr(p->node, name, list, size, 0);
        fs_unlock(p->mount->fs);
        return r;
}

/* A list that says no more than a mode is the mode. */
static int set_access(const Place *p, const char *name, const void *list, size_t size) {
        struct stat st;
        int r = place_stat(p, &st);

        if (r == 0)
                r = size == ACLFORM_SIZE_MINIMAL ? acl_remove(p, name) : store(p, name, list, size);
        return r < 0 ? r : place_chmod(p, (st.st_mode & 07000) | aclform_mode(list, size));
}

int acl_set(const Place *p, const char *name, const void *list, size_t size) {
        if (is_default(name) && !S_ISDIR(p->node->type))
                return -EACCES;
        if (!aclform_is_valid(list, size))
                return -EINVAL;
        return is_default(name) ? store(p, name, list, size) : set_access(p, name, list, size);
}

int acl_remove(const Place *p, const char *name) {
        int r;

        fs_lock(p->mount->fs);
        r = p->mount->fs->ops->removexattr(p->node, name);
        fs_unlock(p->mount->fs);
        return r == -ENODATA ? 0 : r;
}

/* --- what is made in a directory --- */

static const char access_name[] = "system.posix_acl_access", default_name[] = "system.posix_acl_default";

/* Its size; 0: there is none. */
static int read_default(FsNode *dir, void *list, size_t *ret_size) {
        int r = dir->fs->ops->getxattr
                        ? dir->fs->ops->getxattr(dir, default_name, list, ACL_DEFAULT_MAX, ret_size)
                        : -ENODATA;

        if (r == -ENODATA || r == -EOPNOTSUPP) {
                *ret_size = 0;
                return 0;
        }
        return r < 0 || aclform_is_valid(list, *ret_size) ? r : -EIO;
}

int acl_inherit(FsNode *dir, mode_t umask, mode_t *mode, AclNew *ret) {
        int r = 0;

        ret->size = 0;
        if (!S_ISLNK(*mode))
                r = read_default(dir, ret->deflt, &ret->size);
        if (r < 0)
                return r;
        if (ret->size == 0) {
                *mode &= S_ISLNK(*mode) ? *mode : ~(umask & 0777);
                return 0;
        }
        memcpy(ret->access, ret->deflt, ret->size);
        *mode = (*mode & ~(mode_t)0777) | aclform_inherit(ret->access, ret->size, *mode & 0777);
        return 0;
}

int acl_give(FsNode *node, const AclNew *lists) {
        const FsOps *ops = node->fs->ops;
        int r = 0;

        if (lists->size > ACLFORM_SIZE_MINIMAL)
                r = ops->setxattr(node, access_name, lists->access, lists->size, 0);
        if (r == 0 && lists->size > 0 && S_ISDIR(node->type))
                r = ops->setxattr(node, default_name, lists->deflt, lists->size, 0);
        return r;
}
