/* SPDX-License-Identifier: MIT */
/*
 * Calls of one client: what POSIX says about files, over the tree of mounts.
 *
 * An open file is a VfsFile; descriptors, and what they mean in the client's process, are its own business.
 * `dir` is where a relative path begins: an open directory, or NULL for the working directory.
 * All functions return 0 or a negative errno; any number of threads may call for one client.
 */
#pragma once

#include <sys/types.h>

#include "walk.h"

#define VFS_OPEN_MAX 4096u      /* open files of one client */
#define VFS_IO_MAX   (1u << 20) /* bytes of one read or write; the rest is the caller's next call */

typedef struct VfsFile VfsFile;

typedef struct VfsClient {
        Walker walker; /* `root` may change by chroot */
        Place cwd;
        pthread_mutex_t lock; /* of root and cwd */
        _Atomic uint32_t umask;
        uid_t uid;
        gid_t gid;
        _Atomic uint32_t n_open;
} VfsClient;

/* mounts: of the service; something must be mounted. */
int vfs_client_init(VfsClient *c, Mounts *mounts, uid_t uid, gid_t gid);
/* With root, working directory and umask of another. */
int vfs_client_copy(VfsClient *c, VfsClient *from);
/* All files must be closed. */
void vfs_client_deinit(VfsClient *c);

/* --- open files --- */

/* flags: O_* of <fcntl.h>. -EMFILE at VFS_OPEN_MAX. */
int vfs_open(VfsClient *c, const VfsFile *dir, const char *path, int flags, mode_t mode, VfsFile **ret_file);
VfsFile *vfs_ref(VfsFile *f);
VfsFile *vfs_close(VfsFile *f); /* gives a reference back */

int vfs_read(VfsFile *f, void *buffer, size_t size, size_t *ret_got);
int vfs_write(VfsFile *f, const void *data, size_t size, size_t *ret_put);
int vfs_pread(VfsFile *f, void *buffer, size_t size, off_t at, size_t *ret_got);
int vfs_pwrite(VfsFile *f, const void *data, size_t size, off_t at, size_t *ret_put);
int vfs_lseek(VfsFile *f, off_t offset, int whence, off_t *ret_at);
int vfs_ftruncate(VfsFile *f, off_t size);
int vfs_fsync(VfsFile *f, bool only_data);
int vfs_fstat(VfsFile *f, struct stat *ret);
int vfs_fstatvfs(VfsFile *f, struct statvfs *ret);
int vfs_fchmod(VfsFile *f, mode_t mode);
int vfs_fchown(VfsFile *f, uid_t uid, gid_t gid);             /* -1: stays as it is */
int vfs_futimens(VfsFile *f, const struct timespec times[2]); /* NULL: now */
mode_t vfs_get_type(const VfsFile *f);                        /* S_IFMT bits */
int vfs_get_flags(const VfsFile *f);                          /* access mode and status flags */
int vfs_set_flags(VfsFile *f, int flags);                     /* O_APPEND and O_NONBLOCK; others stay */

/* One entry of a directory, with "." and "..". next: vfs_lseek() there goes on behind it. */
typedef bool VfsEmit(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next);
/* From where the last one ended, or vfs_lseek() went (to 0, or to a position of before). */
int vfs_getdents(VfsFile *f, VfsEmit *emit, void *arg);

/* --- names --- */

int vfs_stat(VfsClient *c, const VfsFile *dir, const char *path, bool follow, struct stat *ret);
int vfs_statvfs(VfsClient *c, const char *path, struct statvfs *ret);
int vfs_access(VfsClient *c, const VfsFile *dir, const char *path, int mode);
int vfs_chmod(VfsClient *c, const VfsFile *dir, const char *path, bool follow, mode_t mode);
int vfs_chown(VfsClient *c, const VfsFile *dir, const char *path, bool follow, uid_t uid, gid_t gid);
int vfs_utimens(
        VfsClient *c, const VfsFile *dir, const char *path, bool follow, const struct timespec times[2]);
int vfs_truncate(VfsClient *c, const char *path, off_t size);
int vfs_readlink(
        VfsClient *c, const VfsFile *dir, const char *path, char *buffer, size_t size, size_t *ret_length);
int vfs_mkdir(VfsClient *c, const VfsFile *dir, const char *path, mode_t mode);
int vfs_symlink(VfsClient *c, const char *target, const VfsFile *dir, const char *path);
int vfs_link(VfsClient *c, const VfsFile *old_dir, const char *old, const VfsFile *new_dir, const char *new,
        bool follow);
int vfs_unlink(VfsClient *c, const VfsFile *dir, const char *path);
int vfs_rmdir(VfsClient *c, const VfsFile *dir, const char *path);
int vfs_rename(VfsClient *c, const VfsFile *old_dir, const char *old, const VfsFile *new_dir, const char *new,
        unsigned flags);

/* --- places --- */

int vfs_chdir(VfsClient *c, const char *path);
int vfs_fchdir(VfsClient *c, const VfsFile *dir);
int vfs_chroot(VfsClient *c, const char *path);
int vfs_getcwd(VfsClient *c, char *path, size_t size);
mode_t vfs_umask(VfsClient *c, mode_t mask);

/* fs: taken over on success; flags: MOUNT_*. */
int vfs_mount(VfsClient *c, const char *path, Fs *fs, const char *device, unsigned flags);
/* How a call waits that may have to: `begin`, if there is one, says whether it may, and what it allows ends
 * with `end`. */
typedef struct VfsPatience {
        uint32_t ms;
        bool (*begin)(void *arg);
        void (*end)(void *arg);
        void *arg;
} VfsPatience;

/* A mount in use is tried for as long as `patience` allows (NULL: once), because closing may still be under
 * way; then -EBUSY. What could not be written back is returned too (any negative errno); then the mount is
 * gone all the same. */
int vfs_umount(VfsClient *c, const char *path, const VfsPatience *patience);

/* --- extended attributes; f or (dir, path, follow) --- */

typedef struct VfsTarget {
        VfsFile *file; /* or NULL: */
        const VfsFile *dir;
        const char *path;
        bool follow;
} VfsTarget;

int vfs_getxattr(
        VfsClient *c, const VfsTarget *t, const char *name, void *value, size_t size, size_t *ret_length);
int vfs_listxattr(VfsClient *c, const VfsTarget *t, char *list, size_t size, size_t *ret_length);
int vfs_setxattr(
        VfsClient *c, const VfsTarget *t, const char *name, const void *value, size_t size, int flags);
int vfs_removexattr(VfsClient *c, const VfsTarget *t, const char *name);
