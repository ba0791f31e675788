/* SPDX-License-Identifier: MIT */
/*
 * Answers about descriptors: opening, copying, closing, and their flags.
 */
#include "answers.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>

#include "raw.h"
#include "signals.h"
#include "trap.h"

#define KEPT_FLAGS (O_ACCMODE | O_NONBLOCK | O_APPEND | O_DIRECTORY | O_PATH)

/* malloc asks for it under a lock of its own, when it gives memory back; a back end may need memory to
 * answer. */
#define ASKED_BY_MALLOC "/proc/sys/vm/overcommit_memory"

/* A back end with nothing but open() knows no folders to begin at. */
static Handle open_at(
        struct vfs *vfs, const CallDir *dir, const char *path, int flags, mode_t mode, int *error) {
        if (vfs->openat)
                return vfs->openat(vfs, dir->handle, path, flags, mode, error);
        if (vfs->open && !dir->file)
                return vfs->open(vfs, path, flags, mode, error);
        *error = EIO;
        return INVALID_HANDLE;
}

/* A file that is given, and not the VFS's. */
static long open_given(const char *path, int flags) {
        struct vfs *vfs = NULL;
        Handle handle = INVALID_HANDLE;
        FdtFile *file;
        long r = call_open_given ? call_open_given(path, flags, &vfs, &handle) : CALL_NOT_GIVEN;

        if (r != 0)
                return r;
        file = fdt_file_new(vfs);
        if (!file) {
                (void)vfs->close(vfs, handle, &(int){0});
                return -ENFILE;
        }
        file->is_memory = true;
        atomic_store(&file->flags, flags & KEPT_FLAGS);
        atomic_store(&file->handle, handle);
        return fdt_install(file, 0, flags);
}

/* The number first: what is made or emptied must not be so for a descriptor that nobody gets. */
static long open_file(const CallDir *dir, const char *path, int flags, mode_t mode) {
        struct vfs *vfs = call_vfs();
        FdtFile *file = fdt_file_new(vfs);
        Handle handle;
        int error = 0;
        long fd;

        if (!file)
                return -ENFILE;
        atomic_store(&file->flags, flags & KEPT_FLAGS);
        fd = fdt_install(fdt_file_ref(file), 0, flags);
        if (fd >= 0) {
                handle = open_at(vfs, dir, path, flags, mode, &error);
                atomic_store(&file->handle, handle);
                if (handle == INVALID_HANDLE) {
                        (void)fdt_close(fd);
                        fd = error > 0 ? -error : -EIO;
                }
        }
        (void)fdt_file_put(file);
        return fd;
}

static long open_path(long dir_fd, long path_argument, int flags, mode_t mode) {
        const char *path;
        CallDir dir;
        long r = call_path(path_argument, &path);

        if (r == 0 && strcmp(path, ASKED_BY_MALLOC) == 0)
                r = -ENOENT;
        if (r == 0) {
                r = open_given(path, flags);
                if (r != CALL_NOT_GIVEN)
                        return r;
                r = call_dir(dir_fd, path, &dir);
        }
        if (r < 0)
                return r;
        r = open_file(&dir, path, flags, mode);
        call_dir_put(&dir);
        return r;
}

long answer_open(const CallArgs *args) {
        return open_path(AT_FDCWD, args->a[0], (int)args->a[1], (mode_t)args->a[2]);
}

long answer_openat(const CallArgs *args) {
        return open_path(args->a[0], args->a[1], (int)args->a[2], (mode_t)args->a[3]);
}

long answer_creat(const CallArgs *args) {
        return open_path(AT_FDCWD, args->a[0], O_CREAT | O_WRONLY | O_TRUNC, (mode_t)args->a[1]);
}

long answer_close(const CallArgs *args) {
        return fdt_close((int)args->a[0]);
}

long answer_close_range(const CallArgs *args) {
        unsigned long first = (unsigned)args->a[0], last = (unsigned)args->a[1];
        unsigned long flags = (unsigned)args->a[2];

        if (first > last)
                return -EINVAL;
        if (flags)
                return call_kernel(args); /* FD_CLOEXEC is the placeholder's */
        for (unsigned long fd = first; fd <= last && fd < FDT_FDS_MAX; fd++)
                (void)fdt_close((long)fd);
        return 0;
}

/* --- copies --- */

long answer_dup(const CallArgs *args) {
        FdtFile *file = fdt_get((int)args->a[0]);

        return file ? fdt_copy(file, (int)args->a[0], 0, 0) : call_kernel(args);
}

static long duplicate(const CallArgs *args, int flags) {
        int from = (int)args->a[0], to = (int)args->a[1];
        FdtFile *file = fdt_get(from);
        FdtFile *covered;
        long r;

        if (file)
                return fdt_install_at(file, from, to, flags);
        if (fdt_is_kept(to))
                return -EBADF;
        r = call_kernel(args);
        covered = r >= 0 ? fdt_uncover(to) : NULL;
        if (covered)
                (void)fdt_file_put(covered);
        return r;
}

long answer_dup2(const CallArgs *args) {
        if (args->a[0] == args->a[1])
                return call_kernel(args); /* tells whether it is open */
        return duplicate(args, 0);
}

long answer_dup3(const CallArgs *args) {
        int flags = (int)args->a[2];

        if ((int)args->a[0] == (int)args->a[1] || (flags & ~O_CLOEXEC))
                return -EINVAL;
        return duplicate(args, flags);
}

/* --- flags and locks --- */

static long vfs_fcntl(FdtFile *file, int command, uintptr_t argument) {
        int error = 0;

        if (!file->vfs->fcntl)
                return -EIO;
        return call_result(file->vfs->fcntl(file->vfs, file->handle, command, argument, &error), &error);
}

