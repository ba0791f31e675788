/* SPDX-License-Identifier: MIT */
/*
 * Calls that take a path: asking about files and changing them, and making, removing and renaming names.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "client_place.h"

/* --- asking and changing --- */

int vfs_stat(VfsClient *c, const VfsFile *dir, const char *path, bool follow, struct stat *ret) {
        Walked w;
        int r = vfs_walk(c, dir, path, follow ? WALK_FOLLOW : 0, &w);

        if (r == 0)
                r = place_stat(&w.place, ret);
        place_unref(&w.place);
        return r;
}

int vfs_statvfs(VfsClient *c, const char *path, struct statvfs *ret) {
        Walked w;
        int r = vfs_walk(c, NULL, path, WALK_FOLLOW, &w);

        if (r == 0)
                r = place_statvfs(&w.place, ret);
        place_unref(&w.place);
        return r;
}

int vfs_chmod(VfsClient *c, const VfsFile *dir, const char *path, bool follow, mode_t mode) {
        Walked w;
        int r = vfs_walk(c, dir, path, follow ? WALK_FOLLOW : 0, &w);

        if (r == 0)
                r = place_chmod(&w.place, mode);
        place_unref(&w.place);
        return r;
}

int vfs_chown(VfsClient *c, const VfsFile *dir, const char *path, bool follow, uid_t uid, gid_t gid) {
        Walked w;
        int r = vfs_walk(c, dir, path, follow ? WALK_FOLLOW : 0, &w);

        if (r == 0)
                r = place_chown(&w.place, uid, gid);
        place_unref(&w.place);
        return r;
}

int vfs_utimens(
        VfsClient *c, const VfsFile *dir, const char *path, bool follow, const struct timespec times[2]) {
        Walked w;
        int r = vfs_walk(c, dir, path, follow ? WALK_FOLLOW : 0, &w);

        if (r == 0)
                r = place_set_times(&w.place, times);
        place_unref(&w.place);
        return r;
}

static int truncate_place(const VfsClient *c, const Place *p, off_t size) {
        int r = place_check_mode(c, p, S_IWUSR);

        return r < 0 ? r : place_truncate(p, size);
}

int vfs_truncate(VfsClient *c, const char *path, off_t size) {
        Walked w;
        int r = vfs_walk(c, NULL, path, WALK_FOLLOW, &w);

        if (r == 0)
                r = truncate_place(c, &w.place, size);
        place_unref(&w.place);
        return r;
}

/* Owner bits, also where they are not enforced: who asks wants to know what they say. */
static int check_access(const Place *p, int mode) {
        const mode_t wanted =
                (mode & R_OK ? S_IRUSR : 0) | (mode & W_OK ? S_IWUSR : 0) | (mode & X_OK ? S_IXUSR : 0);
        struct stat st;
        int r = place_stat(p, &st);

        if (r < 0)
                return r;
        if ((mode & W_OK) && place_check_writable(p) < 0)
                return -EROFS;
        return (st.st_mode & wanted) == wanted ? 0 : -EACCES;
}

int vfs_access(VfsClient *c, const VfsFile *dir, const char *path, int mode) {
        Walked w;
        int r;

        if (mode & ~(R_OK | W_OK | X_OK))
                return -EINVAL;
        r = vfs_walk(c, dir, path, WALK_FOLLOW, &w);
        if (r == 0)
                r = check_access(&w.place, mode);
        place_unref(&w.place);
        return r;
}

int vfs_readlink(
        VfsClient *c, const VfsFile *dir, const char *path, char *buffer, size_t size, size_t *ret_length) {
        Walked w;
        int r = vfs_walk(c, dir, path, 0, &w);

        if (r == 0)
                r = S_ISLNK(w.place.node->type) ? walk_read_link(w.place.node, buffer, size, ret_length)
                                                : -EINVAL;
        place_unref(&w.place);
        return r;
}

/* --- making --- */

/* Does the walk's directory have something under the last name already? It is said before a missing right is.
 */
static bool is_there(const VfsClient *c, const Walked *w) {
        Place place;

        if (w->last.length == 0)
                return true;
        if (walk_step(&c->walker, &w->place, &w->last, &place) < 0)
                return false;
        place_unref(&place);
        return true;
}

static int make_node(const VfsClient *c, const Walked *w, const FsNew *what) {
        Place made = PLACE_NULL;
        int r;

        if (is_there(c, w))
                return -EEXIST;
        if (w->wants_directory && !S_ISDIR(what->mode))
                return -ENOENT;
        r = place_make(c, w, what, &made);
        place_unref(&made);
        return r;
}

