/* SPDX-License-Identifier: MIT */
/*
 * Answers about what a name or a descriptor is.
 */
#include "answers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "convert.h"

#define STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT)

static long stat_name(const CallDir *dir, const char *path, int flags, struct stat *st) {
        struct vfs *vfs = call_vfs();
        int error = 0;

        if (vfs->fstatat)
                return call_result(vfs->fstatat(vfs, dir->handle, path, st, flags, &error), &error);
        if (!dir->file && !(flags & AT_SYMLINK_NOFOLLOW) && vfs->stat)
                return call_result(vfs->stat(vfs, path, st, &error), &error);
        if (!dir->file && (flags & AT_SYMLINK_NOFOLLOW) && vfs->lstat)
                return call_result(vfs->lstat(vfs, path, st, &error), &error);
        return -EIO;
}

/* --- files that are given --- */

#define FOLDER_MODE (S_IFDIR | 0555)

/* The VFS's answer about a name, and what is known besides. */
static long stat_given(const char *path, struct stat *st) {
        return call_stat_given ? call_stat_given(path, st) : CALL_NOT_GIVEN;
}

static bool leads_to_given(const char *path, long answer) {
        return answer == -ENOENT && call_has_given_below && call_has_given_below(path);
}

static void show_folder(struct stat *st) {
        *st = (struct stat){.st_mode = FOLDER_MODE, .st_nlink = 2, .st_blksize = 4096};
}

/* --- stat --- */

static long stat_path(long dir_fd, long path_argument, int flags, struct stat *st) {
        const char *path;
        CallDir dir;
        long r = call_path(path_argument, &path);

        if (r == 0) {
                r = stat_given(path, st);
                if (r != CALL_NOT_GIVEN)
                        return r;
                r = call_dir(dir_fd, path, &dir);
        }
        if (r < 0)
                return r;
        r = stat_name(&dir, path, flags & AT_SYMLINK_NOFOLLOW, st);
        call_dir_put(&dir);
        if (!leads_to_given(path, r))
                return r;
        show_folder(st);
        return 0;
}

static long stat_file(FdtFile *file, struct stat *st) {
        int error = 0;

        if (!file->vfs->fstat)
                return -EIO;
        return call_result(file->vfs->fstat(file->vfs, file->handle, st, &error), &error);
}

/* AT_EMPTY_PATH: the descriptor itself. A path of NULL counts as empty, as on newer kernels. */
static bool is_descriptor(long path_argument, int flags) {
        const char *path = (const char *)path_argument;

        return (flags & AT_EMPTY_PATH) && (!path || !*path);
}

long answer_stat(const CallArgs *args) {
        return args->a[1] ? stat_path(AT_FDCWD, args->a[0], 0, (struct stat *)args->a[1]) : -EFAULT;
}

long answer_lstat(const CallArgs *args) {
        return args->a[1] ? stat_path(AT_FDCWD, args->a[0], AT_SYMLINK_NOFOLLOW, (struct stat *)args->a[1])
                          : -EFAULT;
}

long answer_fstat(const CallArgs *args) {
        FdtFile *file = fdt_get((int)args->a[0]);
        long r;

        if (!file)
                return call_kernel(args);
        r = args->a[1] ? stat_file(file, (struct stat *)args->a[1]) : -EFAULT;
        (void)fdt_file_put(file);
        return r;
}

/* The working directory is a name, not a descriptor of the kernel's. */
static long stat_here(struct stat *st) {
        return stat_path(AT_FDCWD, (long)".", 0, st);
}

long answer_newfstatat(const CallArgs *args) {
        const CallArgs of_file = {.number = SYS_fstat, .a = {args->a[0], args->a[2]}};
        struct stat *st = (struct stat *)args->a[2];
        int flags = (int)args->a[3];

        if (flags & ~STAT_FLAGS)
                return -EINVAL;
        if (!st)
                return -EFAULT;
        if (!is_descriptor(args->a[1], flags))
                return stat_path(args->a[0], args->a[1], flags, st);
        return (int)args->a[0] == AT_FDCWD ? stat_here(st) : answer_fstat(&of_file);
}

