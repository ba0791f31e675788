/* SPDX-License-Identifier: MIT */
/*
 * The back end `local`: open files. See local.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "local_state.h"

/* The file of a handle, or the member fails with EBADF. */
#define FILE_OF(fd)                                                                                          \
        VfsFile *file = local_file(fd);                                                                      \
                                                                                                             \
        (void)self;                                                                                          \
        if (!file) {                                                                                         \
                *error = EBADF;                                                                              \
                return -1;                                                                                   \
        }

static Handle local_openat(
        struct vfs *self, Handle dir, const char *path, int flags, mode_t mode, int *error) {
        VfsFile *file;
        Handle handle;
        int r = vfs_open(&local_client, local_file(dir), path, flags, mode, &file);

        (void)self;
        if (r < 0) {
                *error = -r;
                return INVALID_HANDLE;
        }
        handle = local_put_file(file);
        if (handle == INVALID_HANDLE) {
                (void)vfs_close(file);
                *error = EMFILE;
        }
        return handle;
}

static Handle local_open(struct vfs *self, const char *path, int flags, mode_t mode, int *error) {
        return local_openat(self, INVALID_HANDLE, path, flags, mode, error);
}

static int local_close(struct vfs *self, Handle fd, int *error) {
        VfsFile *file = local_take_file(fd);

        (void)self;
        if (file)
                (void)vfs_close(file);
        return local_outcome(file ? 0 : -EBADF, error);
}

static size_t part(size_t count) {
        return count > VFS_IO_MAX ? VFS_IO_MAX : count;
}

static ssize_t moved(int r, const size_t *n, int *error) {
        return r < 0 ? local_outcome(r, error) : (ssize_t)*n;
}

static ssize_t local_read(struct vfs *self, Handle fd, void *buf, size_t count, bool *nodata, int *error) {
        size_t n = 0;
        FILE_OF(fd)

        *nodata = false;
        return moved(vfs_read(file, buf, part(count), &n), &n, error);
}

static ssize_t local_write(struct vfs *self, Handle fd, const void *buf, size_t count, int *error) {
        size_t n = 0;
        FILE_OF(fd)

        return moved(vfs_write(file, buf, part(count), &n), &n, error);
}

static ssize_t local_pread(struct vfs *self, Handle fd, void *buf, size_t count, off_t at, int *error) {
        size_t n = 0;
        FILE_OF(fd)

        return moved(vfs_pread(file, buf, part(count), at, &n), &n, error);
}

static ssize_t local_pwrite(
        struct vfs *self, Handle fd, const void *buf, size_t count, off_t at, int *error) {
        size_t n = 0;
        FILE_OF(fd)

        return moved(vfs_pwrite(file, buf, part(count), at, &n), &n, error);
}

static off_t local_lseek(struct vfs *self, Handle fd, off_t offset, int whence, int *error) {
        off_t at = 0;
        int r;
        FILE_OF(fd)

        r = vfs_lseek(file, offset, whence, &at);
        return r < 0 ? local_outcome(r, error) : at;
}

static int local_ftruncate(struct vfs *self, Handle fd, off_t length, int *error) {
        FILE_OF(fd)

        return local_outcome(vfs_ftruncate(file, length), error);
}

static int local_fsync(struct vfs *self, Handle fd, int *error) {
        FILE_OF(fd)

        return local_outcome(vfs_fsync(file, false), error);
}

static int local_fdatasync(struct vfs *self, Handle fd, int *error) {
        FILE_OF(fd)

        return local_outcome(vfs_fsync(file, true), error);
}

static int local_fstat(struct vfs *self, Handle fd, struct stat *st, int *error) {
        FILE_OF(fd)

        return local_outcome(vfs_fstat(file, st), error);
}

static int local_fstatvfs(struct vfs *self, Handle fd, struct statvfs *st, int *error) {
        FILE_OF(fd)

        return local_outcome(vfs_fstatvfs(file, st), error);
}

