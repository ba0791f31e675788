/* SPDX-License-Identifier: MIT */
/*
 * System calls of the program: the table, and what the answers share. See call.h.
 */
#include "call.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>

#include "answers.h"
#include "raw.h"
#include "trap_memory.h"

#define ROW(name, function) [SYS_##name] = {.answer = answer_##function}

const CallRow call_rows[CALL_NUMBERS_MAX] = {
        ROW(open, open),
        ROW(openat, openat),
        ROW(creat, creat),
        ROW(close, close),
        ROW(close_range, close_range),
        ROW(dup, dup),
        ROW(dup2, dup2),
        ROW(dup3, dup3),
        ROW(fcntl, fcntl),
        ROW(ioctl, ioctl),
        ROW(flock, flock),
        ROW(socket, socket),
        ROW(read, read),
        ROW(write, write),
        ROW(readv, readv),
        ROW(writev, writev),
        ROW(pread64, pread),
        ROW(pwrite64, pwrite),
        ROW(preadv, preadv),
        ROW(pwritev, pwritev),
        ROW(preadv2, preadv2),
        ROW(pwritev2, pwritev2),
        ROW(sendfile, sendfile),
        [SYS_mmap] = {.answer = answer_mmap, .of_file = true},
        ROW(lseek, lseek),
        ROW(ftruncate, ftruncate),
        ROW(fsync, fsync),
        ROW(fdatasync, fdatasync),
        ROW(getdents64, getdents),
        ROW(fchmod, fchmod),
        ROW(fchown, fchown),
        ROW(fchdir, fchdir),
        ROW(fallocate, fallocate),
        ROW(fadvise64, fadvise),
        ROW(fstatfs, fstatfs),
        ROW(stat, stat),
        ROW(lstat, lstat),
        ROW(fstat, fstat),
        ROW(newfstatat, newfstatat),
        ROW(statx, statx),
        ROW(statfs, statfs),
        ROW(access, access),
        ROW(faccessat, faccessat),
        ROW(faccessat2, faccessat),
        ROW(readlink, readlink),
        ROW(readlinkat, readlinkat),
        ROW(mkdir, mkdir),
        ROW(mkdirat, mkdirat),
        ROW(rmdir, rmdir),
        ROW(unlink, unlink),
        ROW(unlinkat, unlinkat),
        ROW(rename, rename),
        ROW(renameat, renameat),
        ROW(renameat2, renameat2),
        ROW(link, link),
        ROW(linkat, linkat),
        ROW(symlink, symlink),
        ROW(symlinkat, symlinkat),
        ROW(chmod, chmod),
        ROW(fchmodat, fchmodat),
        [CALL_FCHMODAT2] = {.answer = answer_fchmodat2},
        ROW(chown, chown),
        ROW(lchown, lchown),
        ROW(fchownat, fchownat),
        ROW(truncate, truncate),
        ROW(mknod, mknod),
        ROW(mknodat, mknodat),
        ROW(utime, utime),
        ROW(utimes, utimes),
        ROW(futimesat, futimesat),
        ROW(utimensat, utimensat),
        ROW(chdir, chdir),
        ROW(chroot, chroot),
        ROW(getcwd, getcwd),
        ROW(umask, umask),
        ROW(sync, sync),
        ROW(syncfs, syncfs),
        ROW(mount, mount),
        ROW(umount2, umount),
        ROW(getxattr, getxattr),
        ROW(lgetxattr, lgetxattr),
        ROW(fgetxattr, fgetxattr),
        ROW(listxattr, listxattr),
        ROW(llistxattr, llistxattr),
        ROW(flistxattr, flistxattr),
        ROW(setxattr, setxattr),
        ROW(lsetxattr, lsetxattr),
        ROW(fsetxattr, fsetxattr),
        ROW(removexattr, removexattr),
        ROW(lremovexattr, lremovexattr),
        ROW(fremovexattr, fremovexattr),
        /* The C library does without these, by the older way. */
        ROW(openat2, no_such),
        ROW(getdents, no_such),
        ROW(copy_file_range, no_such),
        ROW(splice, no_such),
        ROW(tee, no_such),
        ROW(sync_file_range, no_such),
        ROW(readahead, no_such),
        ROW(name_to_handle_at, no_such),
        /* System V's objects. */
        ROW(semget, semget),
        ROW(semctl, semctl),
        ROW(semop, semtimedop),
        ROW(semtimedop, semtimedop),
        ROW(shmget, shmget),
        ROW(shmat, shmat),
        ROW(shmdt, shmdt),
        ROW(shmctl, shmctl),
        /* Threads are the kernel's: their stacks are others than the handler's. */
        [SYS_clone] = {.answer = answer_fork, .of_processes = true, .unless = CLONE_VM},
        [SYS_fork] = {.answer = answer_fork, .of_processes = true},
        [SYS_vfork] = {.answer = answer_fork, .of_processes = true},
        [SYS_wait4] = {.answer = answer_wait, .of_processes = true},
        [SYS_waitid] = {.answer = answer_wait, .of_processes = true},
        [SYS_execve] = {.answer = answer_exec, .of_processes = true},
        [SYS_execveat] = {.answer = answer_exec, .of_processes = true},
        /* The trap must stay (trap.h). */
        ROW(rt_sigaction, sigaction),
        ROW(exit_group, exit),
        [SYS_rt_sigprocmask] = {.answer = answer_sigprocmask, .given = 2},
        ROW(rt_sigsuspend, sigsuspend),
        [SYS_ppoll] = {.answer = answer_ppoll, .given = 4},
        [SYS_pselect6] = {.answer = answer_pselect, .given = 6},
        [SYS_epoll_pwait] = {.answer = answer_epoll_pwait, .given = 5},
        [SYS_epoll_pwait2] = {.answer = answer_epoll_pwait, .given = 5},
};

