/* SPDX-License-Identifier: MIT */
/*
 * What calls by path and calls by file do to a place alike.
 */
#include "client_place.h"

#include <fcntl.h>
#include <string.h>

#include "client_acl.h"

int place_stat(const Place *p, struct stat *ret) {
        Fs *fs = p->mount->fs;
        int r;

        memset(ret, 0, sizeof *ret);
        fs_lock_shared(fs);
        r = fs->ops->stat(p->node, ret);
        fs_unlock(fs);
        ret->st_dev = fs->dev;
        return r;
}

static bool keeps_access(const Place *p) {
        return p->mount->fs->ops->accessed && !(p->mount->flags & MOUNT_NO_ATIME);
}

void place_accessed(const Place *p) {
        Fs *fs = p->mount->fs;

        if (!atomic_load_explicit(&p->node->is_due, memory_order_relaxed) || !keeps_access(p) ||
                place_check_writable(p) < 0)
                return;
        fs_lock(fs);
        fs->ops->accessed(p->node);
        fs_unlock(fs);
}

/* What the file system doesn't know of itself. */
static void add_mount(const Place *p, struct statvfs *ret) {
        ret->f_fsid = p->mount->fs->dev;
        ret->f_flag |= place_check_writable(p) < 0 ? ST_RDONLY : 0;
        ret->f_flag |= p->mount->flags & MOUNT_NO_SUID ? ST_NOSUID : 0;
        ret->f_flag |= keeps_access(p) ? ST_RELATIME : ST_NOATIME;
}

int place_statvfs(const Place *p, struct statvfs *ret) {
        Fs *fs = p->mount->fs;
        int r;

        if (!fs->ops->statvfs)
                return -EIO;
        memset(ret, 0, sizeof *ret);
        fs_lock_shared(fs);
        r = fs->ops->statvfs(fs, ret);
        fs_unlock(fs);
        add_mount(p, ret);
        return r;
}

void place_statvfs_of(const Mount *mount, struct statvfs *ret) {
        const Place root = {.mount = (Mount *)(uintptr_t)mount, .node = mount->fs->root};

        if (place_statvfs(&root, ret) < 0) {
                *ret = (struct statvfs){.f_namemax = FS_NAME_MAX};
                add_mount(&root, ret);
        }
}

int place_check_mode(const VfsClient *c, const Place *p, mode_t wanted) {
        struct stat st;
        int r;

        if (!c->walker.checks_modes || wanted == 0)
                return 0;
        r = place_stat(p, &st);
        if (r < 0)
                return r;
        return (st.st_mode & wanted) == wanted ? 0 : -EACCES;
}

int place_check_change(const VfsClient *c, const Place *dir) {
        int r = place_check_writable(dir);

        return r < 0 ? r : place_check_mode(c, dir, S_IWUSR | S_IXUSR);
}

/* In a directory with the set-group-ID bit all that is made has the directory's group, and directories the
 * bit. Under the lock. */
static FsNew inherit(FsNode *dir, const FsNew *what) {
        FsNew inherited = *what;
        struct stat st;

        if (dir->fs->ops->stat(dir, &st) < 0 || !(st.st_mode & S_ISGID))
                return inherited;
        inherited.gid = st.st_gid;
        if (S_ISDIR(what->mode))
                inherited.mode |= S_ISGID;
        return inherited;
}

/* Made, with its lists, or not there at all. Under the lock. */
static int make_with_lists(const Walked *w, const FsNew *what, const AclNew *lists, FsNode **ret) {
        FsNode *dir = w->place.node;
        const FsOps *ops = dir->fs->ops;
        int r = ops->create(dir, &w->last, what, ret);

        if (r < 0 || lists->size == 0)
                return r;
        r = acl_give(*ret, lists);
        if (r < 0) {
                (void)fs_unref(*ret);
                (void)(S_ISDIR(what->mode) ? ops->rmdir(dir, &w->last) : ops->unlink(dir, &w->last));
        }
        return r;
}

int place_make(const VfsClient *c, const Walked *w, const FsNew *what, Place *ret) {
        Fs *fs = w->place.mount->fs;
        AclNew lists;
        FsNode *node;
        FsNew inherited;
        int r = place_check_change(c, &w->place);

        if (r < 0)
                return r;
        if (!fs->ops->create)
                return -EIO;
        fs_lock(fs);
        inherited = inherit(w->place.node, what);
        r = acl_inherit(w->place.node, (mode_t)atomic_load(&c->umask), &inherited.mode, &lists);
        if (r == 0)
                r = make_with_lists(w, &inherited, &lists, &node);
        fs_unlock(fs);
        if (r < 0)
                return r;
        atomic_fetch_add(&w->place.mount->n_places, 1);
        *ret = (Place){.mount = w->place.mount, .node = node};
        return 0;
}

