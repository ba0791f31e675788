/* SPDX-License-Identifier: MIT */
/*
 * The back end `local`: names. See local.h.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "local_state.h"

static int local_fstatat(
        struct vfs *self, Handle dir, const char *path, struct stat *st, int flags, int *error) {
        (void)self;
        return local_outcome(
                vfs_stat(&local_client, local_file(dir), path, !(flags & AT_SYMLINK_NOFOLLOW), st), error);
}

static int stat_path(struct vfs *self, const char *path, struct stat *st, int *error) {
        return local_fstatat(self, INVALID_HANDLE, path, st, 0, error);
}

static int lstat_path(struct vfs *self, const char *path, struct stat *st, int *error) {
        return local_fstatat(self, INVALID_HANDLE, path, st, AT_SYMLINK_NOFOLLOW, error);
}

static int statvfs_path(struct vfs *self, const char *path, struct statvfs *st, int *error) {
        (void)self;
        return local_outcome(vfs_statvfs(&local_client, path, st), error);
}

static int local_faccessat(struct vfs *self, Handle dir, const char *path, int mode, int flags, int *error) {
        (void)self;
        (void)flags;
        return local_outcome(vfs_access(&local_client, local_file(dir), path, mode), error);
}

static ssize_t local_readlinkat(
        struct vfs *self, Handle dir, const char *path, char *buf, size_t size, int *error) {
        size_t length = 0;
        int r = vfs_readlink(&local_client, local_file(dir), path, buf, size, &length);

        (void)self;
        return r < 0 ? local_outcome(r, error) : (ssize_t)length;
}

static int local_truncate(struct vfs *self, const char *path, off_t length, int *error) {
        (void)self;
        return local_outcome(vfs_truncate(&local_client, path, length), error);
}

static int local_fchmodat(
        struct vfs *self, Handle dir, const char *path, mode_t mode, int flags, int *error) {
        (void)self;
        return local_outcome(
                vfs_chmod(&local_client, local_file(dir), path, !(flags & AT_SYMLINK_NOFOLLOW), mode), error);
}

static int local_fchownat(
        struct vfs *self, Handle dir, const char *path, uid_t uid, gid_t gid, int flags, int *error) {
        (void)self;
        return local_outcome(
                vfs_chown(&local_client, local_file(dir), path, !(flags & AT_SYMLINK_NOFOLLOW), uid, gid),
                error);
}

static int local_utimensat(struct vfs *self, Handle dir, const char *path, const struct timespec times[2],
        int flags, int *error) {
        (void)self;
        return local_outcome(
                vfs_utimens(&local_client, local_file(dir), path, !(flags & AT_SYMLINK_NOFOLLOW), times),
                error);
}

static int local_mkdirat(struct vfs *self, Handle dir, const char *path, mode_t mode, int *error) {
        (void)self;
        return local_outcome(vfs_mkdir(&local_client, local_file(dir), path, mode), error);
}

static int local_unlinkat(struct vfs *self, Handle dir, const char *path, int flags, int *error) {
        VfsFile *from = local_file(dir);

        (void)self;
        return local_outcome(flags & AT_REMOVEDIR ? vfs_rmdir(&local_client, from, path)
                                                  : vfs_unlink(&local_client, from, path),
                error);
}

static int local_renameat(struct vfs *self, Handle old_dir, const char *old, Handle new_dir,
        const char *new_path, unsigned flags, int *error) {
        (void)self;
        return local_outcome(
                vfs_rename(&local_client, local_file(old_dir), old, local_file(new_dir), new_path, flags),
                error);
}

static int local_linkat(struct vfs *self, Handle old_dir, const char *old, Handle new_dir,
        const char *new_path, int flags, int *error) {
        (void)self;
        return local_outcome(vfs_link(&local_client, local_file(old_dir), old, local_file(new_dir), new_path,
                                     flags & AT_SYMLINK_FOLLOW),
                error);
}

static int local_symlinkat(struct vfs *self, const char *target, Handle dir, const char *path, int *error) {
        (void)self;
        return local_outcome(vfs_symlink(&local_client, target, local_file(dir), path), error);
}

void local_add_names(struct vfs *vfs) {
        vfs->stat = stat_path;
        vfs->lstat = lstat_path;
        vfs->fstatat = local_fstatat;
        vfs->statvfs = statvfs_path;
        vfs->faccessat = local_faccessat;
        vfs->readlinkat = local_readlinkat;
        vfs->truncate = local_truncate;
        vfs->fchmodat = local_fchmodat;
        vfs->fchownat = local_fchownat;
        vfs->utimensat = local_utimensat;
        vfs->mkdirat = local_mkdirat;
        vfs->unlinkat = local_unlinkat;
        vfs->renameat = local_renameat;
        vfs->linkat = local_linkat;
        vfs->symlinkat = local_symlinkat;
}