static int make(VfsClient *c, const VfsFile *dir, const char *path, const FsNew *what) {
        Walked w;
        int r = vfs_walk(c, dir, path, WALK_PARENT, &w);

        if (r == 0)
                r = make_node(c, &w, what);
        place_unref(&w.place);
        return r;
}

int vfs_mkdir(VfsClient *c, const VfsFile *dir, const char *path, mode_t mode) {
        const FsNew what = {.mode = S_IFDIR | (mode & 01777), .uid = c->uid, .gid = c->gid};

        return make(c, dir, path, &what);
}

int vfs_symlink(VfsClient *c, const char *target, const VfsFile *dir, const char *path) {
        const FsNew what = {.mode = S_IFLNK | 0777, .uid = c->uid, .gid = c->gid, .target = target};
        size_t n = strnlen(target, FS_LINK_MAX + 1);

        if (n == 0)
                return -ENOENT;
        return n > FS_LINK_MAX ? -ENAMETOOLONG : make(c, dir, path, &what);
}

static int link_node(const VfsClient *c, const Place *old, const Walked *w) {
        Fs *fs = w->place.mount->fs;
        int r;

        if (is_there(c, w))
                return -EEXIST;
        if (w->wants_directory)
                return -ENOENT;
        if (old->mount != w->place.mount)
                return -EXDEV;
        if (S_ISDIR(old->node->type))
                return -EPERM;
        r = place_check_change(c, &w->place);
        if (r < 0)
                return r;
        if (!fs->ops->link)
                return -EPERM; /* as POSIX has it for file systems without links */
        fs_lock(fs);
        r = fs->ops->link(w->place.node, &w->last, old->node);
        fs_unlock(fs);
        return r;
}

int vfs_link(VfsClient *c, const VfsFile *old_dir, const char *old, const VfsFile *new_dir, const char *new,
        bool follow) {
        Walked from, to = {.place = PLACE_NULL};
        int r = vfs_walk(c, old_dir, old, follow ? WALK_FOLLOW : 0, &from);

        if (r == 0)
                r = vfs_walk(c, new_dir, new, WALK_PARENT, &to);
        if (r == 0)
                r = link_node(c, &from.place, &to);
        place_unref(&from.place);
        place_unref(&to.place);
        return r;
}

/* --- removing --- */

/* What lies under a mount stays. Under the lock. */
static int check_not_mounted(const Place *dir, const FsName *name) {
        FsNode *node;
        bool is_mounted;

        if (dir->mount->fs->ops->lookup(dir->node, name, &node) < 0)
                return 0; /* the operation will say it */
        is_mounted = atomic_load(&node->n_mounts) > 0;
        (void)fs_unref(node);
        return is_mounted ? -EBUSY : 0;
}

typedef int Remove(FsNode *dir, const FsName *name);

static int remove_name(const VfsClient *c, const Walked *w, Remove *op) {
        Fs *fs = w->place.mount->fs;
        int r = place_check_change(c, &w->place);

        if (r < 0)
                return is_there(c, w) ? r : -ENOENT;
        if (!op)
                return -EIO;
        fs_lock(fs);
        r = check_not_mounted(&w->place, &w->last);
        if (r == 0)
                r = op(w->place.node, &w->last);
        fs_unlock(fs);
        return r;
}

/* A name with a '/' behind it is a directory or nothing. */
static int unlink_last(const VfsClient *c, const Walked *w) {
        Place place = PLACE_NULL;
        int r;

        if (w->last.length == 0)
                return -EISDIR;
        if (!w->wants_directory)
                return remove_name(c, w, w->place.mount->fs->ops->unlink);
        r = walk_step(&c->walker, &w->place, &w->last, &place);
        if (r == 0)
                r = S_ISDIR(place.node->type) ? -EISDIR : -ENOTDIR;
        place_unref(&place);
        return r;
}

int vfs_unlink(VfsClient *c, const VfsFile *dir, const char *path) {
        Walked w;
        int r = vfs_walk(c, dir, path, WALK_PARENT, &w);

        if (r == 0)
                r = unlink_last(c, &w);
        place_unref(&w.place);
        return r;
}

/* Which of the names without a name of their own it was: "/", "." or "..". */
static int refuse_rmdir(const char *path) {
        size_t n = strlen(path);

        while (n > 0 && path[n - 1] == '/')
                n--;
        if (n == 0)
                return -EBUSY;
        return n >= 2 && path[n - 2] == '.' ? -ENOTEMPTY : -EINVAL;
}

int vfs_rmdir(VfsClient *c, const VfsFile *dir, const char *path) {
        Walked w;
        int r = vfs_walk(c, dir, path, WALK_PARENT, &w);

        if (r == 0)
                r = w.last.length == 0 ? refuse_rmdir(path)
                                       : remove_name(c, &w, w.place.mount->fs->ops->rmdir);
        place_unref(&w.place);
        return r;
}