static int local_fchmod(struct vfs *self, Handle fd, mode_t mode, int *error) {
        FILE_OF(fd)

        return local_outcome(vfs_fchmod(file, mode), error);
}

static int local_fchown(struct vfs *self, Handle fd, uid_t uid, gid_t gid, int *error) {
        FILE_OF(fd)

        return local_outcome(vfs_fchown(file, uid, gid), error);
}

static int local_futimens(struct vfs *self, Handle fd, const struct timespec times[2], int *error) {
        FILE_OF(fd)

        return local_outcome(vfs_futimens(file, times), error);
}

/* --- entries of folders --- */

typedef struct Entries {
        char *buffer;
        size_t size, used;
        bool is_short; /* one did not fit */
} Entries;

static unsigned char type_of(mode_t mode) {
        return (unsigned char)IFTODT(mode);
}

static bool emit(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t mode, uint64_t next) {
        Entries *e = arg;
        size_t need = (offsetof(struct dirent64, d_name) + length + 1 + 7) & ~(size_t)7;
        struct dirent64 entry = {.d_ino = ino, .d_type = type_of(mode), .d_reclen = (unsigned short)need};
        char *to = e->buffer + e->used;

        if (need > e->size - e->used) {
                e->is_short = true;
                return false;
        }
        entry.d_off = (off64_t)next;
        memset(to, 0, need);
        memcpy(to, &entry, offsetof(struct dirent64, d_name));
        memcpy(to + offsetof(struct dirent64, d_name), name, length);
        e->used += need;
        return true;
}

static ssize_t local_getdents(struct vfs *self, Handle fd, void *buf, size_t size, int *error) {
        Entries e = {.buffer = buf, .size = size};
        int r;
        FILE_OF(fd)

        r = vfs_getdents(file, emit, &e);
        if (r == 0 && e.is_short && e.used == 0)
                r = -EINVAL;
        return r < 0 ? local_outcome(r, error) : (ssize_t)e.used;
}

/* --- control --- */

/* Record locks hold off other processes, and there is none. */
static int lock_range(VfsFile *file, int command, struct flock *lock) {
        int access = vfs_get_flags(file) & O_ACCMODE;

        if (lock->l_type != F_RDLCK && lock->l_type != F_WRLCK && lock->l_type != F_UNLCK)
                return -EINVAL;
        if (command != F_GETLK && ((lock->l_type == F_RDLCK && access == O_WRONLY) ||
                                          (lock->l_type == F_WRLCK && access == O_RDONLY)))
                return -EBADF;
        if (command == F_GETLK)
                lock->l_type = F_UNLCK;
        return 0;
}

static int local_fcntl(struct vfs *self, Handle fd, int cmd, uintptr_t arg, int *error) {
        FILE_OF(fd)

        switch (cmd) {
        case F_GETFL:
                return vfs_get_flags(file);
        case F_SETFL:
                return local_outcome(vfs_set_flags(file, (int)arg), error);
        case F_GETLK:
        case F_SETLK:
        case F_SETLKW:
                return local_outcome(lock_range(file, cmd, (struct flock *)arg), error);
        default:
                *error = EINVAL;
                return -1;
        }
}

void local_add_files(struct vfs *vfs) {
        vfs->open = local_open;
        vfs->openat = local_openat;
        vfs->close = local_close;
        vfs->read = local_read;
        vfs->write = local_write;
        vfs->pread = local_pread;
        vfs->pwrite = local_pwrite;
        vfs->lseek = local_lseek;
        vfs->ftruncate = local_ftruncate;
        vfs->fsync = local_fsync;
        vfs->fdatasync = local_fdatasync;
        vfs->fstat = local_fstat;
        vfs->fstatvfs = local_fstatvfs;
        vfs->fchmod = local_fchmod;
        vfs->fchown = local_fchown;
        vfs->futimens = local_futimens;
        vfs->getdents = local_getdents;
        vfs->fcntl = local_fcntl;
}
