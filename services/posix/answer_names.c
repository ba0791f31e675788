/* SPDX-License-Identifier: MIT */
/*
 * Answers that change names and what they lead to.
 *
 * The calls without a folder, and with fewer arguments, are the others with some filled in.
 */
#include "answers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <utime.h>

/* A name to act on. */
typedef struct Name {
        struct vfs *vfs;
        const char *path;
        CallDir dir;
} Name;

static long find_name(long dir_fd, long path_argument, Name *ret) {
        long r = call_path(path_argument, &ret->path);

        if (r == 0)
                r = call_dir(dir_fd, ret->path, &ret->dir);
        ret->vfs = call_vfs();
        return r;
}

/* What most answers do with one name; `error` and `n` are there for the expression. */
#define WITH_NAME(dir_fd, path_argument, member, expression)                                                 \
        Name n;                                                                                              \
        int error = 0;                                                                                       \
        long r = find_name(dir_fd, path_argument, &n);                                                       \
                                                                                                             \
        if (r < 0)                                                                                           \
                return r;                                                                                    \
        r = n.vfs->member ? call_result((expression), &error) : -EIO;                                        \
        call_dir_put(&n.dir);                                                                                \
        return r

static long make_folder(long dir, long path, long mode) {
        WITH_NAME(dir, path, mkdirat, n.vfs->mkdirat(n.vfs, n.dir.handle, n.path, (mode_t)mode, &error));
}

static long remove_name(long dir, long path, long flags) {
        if (flags & ~AT_REMOVEDIR)
                return -EINVAL;
        WITH_NAME(dir, path, unlinkat, n.vfs->unlinkat(n.vfs, n.dir.handle, n.path, (int)flags, &error));
}

static long change_mode(long dir, long path, long mode, long flags) {
        WITH_NAME(dir, path, fchmodat,
                n.vfs->fchmodat(n.vfs, n.dir.handle, n.path, (mode_t)mode, (int)flags, &error));
}

static long change_owner(long dir, long path, long uid, long gid, long flags) {
        if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
                return -EINVAL;
        WITH_NAME(dir, path, fchownat,
                n.vfs->fchownat(n.vfs, n.dir.handle, n.path, (uid_t)uid, (gid_t)gid, (int)flags, &error));
}

static long make_link(long target_argument, long dir, long path) {
        const char *target;
        long found = call_path(target_argument, &target);

        if (found < 0)
                return found;
        WITH_NAME(dir, path, symlinkat, n.vfs->symlinkat(n.vfs, target, n.dir.handle, n.path, &error));
}

static long set_times(long dir, long path, const struct timespec *times, long flags) {
        WITH_NAME(dir, path, utimensat,
                n.vfs->utimensat(n.vfs, n.dir.handle, n.path, times, (int)flags, &error));
}

/* Two names: the second one is found while the first one is held. */
typedef long TwoNames(const Name *old, const Name *new, int flags);

static long with_two(const long a[4], int flags, TwoNames *act) {
        Name old, new;
        long r = find_name(a[0], a[1], &old);

        if (r < 0)
                return r;
        r = find_name(a[2], a[3], &new);
        if (r == 0) {
                r = act(&old, &new, flags);
                call_dir_put(&new.dir);
        }
        call_dir_put(&old.dir);
        return r;
}

static long rename_one(const Name *old, const Name *new, int flags) {
        int error = 0;

        if (!old->vfs->renameat)
                return -EIO;
        return call_result(old->vfs->renameat(old->vfs, old->dir.handle, old->path, new->dir.handle,
                                   new->path, (unsigned)flags, &error),
                &error);
}

static long link_one(const Name *old, const Name *new, int flags) {
        int error = 0;

        if (!old->vfs->linkat)
                return -EIO;
        return call_result(old->vfs->linkat(old->vfs, old->dir.handle, old->path, new->dir.handle, new->path,
                                   flags, &error),
                &error);
}

/* --- the calls --- */

long answer_mkdir(const CallArgs *args) {
        return make_folder(AT_FDCWD, args->a[0], args->a[1]);
}

long answer_mkdirat(const CallArgs *args) {
        return make_folder(args->a[0], args->a[1], args->a[2]);
}

long answer_rmdir(const CallArgs *args) {
        return remove_name(AT_FDCWD, args->a[0], AT_REMOVEDIR);
}

long answer_unlink(const CallArgs *args) {
        return remove_name(AT_FDCWD, args->a[0], 0);
}

long answer_unlinkat(const CallArgs *args) {
        return remove_name(args->a[0], args->a[1], args->a[2]);
}

long answer_rename(const CallArgs *args) {
        return with_two((const long[]){AT_FDCWD, args->a[0], AT_FDCWD, args->a[1]}, 0, rename_one);
}

long answer_renameat(const CallArgs *args) {
        return with_two(args->a, 0, rename_one);
}

long answer_renameat2(const CallArgs *args) {
        return with_two(args->a, (int)args->a[4], rename_one);
}

long answer_link(const CallArgs *args) {
        return with_two((const long[]){AT_FDCWD, args->a[0], AT_FDCWD, args->a[1]}, 0, link_one);
}

