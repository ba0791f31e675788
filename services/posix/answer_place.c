/* SPDX-License-Identifier: MIT */
/*
 * Answers about where the program is in the tree, and about the tree as a whole.
 */
#include "answers.h"

#include <string.h>

/* A member that takes a path and nothing else; NULL: the back end has none. */
typedef int OfPath(struct vfs *vfs, const char *path, int *error);

static long with_path(struct vfs *vfs, OfPath *member, long path_argument) {
        const char *path;
        int error = 0;
        long r = call_path(path_argument, &path);

        if (r < 0)
                return r;
        return member ? call_result(member(vfs, path, &error), &error) : -EIO;
}

long answer_chdir(const CallArgs *args) {
        struct vfs *vfs = call_vfs();

        return with_path(vfs, vfs->chdir, args->a[0]);
}

long answer_chroot(const CallArgs *args) {
        struct vfs *vfs = call_vfs();

        return with_path(vfs, vfs->chroot, args->a[0]);
}

/* The system call's result is the length with the zero. */
long answer_getcwd(const CallArgs *args) {
        struct vfs *vfs = call_vfs();
        char *buffer = (char *)args->a[0];
        int error = 0;
        long r;

        if (!buffer)
                return -EFAULT;
        if (!vfs->getcwd)
                return -EIO;
        r = call_result(vfs->getcwd(vfs, buffer, (size_t)args->a[1], &error), &error);
        return r < 0 ? r : (long)strlen(buffer) + 1;
}

/* It can't fail; a back end without one has no modes either. */
long answer_umask(const CallArgs *args) {
        static _Atomic long kept = 022;
        struct vfs *vfs = call_vfs();
        int error = 0;
        mode_t old;

        if (vfs->umask) {
                old = vfs->umask(vfs, (mode_t)args->a[0] & 0777, &error);
                if (error == 0)
                        return old & 0777;
        }
        return atomic_exchange(&kept, args->a[0] & 0777);
}

long answer_sync(const CallArgs *args) {
        struct vfs *vfs = call_vfs();
        int error = 0;

        (void)args;
        if (vfs->sync)
                (void)vfs->sync(vfs, &error); /* it can't fail */
        return 0;
}

long answer_syncfs(const CallArgs *args) {
        struct vfs *vfs = call_vfs();
        int error = 0;

        if (!fdt_is_virtual((int)args->a[0]))
                return call_kernel(args);
        return vfs->sync ? call_result(vfs->sync(vfs, &error), &error) : -EIO;
}

long answer_mount(const CallArgs *args) {
        struct vfs *vfs = call_vfs();
        const char *target, *source = (const char *)args->a[0], *type = (const char *)args->a[2];
        int error = 0;
        long r = call_path(args->a[1], &target);

        if (r < 0)
                return r;
        if (!type)
                return -EFAULT;
        if (!vfs->mount)
                return -EIO;
        return call_result(vfs->mount(vfs, source ? source : "", target, type, (unsigned long)args->a[3],
                                   (const void *)args->a[4], &error),
                &error);
}

long answer_umount(const CallArgs *args) {
        struct vfs *vfs = call_vfs();
        const char *target;
        int error = 0;
        long r = call_path(args->a[0], &target);

        if (r < 0)
                return r;
        if (args->a[1])
                return -EINVAL;
        return vfs->umount ? call_result(vfs->umount(vfs, target, &error), &error) : -EIO;
}