long answer_statx(const CallArgs *args) {
        struct statx *to = (struct statx *)args->a[4];
        int flags = (int)args->a[2], fd = (int)args->a[0];
        struct stat st;
        long r;

        if (flags & ~(STAT_FLAGS | AT_STATX_SYNC_TYPE))
                return -EINVAL;
        if (!to)
                return -EFAULT;
        if (is_descriptor(args->a[1], flags) && fd != AT_FDCWD && !fdt_is_virtual(fd))
                return call_kernel(args);
        r = answer_newfstatat(
                &(CallArgs){.number = SYS_newfstatat, .a = {fd, args->a[1], (long)&st, flags & STAT_FLAGS}});
        if (r == 0)
                convert_statx(to, &st);
        return r;
}

long answer_statfs(const CallArgs *args) {
        struct vfs *vfs = call_vfs();
        struct statvfs st;
        const char *path;
        int error = 0;
        long r = call_path(args->a[0], &path);

        if (r == 0 && !args->a[1])
                r = -EFAULT;
        if (r == 0)
                r = vfs->statvfs ? call_result(vfs->statvfs(vfs, path, &st, &error), &error) : -EIO;
        if (r == 0)
                convert_statfs((struct statfs *)args->a[1], &st);
        return r;
}

/* --- access --- */

static long access_path(long dir_fd, long path_argument, int mode, int flags) {
        struct vfs *vfs = call_vfs();
        struct stat given;
        const char *path;
        int error = 0;
        CallDir dir;
        long r = call_path(path_argument, &path);

        if (r == 0 && (mode & ~(R_OK | W_OK | X_OK)))
                r = -EINVAL;
        if (r == 0 && stat_given(path, &given) == 0)
                return mode & W_OK ? -EROFS : 0;
        if (r == 0)
                r = call_dir(dir_fd, path, &dir);
        if (r < 0)
                return r;
        r = vfs->faccessat ? call_result(vfs->faccessat(vfs, dir.handle, path, mode, flags, &error), &error)
                           : -EIO;
        call_dir_put(&dir);
        if (leads_to_given(path, r))
                return mode & W_OK ? -EROFS : 0;
        return r;
}

long answer_access(const CallArgs *args) {
        return access_path(AT_FDCWD, args->a[0], (int)args->a[1], 0);
}

long answer_faccessat(const CallArgs *args) {
        int flags = args->number == SYS_faccessat2 ? (int)args->a[3] : 0;

        if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW))
                return -EINVAL;
        return access_path(args->a[0], args->a[1], (int)args->a[2], flags);
}

/* --- links --- */

static long read_link(long dir_fd, long path_argument, char *buffer, long size) {
        struct vfs *vfs = call_vfs();
        struct stat given;
        const char *path;
        int error = 0;
        CallDir dir;
        long r = call_path(path_argument, &path);

        if (r == 0 && ((int)size <= 0 || stat_given(path, &given) == 0))
                r = -EINVAL;
        if (r == 0)
                r = call_dir(dir_fd, path, &dir);
        if (r < 0)
                return r;
        r = vfs->readlinkat
                    ? call_result(vfs->readlinkat(vfs, dir.handle, path, buffer, (size_t)(int)size, &error),
                              &error)
                    : -EIO;
        call_dir_put(&dir);
        return leads_to_given(path, r) ? -EINVAL : r;
}

long answer_readlink(const CallArgs *args) {
        return read_link(AT_FDCWD, args->a[0], (char *)args->a[1], args->a[2]);
}

long answer_readlinkat(const CallArgs *args) {
        return read_link(args->a[0], args->a[1], (char *)args->a[2], args->a[3]);
}