static long get_flags(FdtFile *file) {
        long r = vfs_fcntl(file, F_GETFL, 0);

        return r == -EIO ? atomic_load(&file->flags) : r;
}

static long set_flags(FdtFile *file, int flags) {
        int changing = O_NONBLOCK | O_APPEND;
        long r = vfs_fcntl(file, F_SETFL, (uintptr_t)(unsigned)flags);

        if (r >= 0)
                atomic_store(&file->flags, (atomic_load(&file->flags) & ~changing) | (flags & changing));
        return r;
}

/* The VFS lets go of a caller that has waited long, so that a dead one takes no place there. */
static long wait_for_lock(FdtFile *file, int command, uintptr_t lock) {
        uint64_t before = signals_hold();
        long r;

        do
                r = vfs_fcntl(file, command, lock);
        while (r == -EINTR && !signals_end_wait(before));
        signals_release(before);
        return r;
}

static long file_fcntl(FdtFile *file, const CallArgs *args) {
        int command = (int)args->a[1];
        long argument = args->a[2];

        switch (command) {
        case F_GETFL:
                return get_flags(file);
        case F_SETFL:
                return set_flags(file, (int)argument);
        case F_SETLKW:
        case F_OFD_SETLKW:
                return argument ? wait_for_lock(file, command, (uintptr_t)argument) : -EFAULT;
        case F_GETLK:
        case F_SETLK:
        case F_OFD_GETLK:
        case F_OFD_SETLK:
                return argument ? vfs_fcntl(file, command, (uintptr_t)argument) : -EFAULT;
        default:
                return -EINVAL;
        }
}

static long copy_from(FdtFile *file, const CallArgs *args, int flags) {
        if (args->a[2] < 0 || args->a[2] >= FDT_FDS_MAX)
                return -EINVAL;
        return fdt_copy(fdt_file_ref(file), (int)args->a[0], (int)args->a[2], flags);
}

long answer_fcntl(const CallArgs *args) {
        int command = (int)args->a[1];
        FdtFile *file;
        long r;

        if (command == F_GETFD || command == F_SETFD)
                return call_kernel(args); /* of the placeholder */
        file = fdt_get((int)args->a[0]);
        if (!file)
                return call_kernel_fd(args);
        if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
                r = copy_from(file, args, command == F_DUPFD_CLOEXEC ? O_CLOEXEC : 0);
        else
                r = file_fcntl(file, args);
        (void)fdt_file_put(file);
        return r;
}

static long vfs_ioctl(FdtFile *file, unsigned long request, void *argument) {
        int error = 0;
        int on;

        if (request == FIONBIO && argument) {
                memcpy(&on, argument, sizeof on);
                return set_flags(file, (atomic_load(&file->flags) & ~O_NONBLOCK) | (on ? O_NONBLOCK : 0));
        }
        if (request == FICLONE) /* its argument is a descriptor, and says that it is an address */
                return -EOPNOTSUPP;
        if (!file->vfs->ioctl)
                return -ENOTTY;
        return call_result(file->vfs->ioctl(file->vfs, file->handle, request, argument, &error), &error);
}

long answer_ioctl(const CallArgs *args) {
        unsigned long request = (unsigned)args->a[1];
        FdtFile *file;
        long r;

        if (request == FIOCLEX || request == FIONCLEX) /* a chamber knows fcntl() alone */
                return raw_call(SYS_fcntl, args->a[0], F_SETFD, request == FIOCLEX ? FD_CLOEXEC : 0, 0, 0, 0);
        file = fdt_get((int)args->a[0]);
        if (!file)
                return call_kernel(args);
        r = vfs_ioctl(file, request, (void *)args->a[2]);
        (void)fdt_file_put(file);
        return r;
}

static long wait_for_flock(FdtFile *file, int operation) {
        uint64_t before = signals_hold();
        int error;
        long r;

        do {
                error = 0;
                r = call_result(file->vfs->flock(file->vfs, file->handle, operation, &error), &error);
        } while (r == -EINTR && !signals_end_wait(before));
        signals_release(before);
        return r;
}

long answer_flock(const CallArgs *args) {
        FdtFile *file = fdt_get((int)args->a[0]);
        long r;

        if (!file)
                return call_kernel_fd(args);
        r = file->vfs->flock ? wait_for_flock(file, (int)args->a[1]) : -EIO;
        (void)fdt_file_put(file);
        return r;
}

/* --- sockets --- */

/* A flag of the type that is the descriptor's. */
#define SOCKET_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

static long open_socket(struct vfs *vfs, FdtFile *file, const CallArgs *args) {
        int type = (int)args->a[1], error = 0;
        Handle handle = INVALID_HANDLE;

        if (vfs->socket)
                handle = vfs->socket(vfs, (int)args->a[0], type & ~SOCKET_FLAGS, (int)args->a[2], &error);
        atomic_store(&file->handle, handle);
        if (handle == INVALID_HANDLE)
                return error > 0 ? -error : -EIO;
        atomic_store(&file->flags, O_RDWR | (type & SOCK_NONBLOCK ? O_NONBLOCK : 0));
        return fdt_install(fdt_file_ref(file), 0, type & SOCK_CLOEXEC ? O_CLOEXEC : 0);
}

/* The runtime tries whether the chamber holds, which nobody else must answer. */
long answer_socket(const CallArgs *args) {
        struct vfs *vfs = trap_is_held() ? NULL : call_net();
        FdtFile *file;
        long r;

        if (!vfs)
                return call_kernel(args);
        file = fdt_file_new(vfs);
        if (!file)
                return -ENFILE;
        r = open_socket(vfs, file, args);
        (void)fdt_file_put(file);
        return r;
}