static void (*_Atomic before_exit)(void);

void call_before_exit(void (*then)(void)) {
        atomic_store(&before_exit, then);
}

long answer_exit(const CallArgs *args) {
        void (*then)(void) = atomic_exchange(&before_exit, NULL);

        if (then)
                then();
        return call_kernel(args);
}

long call_kernel(const CallArgs *args) {
        const long *a = args->a;

        return raw_call(args->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

long call_kernel_fd(const CallArgs *args) {
        long r = fdt_real_error(args->a[0], 0);

        return r < 0 ? r : call_kernel(args);
}

long call(long number, long a0, long a1, long a2, long a3, long a4, long a5) {
        const CallArgs args = {.number = number, .a = {a0, a1, a2, a3, a4, a5}};

        if (number < 0 || number >= (long)CALL_NUMBERS_MAX || !call_rows[number].answer)
                return call_kernel(&args);
        if (trap_memory_is_low(&args))
                return -EFAULT;
        return call_rows[number].answer(&args);
}

long call_path(long argument, const char **ret_path) {
        const char *path = (const char *)argument;

        if (!path)
                return -EFAULT;
        if (strnlen(path, CALL_PATH_MAX) == CALL_PATH_MAX)
                return -ENAMETOOLONG;
        *ret_path = path;
        return *path ? 0 : -ENOENT;
}

long call_dir(long fd, const char *path, CallDir *ret_dir) {
        CallDir dir = {.handle = INVALID_HANDLE};

        fd = (int)fd;
        if (fd != AT_FDCWD && *path != '/') {
                dir.file = fdt_get(fd);
                if (!dir.file)
                        return fdt_real_error(fd, -ENOTDIR);
                dir.handle = dir.file->handle;
                if (dir.handle == INVALID_HANDLE) { /* to a back end that is the working directory */
                        (void)fdt_file_put(dir.file);
                        return -EBADF;
                }
        }
        *ret_dir = dir;
        return 0;
}

void call_dir_put(const CallDir *dir) {
        if (dir->file)
                (void)fdt_file_put(dir->file);
}