int place_set(const Place *p, const FsSet *set) {
        Fs *fs = p->mount->fs;
        int r = place_check_writable(p);

        if (r < 0)
                return r;
        if (!fs->ops->set)
                return -EIO;
        fs_lock(fs);
        r = fs->ops->set(p->node, set);
        fs_unlock(fs);
        return r;
}

int place_chmod(const Place *p, mode_t mode) {
        const FsSet set = {.what = FS_SET_MODE, .mode = mode & 07777};

        return S_ISLNK(p->node->type) ? -EOPNOTSUPP : place_set(p, &set);
}

/* A file that changes hands runs with nobody's rights any more. */
int place_chown(const Place *p, uid_t uid, gid_t gid) {
        FsSet set = {.uid = uid, .gid = gid};
        struct stat st;
        int r = place_stat(p, &st);

        if (r < 0)
                return r;
        set.what = (uid != (uid_t)-1 ? FS_SET_UID : 0u) | (gid != (gid_t)-1 ? FS_SET_GID : 0u);
        if (S_ISREG(st.st_mode) && (st.st_mode & (S_ISUID | S_ISGID))) {
                set.what |= FS_SET_MODE;
                set.mode = st.st_mode & 07777 & ~(mode_t)(S_ISUID | (st.st_mode & S_IXGRP ? S_ISGID : 0));
        }
        return place_set(p, &set);
}

/* One of the two times. False: out of range. */
static bool choose_time(const struct timespec *wanted, unsigned what, unsigned *set, struct timespec *ret) {
        if (!wanted || wanted->tv_nsec == UTIME_NOW) {
                (void)clock_gettime(CLOCK_REALTIME, ret);
        } else if (wanted->tv_nsec == UTIME_OMIT) {
                return true;
        } else if (wanted->tv_nsec < 0 || wanted->tv_nsec > 999999999) {
                return false;
        } else {
                *ret = *wanted;
        }
        *set |= what;
        return true;
}

int place_set_times(const Place *p, const struct timespec times[2]) {
        FsSet set = {.what = 0};

        if (!choose_time(times, FS_SET_ATIME, &set.what, &set.atime) ||
                !choose_time(times ? &times[1] : NULL, FS_SET_MTIME, &set.what, &set.mtime))
                return -EINVAL;
        return set.what ? place_set(p, &set) : 0;
}

/* Under the lock, as the next two. Is there room for it at all? */
static int check_growth(const Place *p, uint64_t was, uint64_t size) {
        const FsOps *ops = p->mount->fs->ops;
        struct statvfs st;

        if (size > ops->filled_max)
                return -EFBIG;
        if (!ops->statvfs || ops->statvfs(p->mount->fs, &st) < 0)
                return 0; /* it will turn out */
        return (size - was) / st.f_frsize > st.f_bavail ? -ENOSPC : 0;
}

/* One step, from where the file ends now: others may have written or cut it. 1: what is left is one step. */
static int grow_on(const Place *p, uint64_t size, uint64_t *ret_reached) {
        const FsOps *ops = p->mount->fs->ops;
        struct stat st;
        uint64_t was;
        int r = ops->stat(p->node, &st);

        if (r < 0)
                return r;
        was = (uint64_t)st.st_size;
        if (size <= was || size - was <= VFS_IO_MAX)
                return 1;
        r = check_growth(p, was, size);
        if (r == 0)
                r = ops->truncate(p->node, was + VFS_IO_MAX);
        if (r == 0)
                *ret_reached = was + VFS_IO_MAX;
        return r;
}

/* What was grown for nothing, if nobody has changed the file since. */
static void take_back(const Place *p, uint64_t reached, uint64_t was) {
        struct stat st;

        if (reached > was && p->mount->fs->ops->stat(p->node, &st) == 0 && (uint64_t)st.st_size == reached)
                (void)p->mount->fs->ops->truncate(p->node, was);
}

int place_grow(const Place *p, uint64_t size) {
        Fs *fs = p->mount->fs;
        uint64_t was, reached;
        struct stat st;
        int r;

        if (!fs->ops->filled_max || size <= VFS_IO_MAX || !fs->ops->truncate)
                return 0;
        r = place_stat(p, &st);
        if (r < 0)
                return r;
        was = reached = (uint64_t)st.st_size;
        do {
                fs_lock(fs);
                r = grow_on(p, size, &reached);
                if (r < 0)
                        take_back(p, reached, was);
                fs_unlock(fs);
        } while (r == 0);
        return r < 0 ? r : 0;
}

int place_truncate(const Place *p, off_t size) {
        Fs *fs = p->mount->fs;
        int r = place_check_writable(p);

        if (r < 0)
                return r;
        if (S_ISDIR(p->node->type))
                return -EISDIR;
        if (size < 0 || !S_ISREG(p->node->type))
                return -EINVAL;
        if (!fs->ops->truncate)
                return -EIO;
        r = place_grow(p, (uint64_t)size);
        if (r < 0)
                return r;
        fs_lock(fs);
        r = fs->ops->truncate(p->node, (uint64_t)size);
        fs_unlock(fs);
        return r;
}
