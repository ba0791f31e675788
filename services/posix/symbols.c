/* SPDX-License-Identifier: MIT */
/*
 * File functions of the C library by name: linked before it, they answer without the detour of the trap, also
 * for the libraries that the program uses.
 *
 * Each makes the system call that the C library would make, and turns the result into errno. A name that
 * isn't here, such as fopen(), works by the trap.
 */
#undef _FILE_OFFSET_BITS /* else the headers would give these functions the other names */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "call.h"

#pragma GCC visibility push(default) /* everything here is what a program calls */

static long finish(long r) {
        if (r >= 0 || r < -4095)
                return r;
        errno = (int)-r;
        return -1;
}

#define SIX(a, b, c, d, e, f, ...) (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)
#define FILL(...)                  SIX(__VA_ARGS__, 0, 0, 0, 0, 0, 0)

/* A function that is one call. */
#define IS_CALL(type, name, parameters, number, ...)                                                         \
        type name parameters {                                                                               \
                return (type)finish(call(SYS_##number, FILL(__VA_ARGS__)));                                  \
        }
/* On this machine the functions with and without 64 are the same. */
#define ALSO_AS(alias, name) __asm__(".globl " #alias "\n.set " #alias ", " #name);

/* Calls that may wait, and that pthread_cancel() ends: of the kernel's descriptors wherever they are, of the
 * VFS's before they begin, because a call that was begun must be ended. */
static long cancellable(long number, long fd, long b, long c, long d) {
        int before;
        long r;

        if (fdt_is_virtual((int)fd)) {
                pthread_testcancel();
                return finish(call(number, fd, b, c, d, 0, 0));
        }
        (void)pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
        r = finish(call(number, fd, b, c, d, 0, 0));
        (void)pthread_setcanceltype(before, NULL);
        return r;
}

/* --- opening and descriptors --- */

static long open_with(int dir, const char *path, int flags, mode_t mode) {
        pthread_testcancel();
        return finish(call(SYS_openat, dir, (long)path, flags, mode, 0, 0));
}

/* The mode is there when a file may be made. */
static mode_t mode_of(int flags, va_list args) {
        return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
        va_list args;
        mode_t mode;

        va_start(args, flags);
        mode = mode_of(flags, args);
        va_end(args);
        return (int)open_with(AT_FDCWD, path, flags, mode);
}
ALSO_AS(open64, open)

int openat(int dir, const char *path, int flags, ...) {
        va_list args;
        mode_t mode;

        va_start(args, flags);
        mode = mode_of(flags, args);
        va_end(args);
        return (int)open_with(dir, path, flags, mode);
}
ALSO_AS(openat64, openat)

int creat(const char *path, mode_t mode) {
        return (int)open_with(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
ALSO_AS(creat64, creat)

IS_CALL(int, close, (int fd), close, fd)
IS_CALL(int, close_range, (unsigned first, unsigned last, int flags), close_range, first, last, flags)
IS_CALL(int, dup, (int fd), dup, fd)
IS_CALL(int, dup2, (int from, int to), dup2, from, to)
IS_CALL(int, dup3, (int from, int to, int flags), dup3, from, to, flags)
IS_CALL(int, flock, (int fd, int operation), flock, fd, operation)

int fcntl(int fd, int command, ...) {
        va_list args;
        long argument;

        va_start(args, command);
        argument = va_arg(args, long); /* whatever it is, it is one register */
        va_end(args);
        return (int)finish(call(SYS_fcntl, fd, command, argument, 0, 0, 0));
}
ALSO_AS(fcntl64, fcntl)

int ioctl(int fd, unsigned long request, ...) {
        va_list args;
        long argument;

        va_start(args, request);
        argument = va_arg(args, long);
        va_end(args);
        return (int)finish(call(SYS_ioctl, fd, (long)request, argument, 0, 0, 0));
}

IS_CALL(int, socket, (int domain, int type, int protocol), socket, domain, type, protocol)

/* --- contents --- */

ssize_t read(int fd, void *buffer, size_t size) {
        return cancellable(SYS_read, fd, (long)buffer, (long)size, 0);
}

ssize_t write(int fd, const void *buffer, size_t size) {
        return cancellable(SYS_write, fd, (long)buffer, (long)size, 0);
}

ssize_t readv(int fd, const struct iovec *parts, int n) {
        return cancellable(SYS_readv, fd, (long)parts, n, 0);
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
        return cancellable(SYS_writev, fd, (long)parts, n, 0);
}

ssize_t pread(int fd, void *buffer, size_t size, off_t at) {
        return cancellable(SYS_pread64, fd, (long)buffer, (long)size, at);
}
ALSO_AS(pread64, pread)

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t at) {
        return cancellable(SYS_pwrite64, fd, (long)buffer, (long)size, at);
}
ALSO_AS(pwrite64, pwrite)

IS_CALL(ssize_t, sendfile, (int out, int in, off_t *at, size_t size), sendfile, out, in, at, size)
ALSO_AS(sendfile64, sendfile)
IS_CALL(off_t, lseek, (int fd, off_t at, int whence), lseek, fd, at, whence)
ALSO_AS(lseek64, lseek)
IS_CALL(int, ftruncate, (int fd, off_t size), ftruncate, fd, size)
ALSO_AS(ftruncate64, ftruncate)
IS_CALL(int, truncate, (const char *path, off_t size), truncate, path, size)
ALSO_AS(truncate64, truncate)
IS_CALL(int, fsync, (int fd), fsync, fd)
IS_CALL(int, fdatasync, (int fd), fdatasync, fd)
IS_CALL(ssize_t, getdents64, (int fd, void *buffer, size_t size), getdents64, fd, buffer, size)

void sync(void) {
        (void)call(SYS_sync, 0, 0, 0, 0, 0, 0);
}
IS_CALL(int, syncfs, (int fd), syncfs, fd)

/* --- what something is --- */

IS_CALL(int, stat, (const char *path, struct stat *st), stat, path, st)
ALSO_AS(stat64, stat)
IS_CALL(int, lstat, (const char *path, struct stat *st), lstat, path, st)
ALSO_AS(lstat64, lstat)
IS_CALL(int, fstat, (int fd, struct stat *st), fstat, fd, st)
ALSO_AS(fstat64, fstat)
IS_CALL(int, fstatat, (int dir, const char *path, struct stat *st, int flags), newfstatat, dir, path, st,
        flags)
ALSO_AS(fstatat64, fstatat)
IS_CALL(int, statx, (int dir, const char *path, int flags, unsigned mask, struct statx *st), statx, dir, path,
        flags, mask, st)
IS_CALL(int, access, (const char *path, int mode), access, path, mode)
IS_CALL(int, faccessat, (int dir, const char *path, int mode, int flags), faccessat2, dir, path, mode, flags)
IS_CALL(ssize_t, readlink, (const char *path, char *buffer, size_t size), readlink, path, buffer,
        size > INT_MAX ? INT_MAX : size)
IS_CALL(ssize_t, readlinkat, (int dir, const char *path, char *buffer, size_t size), readlinkat, dir, path,
        buffer, size > INT_MAX ? INT_MAX : size)

/* --- names --- */

IS_CALL(int, mkdir, (const char *path, mode_t mode), mkdir, path, mode)
IS_CALL(int, mkdirat, (int dir, const char *path, mode_t mode), mkdirat, dir, path, mode)
IS_CALL(int, rmdir, (const char *path), rmdir, path)
IS_CALL(int, unlink, (const char *path), unlink, path)
IS_CALL(int, unlinkat, (int dir, const char *path, int flags), unlinkat, dir, path, flags)
IS_CALL(int, rename, (const char *old, const char *new), rename, old, new)
IS_CALL(int, renameat, (int old_dir, const char *old, int new_dir, const char *new), renameat, old_dir, old,
        new_dir, new)
IS_CALL(int, renameat2, (int old_dir, const char *old, int new_dir, const char *new, unsigned flags),
        renameat2, old_dir, old, new_dir, new, flags)
IS_CALL(int, link, (const char *old, const char *new), link, old, new)
IS_CALL(int, linkat, (int old_dir, const char *old, int new_dir, const char *new, int flags), linkat, old_dir,
        old, new_dir, new, flags)
IS_CALL(int, symlink, (const char *target, const char *path), symlink, target, path)
IS_CALL(int, symlinkat, (const char *target, int dir, const char *path), symlinkat, target, dir, path)
IS_CALL(int, chmod, (const char *path, mode_t mode), chmod, path, mode)
IS_CALL(int, fchmod, (int fd, mode_t mode), fchmod, fd, mode)

/* The C library's own go by /proc where a link is not to be followed. */
int fchmodat(int dir, const char *path, mode_t mode, int flags) {
        return (int)finish(call(CALL_FCHMODAT2, dir, (long)path, (long)mode, flags, 0, 0));
}

int lchmod(const char *path, mode_t mode) {
        return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

IS_CALL(int, chown, (const char *path, uid_t uid, gid_t gid), chown, path, uid, gid)
IS_CALL(int, lchown, (const char *path, uid_t uid, gid_t gid), lchown, path, uid, gid)
IS_CALL(int, fchown, (int fd, uid_t uid, gid_t gid), fchown, fd, uid, gid)
IS_CALL(int, fchownat, (int dir, const char *path, uid_t uid, gid_t gid, int flags), fchownat, dir, path, uid,
        gid, flags)
IS_CALL(int, futimens, (int fd, const struct timespec times[2]), utimensat, fd, 0, times, 0)

/* No such file system call has a path of NULL, which would mean the descriptor. */
int utimensat(int dir, const char *path, const struct timespec times[2], int flags) {
        long given = (long)path;

        if (!given) {
                errno = EINVAL;
                return -1;
        }
        return (int)finish(call(SYS_utimensat, dir, given, (long)times, flags, 0, 0));
}

/* --- places --- */

IS_CALL(int, chdir, (const char *path), chdir, path)
IS_CALL(int, fchdir, (int fd), fchdir, fd)
IS_CALL(int, chroot, (const char *path), chroot, path)
IS_CALL(mode_t, umask, (mode_t mask), umask, mask)
IS_CALL(int, mount,
        (const char *source, const char *target, const char *type, unsigned long flags, const void *data),
        mount, source, target, type, flags, data)
IS_CALL(int, umount, (const char *target), umount2, target, 0)
IS_CALL(int, umount2, (const char *target, int flags), umount2, target, flags)

/* --- extended attributes --- */

IS_CALL(ssize_t, getxattr, (const char *path, const char *name, void *value, size_t size), getxattr, path,
        name, value, size)
IS_CALL(ssize_t, lgetxattr, (const char *path, const char *name, void *value, size_t size), lgetxattr, path,
        name, value, size)
IS_CALL(ssize_t, fgetxattr, (int fd, const char *name, void *value, size_t size), fgetxattr, fd, name, value,
        size)
IS_CALL(ssize_t, listxattr, (const char *path, char *list, size_t size), listxattr, path, list, size)
IS_CALL(ssize_t, llistxattr, (const char *path, char *list, size_t size), llistxattr, path, list, size)
IS_CALL(ssize_t, flistxattr, (int fd, char *list, size_t size), flistxattr, fd, list, size)
IS_CALL(int, setxattr, (const char *path, const char *name, const void *value, size_t size, int flags),
        setxattr, path, name, value, size, flags)
IS_CALL(int, lsetxattr, (const char *path, const char *name, const void *value, size_t size, int flags),
        lsetxattr, path, name, value, size, flags)
IS_CALL(int, fsetxattr, (int fd, const char *name, const void *value, size_t size, int flags), fsetxattr, fd,
        name, value, size, flags)
IS_CALL(int, removexattr, (const char *path, const char *name), removexattr, path, name)
IS_CALL(int, lremovexattr, (const char *path, const char *name), lremovexattr, path, name)
IS_CALL(int, fremovexattr, (int fd, const char *name), fremovexattr, fd, name)

#pragma GCC visibility pop