/* --- renaming --- */

/* A '/' behind a name means a directory. victim: what has the new name, or NULL. */
static bool are_slashes_wrong(
        const Walked *from, const Walked *to, const FsNode *moved, const FsNode *victim, unsigned flags) {
        bool swaps = flags & FS_RENAME_EXCHANGE;

        if (!S_ISDIR(moved->type) && (from->wants_directory || (to->wants_directory && !swaps)))
                return true;
        return swaps && to->wants_directory && !S_ISDIR(victim->type);
}

/* No directory goes below itself. Within one directory none can, and a deep one is not climbed for it. */
static int check_loops(const Walked *from, const Walked *to, FsNode *moved, FsNode *victim, unsigned flags) {
        if (from->place.node == to->place.node)
                return 0;
        if (S_ISDIR(moved->type) && walk_is_above(moved, to->place.node))
                return -EINVAL;
        if (victim && S_ISDIR(victim->type) && walk_is_above(victim, from->place.node))
                return flags & FS_RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
        return 0;
}

/* What only the whole tree tells; nothing mounted on moves, either. Under the lock. */
static int check_rename(const Walked *from, const Walked *to, FsNode *moved, FsNode *victim, unsigned flags) {
        int r;

        if (victim && (flags & FS_RENAME_NOREPLACE))
                return -EEXIST;
        if (!victim && (flags & FS_RENAME_EXCHANGE))
                return -ENOENT;
        if (are_slashes_wrong(from, to, moved, victim, flags))
                return -ENOTDIR;
        r = check_loops(from, to, moved, victim, flags);
        if (r < 0)
                return r;
        if (atomic_load(&moved->n_mounts) || (victim && atomic_load(&victim->n_mounts)))
                return -EBUSY;
        return 0;
}

static FsNode *node_of_last(const Walked *w) {
        FsNode *node;

        return w->place.mount->fs->ops->lookup(w->place.node, &w->last, &node) < 0 ? NULL : node;
}

/* A directory that comes to another has another ".." then: that is a change of it. Under the lock. */
static int check_dots(const VfsClient *c, FsNode *moved) {
        struct stat st;
        int r;

        if (!c->walker.checks_modes || !S_ISDIR(moved->type))
                return 0;
        r = moved->fs->ops->stat(moved, &st);
        if (r < 0)
                return r;
        return st.st_mode & S_IWUSR ? 0 : -EACCES;
}

/* Under the lock. */
static int rename_under_lock(const VfsClient *c, const Walked *from, const Walked *to, unsigned flags) {
        FsNode *moved = node_of_last(from), *victim = node_of_last(to);
        int r = moved ? check_rename(from, to, moved, victim, flags) : -ENOENT;

        if (r == 0 && from->place.node != to->place.node)
                r = check_dots(c, moved);
        if (r == 0 && (flags & FS_RENAME_EXCHANGE) && from->place.node != to->place.node)
                r = check_dots(c, victim);
        if (r == 0)
                r = moved->fs->ops->rename(from->place.node, &from->last, to->place.node, &to->last, flags);
        (void)fs_unref(moved);
        (void)fs_unref(victim);
        return r;
}

static int rename_walked(const VfsClient *c, const Walked *from, const Walked *to, unsigned flags) {
        Fs *fs = from->place.mount->fs;
        int r;

        if (from->place.mount != to->place.mount)
                return -EXDEV;
        if (from->last.length == 0)
                return -EBUSY;
        if (to->last.length == 0)
                return flags & FS_RENAME_NOREPLACE ? -EEXIST : -EBUSY;
        r = place_check_change(c, &from->place);
        if (r == 0)
                r = place_check_change(c, &to->place);
        if (r < 0)
                return r;
        if (!fs->ops->rename)
                return -EIO;
        fs_lock(fs);
        r = rename_under_lock(c, from, to, flags);
        fs_unlock(fs);
        return r;
}

int vfs_rename(VfsClient *c, const VfsFile *old_dir, const char *old, const VfsFile *new_dir, const char *new,
        unsigned flags) {
        Walked from, to = {.place = PLACE_NULL};
        int r;

        if ((flags & ~(unsigned)(FS_RENAME_NOREPLACE | FS_RENAME_EXCHANGE)) ||
                flags == (FS_RENAME_NOREPLACE | FS_RENAME_EXCHANGE))
                return -EINVAL;
        r = vfs_walk(c, old_dir, old, WALK_PARENT, &from);
        if (r == 0)
                r = vfs_walk(c, new_dir, new, WALK_PARENT, &to);
        if (r == 0)
                r = rename_walked(c, &from, &to, flags);
        place_unref(&from.place);
        place_unref(&to.place);
        return r;
}