long answer_linkat(const CallArgs *args) {
        if (args->a[4] & ~AT_SYMLINK_FOLLOW)
                return args->a[4] & AT_EMPTY_PATH ? -ENOENT : -EINVAL;
        return with_two(args->a, (int)args->a[4], link_one);
}

long answer_symlink(const CallArgs *args) {
        return make_link(args->a[0], AT_FDCWD, args->a[1]);
}

long answer_symlinkat(const CallArgs *args) {
        return make_link(args->a[0], args->a[1], args->a[2]);
}

long answer_chmod(const CallArgs *args) {
        return change_mode(AT_FDCWD, args->a[0], args->a[1], 0);
}

/* The older system call has no flags. */
long answer_fchmodat(const CallArgs *args) {
        return change_mode(args->a[0], args->a[1], args->a[2], 0);
}

long answer_fchmodat2(const CallArgs *args) {
        if (args->a[3] & ~AT_SYMLINK_NOFOLLOW)
                return -EINVAL;
        return change_mode(args->a[0], args->a[1], args->a[2], args->a[3]);
}

long answer_chown(const CallArgs *args) {
        return change_owner(AT_FDCWD, args->a[0], args->a[1], args->a[2], 0);
}

long answer_lchown(const CallArgs *args) {
        return change_owner(AT_FDCWD, args->a[0], args->a[1], args->a[2], AT_SYMLINK_NOFOLLOW);
}

long answer_fchownat(const CallArgs *args) {
        const CallArgs of_file = {.number = SYS_fchown, .a = {args->a[0], args->a[2], args->a[3]}};
        const char *path = (const char *)args->a[1];

        if ((args->a[4] & AT_EMPTY_PATH) && path && !*path)
                return answer_fchown(&of_file);
        return change_owner(args->a[0], args->a[1], args->a[2], args->a[3], args->a[4]);
}

long answer_truncate(const CallArgs *args) {
        struct vfs *vfs = call_vfs();
        const char *path;
        int error = 0;
        long r = call_path(args->a[0], &path);

        if (r < 0)
                return r;
        return vfs->truncate ? call_result(vfs->truncate(vfs, path, args->a[1], &error), &error) : -EIO;
}

/* Files only: pipes with names, devices and sockets are nothing that a back end makes. */
static long make_node(long dir, long path, long mode) {
        long fd;

        if ((mode & S_IFMT) != S_IFREG && (mode & S_IFMT) != 0)
                return -EPERM;
        fd = call(SYS_openat, dir, path, O_CREAT | O_EXCL | O_WRONLY, mode & 07777, 0, 0);
        return fd < 0 ? fd : call(SYS_close, fd, 0, 0, 0, 0, 0);
}

long answer_mknod(const CallArgs *args) {
        return make_node(AT_FDCWD, args->a[0], args->a[1]);
}

long answer_mknodat(const CallArgs *args) {
        return make_node(args->a[0], args->a[1], args->a[2]);
}

/* --- times, in the forms that there have been --- */

static long set_file_times(long fd, const struct timespec *times) {
        FdtFile *file = fdt_get((int)fd);
        int error = 0;
        long r = -EIO;

        if (!file)
                return fdt_real_error((int)fd, -EPERM);
        if (file->vfs->futimens)
                r = call_result(file->vfs->futimens(file->vfs, file->handle, times, &error), &error);
        (void)fdt_file_put(file);
        return r;
}

static bool is_nanoseconds(const struct timespec *time) {
        return time->tv_nsec == UTIME_NOW || time->tv_nsec == UTIME_OMIT ||
               (time->tv_nsec >= 0 && time->tv_nsec < 1000000000);
}

long answer_utimensat(const CallArgs *args) {
        const struct timespec *times = (const struct timespec *)args->a[2];

        if (times && (!is_nanoseconds(&times[0]) || !is_nanoseconds(&times[1])))
                return -EINVAL;
        if (args->a[3] & ~AT_SYMLINK_NOFOLLOW)
                return -EINVAL;
        if (!args->a[1])
                return set_file_times(args->a[0], times);
        return set_times(args->a[0], args->a[1], times, args->a[3]);
}

long answer_utime(const CallArgs *args) {
        const struct utimbuf *old = (const struct utimbuf *)args->a[1];
        struct timespec times[2];

        if (!old)
                return set_times(AT_FDCWD, args->a[0], NULL, 0);
        times[0] = (struct timespec){.tv_sec = old->actime};
        times[1] = (struct timespec){.tv_sec = old->modtime};
        return set_times(AT_FDCWD, args->a[0], times, 0);
}

static long set_microseconds(long dir, long path, const struct timeval *old) {
        struct timespec times[2];

        if (!old)
                return set_times(dir, path, NULL, 0);
        for (int i = 0; i < 2; i++) {
                if (old[i].tv_usec < 0 || old[i].tv_usec >= 1000000)
                        return -EINVAL;
                times[i] = (struct timespec){.tv_sec = old[i].tv_sec, .tv_nsec = old[i].tv_usec * 1000};
        }
        return set_times(dir, path, times, 0);
}

long answer_utimes(const CallArgs *args) {
        return set_microseconds(AT_FDCWD, args->a[0], (const struct timeval *)args->a[1]);
}

long answer_futimesat(const CallArgs *args) {
        return set_microseconds(args->a[0], args->a[1], (const struct timeval *)args->a[2]);
}
