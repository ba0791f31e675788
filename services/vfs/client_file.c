/* SPDX-License-Identifier: MIT */
/*
 * Open files: opening, reading, writing, positions.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "client_place.h"

#define STATUS_FLAGS (O_APPEND | O_NONBLOCK | O_SYNC | O_DSYNC)

/* --- opening --- */

static bool writes(int flags) {
        return (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
}

static bool reads(int flags) {
        return (flags & O_ACCMODE) == O_RDONLY || (flags & O_ACCMODE) == O_RDWR;
}

static int check_kind(const Place *p, int flags) {
        mode_t type = p->node->type;

        if ((flags & O_DIRECTORY) && !S_ISDIR(type))
                return -ENOTDIR;
        if (flags & O_PATH)
                return 0;
        if (S_ISLNK(type))
                return -ELOOP;
        if (S_ISDIR(type) && (writes(flags) || (flags & (O_CREAT | O_TRUNC))))
                return -EISDIR;
        if (S_ISFIFO(type) || S_ISSOCK(type))
                return -ENXIO; /* a place to meet, and nobody here meets through it */
        if ((S_ISCHR(type) || S_ISBLK(type)) && (p->mount->flags & MOUNT_NO_DEVICES))
                return -EACCES;
        if (S_ISREG(type) && (writes(flags) || (flags & O_TRUNC)))
                return place_check_writable(p);
        return 0;
}

static int check_open(const VfsClient *c, const Place *p, int flags) {
        mode_t wanted = (reads(flags) ? S_IRUSR : 0) | (writes(flags) || (flags & O_TRUNC) ? S_IWUSR : 0);
        int r = check_kind(p, flags);

        return r < 0 || (flags & O_PATH) ? r : place_check_mode(c, p, wanted);
}

static int create_file(VfsClient *c, const Walked *w, mode_t mode, Place *ret) {
        const FsNew what = {.mode = S_IFREG | (mode & 07777), .uid = c->uid, .gid = c->gid};

        return place_make(c, w, &what, ret);
}

/* What a directory has under the last name: 0, -ENOENT. */
static int look_at_last(VfsClient *c, const Walked *w, Place *ret) {
        if (w->last.length == 0) {
                *ret = place_ref(w->place);
                return 0;
        }
        return walk_step(&c->walker, &w->place, &w->last, ret);
}

/* One try of opening with O_CREAT: what is there, or what is made. -EAGAIN: somebody else was quicker. */
static int find_or_create(
        VfsClient *c, const Walked *w, int flags, mode_t mode, Place *ret, bool *ret_created) {
        int r;

        if (w->wants_directory && w->last.length > 0)
                return -EISDIR;
        r = look_at_last(c, w, ret);
        if (r == 0 && (flags & O_EXCL)) {
                place_unref(ret);
                return -EEXIST;
        }
        if (r != -ENOENT)
                return r;
        r = create_file(c, w, mode, ret);
        *ret_created = r == 0;
        return r == -EEXIST && !(flags & O_EXCL) ? -EAGAIN : r;
}

/* The last name was a link: from where it is, to where it says. */
static int follow_last(VfsClient *c, FsNode *link, Walked *w) {
        char target[FS_LINK_MAX + 1];
        VfsFile base = {.place = w->place}; /* only that: where the path begins */
        size_t n = 0;
        int r = walk_read_link(link, target, FS_LINK_MAX, &n);

        w->place = PLACE_NULL;
        target[n] = '\0';
        if (r == 0)
                r = vfs_walk(c, &base, target, WALK_PARENT, w);
        place_unref(&base.place);
        return r;
}

/* Each turn opens or makes what the last name stands for, or goes on behind a link, or sees that somebody
 * else was quicker. */
static int open_or_create(VfsClient *c, const VfsFile *dir, const char *path, int flags, mode_t mode,
        Place *ret, bool *ret_created) {
        Walked w;
        int r = vfs_walk(c, dir, path, WALK_PARENT, &w);

        for (uint32_t n_turns = 0; r == 0; n_turns++) {
                if (n_turns > WALK_LINKS_MAX) {
                        r = -ELOOP;
                        break;
                }
                r = find_or_create(c, &w, flags, mode, ret, ret_created);
                if (r == -EAGAIN) {
                        r = 0;
                        continue;
                }
                if (r < 0 || !S_ISLNK(ret->node->type) || (flags & O_NOFOLLOW))
                        break;
                r = follow_last(c, ret->node, &w);
                place_unref(ret);
        }
        place_unref(&w.place);
        return r;
}

static int find_place(VfsClient *c, const VfsFile *dir, const char *path, int flags, mode_t mode, Place *ret,
        bool *ret_created) {
        Walked w;
        int r;

        if (flags & O_CREAT)
                return flags & O_DIRECTORY ? -EINVAL
                                           : open_or_create(c, dir, path, flags, mode, ret, ret_created);
        r = vfs_walk(c, dir, path, flags & O_NOFOLLOW ? 0 : WALK_FOLLOW, &w);
        *ret = w.place;
        return r;
}

/* Without a place yet. */
static int file_new(VfsClient *c, int flags, VfsFile **ret_file) {
        VfsFile *f;

        if (atomic_fetch_add(&c->n_open, 1) >= VFS_OPEN_MAX) {
                atomic_fetch_sub(&c->n_open, 1);
                return -EMFILE;
        }
        f = calloc(1, sizeof *f);
        if (!f) {
                atomic_fetch_sub(&c->n_open, 1);
                return -ENOMEM;
        }
        f->client = c;
        f->access = flags & (O_ACCMODE | O_PATH);
        atomic_init(&f->status, flags & STATUS_FLAGS);
        atomic_init(&f->n_refs, 1);
        (void)pthread_mutex_init(&f->lock, NULL);
        *ret_file = f;
        return 0;
}

static int open_place(
        VfsClient *c, const VfsFile *dir, const char *path, int flags, mode_t mode, Place *ret_place) {
        bool is_created = false;
        int r = find_place(c, dir, path, flags, mode, ret_place, &is_created);

        if (r < 0 || is_created)
                return r;
        r = check_open(c, ret_place, flags);
        if (r == 0 && (flags & O_TRUNC) && S_ISREG(ret_place->node->type))
                r = place_truncate(ret_place, 0);
        if (r < 0)
                place_unref(ret_place);
        return r;
}

/* The open file first: once a file is made or emptied, nothing fails any more. */
int vfs_open(VfsClient *c, const VfsFile *dir, const char *path, int flags, mode_t mode, VfsFile **ret_file) {
        Place place;
        VfsFile *f;
        int r;

        if ((flags & O_ACCMODE) == O_ACCMODE)
                return -EINVAL;
        if (flags & O_PATH)
                flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW;
        r = file_new(c, flags, &f);
        if (r < 0)
                return r;
        r = open_place(c, dir, path, flags, mode, &place);
        if (r < 0) {
                (void)vfs_close(f);
                return r;
        }
        f->place = place;
        *ret_file = f;
        return 0;
}

VfsFile *vfs_ref(VfsFile *f) {
        atomic_fetch_add_explicit(&f->n_refs, 1, memory_order_relaxed);
        return f;
}

VfsFile *vfs_close(VfsFile *f) {
        if (!f || atomic_fetch_sub(&f->n_refs, 1) != 1)
                return NULL;
        place_unref(&f->place);
        (void)pthread_mutex_destroy(&f->lock);
        atomic_fetch_sub(&f->client->n_open, 1);
        free(f);
        return NULL;
}

mode_t vfs_get_type(const VfsFile *f) {
        return f->place.node->type;
}

int vfs_get_flags(const VfsFile *f) {
        return f->access | atomic_load(&f->status);
}

int vfs_set_flags(VfsFile *f, int flags) {
        int kept = atomic_load(&f->status) & ~(O_APPEND | O_NONBLOCK);

        atomic_store(&f->status, kept | (flags & (O_APPEND | O_NONBLOCK)));
        return 0;
}

/* --- reading and writing --- */

static int check_read(const VfsFile *f) {
        if (!reads(f->access) || (f->access & O_PATH))
                return -EBADF;
        if (S_ISDIR(f->place.node->type))
                return -EISDIR;
        return f->place.mount->fs->ops->read ? 0 : -EIO;
}

static int check_write(const VfsFile *f) {
        if (!writes(f->access) || (f->access & O_PATH))
                return -EBADF;
        return f->place.mount->fs->ops->write ? 0 : -EIO;
}

static int read_at(VfsFile *f, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        Fs *fs = f->place.mount->fs;
        int r;

        *ret_got = 0;
        if (at > FS_SIZE_MAX)
                return 0;
        fs_lock_shared(fs);
        r = fs->ops->read(f->place.node, buffer, size < VFS_IO_MAX ? size : VFS_IO_MAX, at, ret_got);
        fs_unlock(fs);
        place_accessed(&f->place);
        return r;
}

/* Under the lock, so that nobody else appends in between. */
static int end_of_file(FsNode *node, uint64_t *ret_at) {
        struct stat st;
        int r = node->fs->ops->stat(node, &st);

        *ret_at = (uint64_t)st.st_size;
        return r;
}

/* Must what was written be safe before the call ends? */
static bool is_sync(const VfsFile *f) {
        return (atomic_load(&f->status) & (O_SYNC | O_DSYNC)) || (f->place.mount->flags & MOUNT_SYNC);
}

static int write_at(VfsFile *f, const void *data, size_t size, uint64_t *at, size_t *ret_put) {
        Fs *fs = f->place.mount->fs;
        int r = 0;

        *ret_put = 0;
        size = size < VFS_IO_MAX ? size : VFS_IO_MAX;
        if (size > 0 && !(atomic_load(&f->status) & O_APPEND))
                r = place_grow(&f->place, *at + 1);
        if (r < 0)
                return r;
        fs_lock(fs);
        if (atomic_load(&f->status) & O_APPEND)
                r = end_of_file(f->place.node, at);
        if (r == 0 && (*at > FS_SIZE_MAX || size > FS_SIZE_MAX - *at))
                r = -EFBIG;
        if (r == 0)
                r = fs->ops->write(f->place.node, data, size, *at, ret_put);
        if (r == 0 && is_sync(f) && fs->ops->fsync)
                r = fs->ops->fsync(f->place.node, !(atomic_load(&f->status) & O_SYNC));
        fs_unlock(fs);
        if (r < 0)
                *ret_put = 0;
        return r;
}

int vfs_pread(VfsFile *f, void *buffer, size_t size, off_t at, size_t *ret_got) {
        int r = check_read(f);

        if (r < 0)
                return r;
        return at < 0 ? -EINVAL : read_at(f, buffer, size, (uint64_t)at, ret_got);
}

int vfs_pwrite(VfsFile *f, const void *data, size_t size, off_t at, size_t *ret_put) {
        uint64_t to = (uint64_t)at;
        int r = check_write(f);

        if (r < 0)
                return r;
        return at < 0 ? -EINVAL : write_at(f, data, size, &to, ret_put);
}

int vfs_read(VfsFile *f, void *buffer, size_t size, size_t *ret_got) {
        int r = check_read(f);

        if (r < 0)
                return r;
        (void)pthread_mutex_lock(&f->lock);
        r = read_at(f, buffer, size, f->at, ret_got);
        f->at += r == 0 ? *ret_got : 0;
        (void)pthread_mutex_unlock(&f->lock);
        return r;
}

int vfs_write(VfsFile *f, const void *data, size_t size, size_t *ret_put) {
        uint64_t at;
        int r = check_write(f);

        if (r < 0)
                return r;
        (void)pthread_mutex_lock(&f->lock);
        at = f->at;
        r = write_at(f, data, size, &at, ret_put);
        if (r == 0 && *ret_put > 0)
                f->at = at + *ret_put;
        (void)pthread_mutex_unlock(&f->lock);
        return r;
}

/* --- positions --- */

/* Where data or a hole begins, for a file system that tells no holes: all is data, and the end is a hole. */
static int seek_contents(off_t offset, int whence, off_t size, off_t *ret_at) {
        if (offset < 0 || offset >= size)
                return -ENXIO;
        *ret_at = whence == SEEK_DATA ? offset : size;
        return 0;
}

static int seek_to(const VfsFile *f, off_t offset, int whence, off_t *ret_at) {
        off_t from = 0;
        struct stat st;
        int r = 0;

        if (whence == SEEK_CUR) {
                from = (off_t)f->at;
        } else if (whence == SEEK_END || whence == SEEK_DATA || whence == SEEK_HOLE) {
                r = place_stat(&f->place, &st);
                if (r == 0 && whence != SEEK_END)
                        return seek_contents(offset, whence, st.st_size, ret_at);
                from = st.st_size;
        } else if (whence != SEEK_SET) {
                return -EINVAL;
        }
        if (r < 0)
                return r;
        if (__builtin_add_overflow(from, offset, ret_at))
                return -EOVERFLOW;
        return *ret_at < 0 ? -EINVAL : 0;
}

int vfs_lseek(VfsFile *f, off_t offset, int whence, off_t *ret_at) {
        int r;

        if (f->access & O_PATH)
                return -EBADF;
        if (S_ISCHR(f->place.node->type)) {
                *ret_at = 0; /* as terminals and random numbers do: they have no position */
                return 0;
        }
        (void)pthread_mutex_lock(&f->lock);
        r = seek_to(f, offset, whence, ret_at);
        if (r == 0)
                f->at = (uint64_t)*ret_at;
        (void)pthread_mutex_unlock(&f->lock);
        return r;
}

/* --- the rest --- */

int vfs_ftruncate(VfsFile *f, off_t size) {
        if (f->access & O_PATH)
                return -EBADF;
        return writes(f->access) ? place_truncate(&f->place, size) : -EINVAL;
}

int vfs_fsync(VfsFile *f, bool only_data) {
        Fs *fs = f->place.mount->fs;
        int r;

        if (f->access & O_PATH)
                return -EBADF;
        if (!fs->ops->fsync)
                return fs->is_read_only ? 0 : -EINVAL;
        fs_lock(fs);
        r = fs->ops->fsync(f->place.node, only_data);
        fs_unlock(fs);
        return r;
}

int vfs_fstat(VfsFile *f, struct stat *ret) {
        return place_stat(&f->place, ret);
}

int vfs_fstatvfs(VfsFile *f, struct statvfs *ret) {
        return place_statvfs(&f->place, ret);
}

int vfs_fchmod(VfsFile *f, mode_t mode) {
        return f->access & O_PATH ? -EBADF : place_chmod(&f->place, mode);
}

int vfs_fchown(VfsFile *f, uid_t uid, gid_t gid) {
        return f->access & O_PATH ? -EBADF : place_chown(&f->place, uid, gid);
}

int vfs_futimens(VfsFile *f, const struct timespec times[2]) {
        return f->access & O_PATH ? -EBADF : place_set_times(&f->place, times);
}
