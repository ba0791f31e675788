/* SPDX-License-Identifier: MIT */
/*
 * Answers about open files, beside their contents.
 */
#include "answers.h"

#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "convert.h"

/* What most answers do: the file, the member of its back end or EIO, the result. Used between FILE_BEGIN,
 * where `file`, `vfs` and `error` come from, and FILE_END. */
#define FILE_BEGIN(member)                                                                                   \
        FdtFile *file = fdt_get((int)args->a[0]);                                                            \
        struct vfs *vfs;                                                                                     \
        int error = 0;                                                                                       \
        long r = -EIO;                                                                                       \
                                                                                                             \
        if (!file)                                                                                           \
                return call_kernel_fd(args);                                                                 \
        vfs = file->vfs;                                                                                     \
        if (vfs->member)
#define FILE_END                                                                                             \
        (void)fdt_file_put(file);                                                                            \
        return r

long answer_lseek(const CallArgs *args) {
        FILE_BEGIN(lseek)
        r = call_result(vfs->lseek(vfs, file->handle, args->a[1], (int)args->a[2], &error), &error);
        FILE_END;
}

/* What is open and not a file of the VFS can't be cut. */
static long cut(const CallArgs *args) {
        FILE_BEGIN(ftruncate)
        r = call_result(vfs->ftruncate(vfs, file->handle, args->a[1], &error), &error);
        FILE_END;
}

long answer_ftruncate(const CallArgs *args) {
        return fdt_is_virtual((int)args->a[0]) ? cut(args) : fdt_real_error((int)args->a[0], -EINVAL);
}

long answer_fsync(const CallArgs *args) {
        FILE_BEGIN(fsync)
        r = call_result(vfs->fsync(vfs, file->handle, &error), &error);
        FILE_END;
}

long answer_fdatasync(const CallArgs *args) {
        FILE_BEGIN(fdatasync)
        r = call_result(vfs->fdatasync(vfs, file->handle, &error), &error);
        FILE_END;
}

long answer_getdents(const CallArgs *args) {
        FILE_BEGIN(getdents)
        r = call_result(
                vfs->getdents(vfs, file->handle, (void *)args->a[1], (unsigned)args->a[2], &error), &error);
        FILE_END;
}

long answer_fchmod(const CallArgs *args) {
        FILE_BEGIN(fchmod)
        r = call_result(vfs->fchmod(vfs, file->handle, (mode_t)args->a[1], &error), &error);
        FILE_END;
}

long answer_fchown(const CallArgs *args) {
        FILE_BEGIN(fchown)
        r = call_result(vfs->fchown(vfs, file->handle, (uid_t)args->a[1], (gid_t)args->a[2], &error), &error);
        FILE_END;
}

long answer_fchdir(const CallArgs *args) {
        FdtFile *file = fdt_get((int)args->a[0]);
        struct vfs *vfs;
        int error = 0;
        long r = -EIO;

        if (!file) /* open, but the kernel's: no folder */
                return fdt_real_error((int)args->a[0], -ENOTDIR);
        vfs = file->vfs;
        if (vfs->fchdir)
                r = call_result(vfs->fchdir(vfs, file->handle, &error), &error);
        FILE_END;
}

long answer_fstatfs(const CallArgs *args) {
        struct statvfs st;

        FILE_BEGIN(fstatvfs) {
                r = args->a[1] ? call_result(vfs->fstatvfs(vfs, file->handle, &st, &error), &error) : -EFAULT;
                if (r == 0)
                        convert_statfs((struct statfs *)args->a[1], &st);
        }
        FILE_END;
}

/* No back end reserves space; the C library then writes into the file what is missing. */
long answer_fallocate(const CallArgs *args) {
        if (!fdt_is_virtual((int)args->a[0]))
                return call_kernel_fd(args);
        return args->a[2] < 0 || args->a[3] <= 0 ? -EINVAL : -EOPNOTSUPP;
}

/* Advice may be ignored. */
long answer_fadvise(const CallArgs *args) {
        return fdt_is_virtual((int)args->a[0]) ? 0 : call_kernel(args);
}

long answer_no_such(const CallArgs *args) {
        (void)args;
        return -ENOSYS;
}
