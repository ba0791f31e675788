/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the client's calls share: walking for a call, locks, and the checks before a change.
 */
#pragma once

#include <errno.h>

#include "client.h"

struct VfsFile {
        VfsClient *client;
        Place place;
        int access;         /* O_RDONLY, O_WRONLY, O_RDWR, O_PATH */
        _Atomic int status; /* O_APPEND, O_NONBLOCK, O_SYNC, O_DSYNC */
        _Atomic uint32_t n_refs;
        _Atomic uint32_t n_holders; /* of them, those that keep it open: counted by who has them (server) */
        pthread_mutex_t lock;       /* of `at`: calls that use the position are one after the other */
        uint64_t at;                /* position; of a directory: see client_dir.c */
};

/* walk() from `dir` or the working directory, with the client's root as it is now. */
int vfs_walk(VfsClient *c, const VfsFile *dir, const char *path, unsigned flags, Walked *ret);

static inline void fs_lock(Fs *fs) {
        fslock_take(&fs->lock);
}
static inline void fs_lock_shared(Fs *fs) {
        fslock_share(&fs->lock);
}
static inline void fs_unlock(Fs *fs) {
        fslock_give(&fs->lock);
}

/* May something change there? 0, -EROFS. */
static inline int place_check_writable(const Place *p) {
        return (p->mount->flags & MOUNT_READ_ONLY) || p->mount->fs->is_read_only ? -EROFS : 0;
}

/* Has the owner all those rights (S_IRUSR, S_IWUSR, S_IXUSR)? 0, -EACCES. Takes the lock itself. */
int place_check_mode(const VfsClient *c, const Place *p, mode_t wanted);
/* May a name come to that directory, or go from it? 0, -EROFS, -EACCES. */
int place_check_change(const VfsClient *c, const Place *dir);
/* Makes what the last name of a walk stands for, after those checks: what->mode less the client's umask, or
 * as the directory's default list has it. -EEXIST. */
int place_make(const VfsClient *c, const Walked *w, const FsNew *what, Place *ret);

/* It was read: keeps when, unless that is kept already or not wanted. */
void place_accessed(const Place *p);
int place_stat(const Place *p, struct stat *ret);
int place_statvfs(const Place *p, struct statvfs *ret);
/* Of a mount as a whole; what fails leaves all but f_flag, f_fsid and f_namemax 0. */
void place_statvfs_of(const Mount *mount, struct statvfs *ret);
int place_set(const Place *p, const FsSet *set);
int place_chmod(const Place *p, mode_t mode);
/* -1: stays as it is. */
int place_chown(const Place *p, uid_t uid, gid_t gid);
/* times as utimensat() has them; NULL: now. -EINVAL: out of range. */
int place_set_times(const Place *p, const struct timespec times[2]);
int place_truncate(const Place *p, off_t size);
/* Before something is written far behind the end of a file: makes it grow to there, but for the last
 * VFS_IO_MAX bytes, in steps between which others work, if its file system writes what lies between. -ENOSPC,
 * -EFBIG and what the file system says: the file is as it was. */
int place_grow(const Place *p, uint64_t size);
