/* SPDX-License-Identifier: MIT */
/*
 * Answers about extended attributes: twelve calls, which are four acts on three kinds of targets.
 */
#include "answers.h"

#include <string.h>
#include <sys/xattr.h>

#define XATTR_NAME_LONGEST 255u

typedef struct Target {
        struct vfs *vfs;
        FdtFile *file;
        Handle handle;
        const char *path;
        bool follow;
} Target;

static long find_path(const CallArgs *args, bool follow, Target *ret) {
        *ret = (Target){.vfs = call_vfs(), .handle = INVALID_HANDLE, .follow = follow};
        return call_path(args->a[0], &ret->path);
}

/* Nothing else that a program has open has attributes. */
static long find_file(const CallArgs *args, Target *ret) {
        FdtFile *file = fdt_get((int)args->a[0]);

        if (!file)
                return fdt_real_error((int)args->a[0], -ENOTSUP);
        *ret = (Target){.vfs = file->vfs, .file = file, .handle = file->handle};
        return 0;
}

static long check_name(long argument, const char **ret) {
        const char *name = (const char *)argument;
        size_t length = name ? strnlen(name, XATTR_NAME_LONGEST + 1) : 0;

        if (!name)
                return -EFAULT;
        if (length == 0 || length > XATTR_NAME_LONGEST)
                return -ERANGE;
        *ret = name;
        return 0;
}

static long get(const Target *t, const CallArgs *args) {
        const char *name;
        int error = 0;
        long r = check_name(args->a[1], &name);

        if (r < 0)
                return r;
        if (!t->vfs->getxattr)
                return -EIO;
        return call_result(t->vfs->getxattr(t->vfs, t->handle, t->path, t->follow, name, (void *)args->a[2],
                                   (size_t)args->a[3], &error),
                &error);
}

static long list(const Target *t, const CallArgs *args) {
        int error = 0;

        if (!t->vfs->listxattr)
                return -EIO;
        return call_result(t->vfs->listxattr(t->vfs, t->handle, t->path, t->follow, (char *)args->a[1],
                                   (size_t)args->a[2], &error),
                &error);
}

static long set(const Target *t, const CallArgs *args) {
        const char *name;
        int error = 0, flags = (int)args->a[4];
        long r = check_name(args->a[1], &name);

        if (r < 0)
                return r;
        if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
                return -EINVAL;
        if (!t->vfs->setxattr)
                return -EIO;
        return call_result(t->vfs->setxattr(t->vfs, t->handle, t->path, t->follow, name,
                                   (const void *)args->a[2], (size_t)args->a[3], flags, &error),
                &error);
}

static long removes(const Target *t, const CallArgs *args) {
        const char *name;
        int error = 0;
        long r = check_name(args->a[1], &name);

        if (r < 0)
                return r;
        if (!t->vfs->removexattr)
                return -EIO;
        return call_result(t->vfs->removexattr(t->vfs, t->handle, t->path, t->follow, name, &error), &error);
}

typedef long Act(const Target *t, const CallArgs *args);

static long on_path(const CallArgs *args, bool follow, Act *act) {
        Target t;
        long r = find_path(args, follow, &t);

        return r < 0 ? r : act(&t, args);
}

static long on_file(const CallArgs *args, Act *act) {
        Target t = {.file = NULL};
        long r = find_file(args, &t);

        if (r < 0)
                return r;
        r = act(&t, args);
        (void)fdt_file_put(t.file);
        return r;
}

#define THREE(name, act)                                                                                     \
        long answer_##name(const CallArgs *args) {                                                           \
                return on_path(args, true, act);                                                             \
        }                                                                                                    \
        long answer_l##name(const CallArgs *args) {                                                          \
                return on_path(args, false, act);                                                            \
        }                                                                                                    \
        long answer_f##name(const CallArgs *args) {                                                          \
                return on_file(args, act);                                                                   \
        }

THREE(getxattr, get)
THREE(listxattr, list)
THREE(setxattr, set)
THREE(removexattr, removes)
