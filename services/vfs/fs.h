/* SPDX-License-Identifier: MIT */
/*
 * A file system as the VFS core sees it: nodes, and one table of operations.
 *
 * A file system module hands out nodes with references and knows nothing of paths, open files, mount
 * points or permissions: the core walks, checks rights and follows links. While a node has a reference,
 * the same file is the same node, and a file without a name lives on until its last reference goes. A node
 * that lookup() can find holds a reference of the module's own, so the last one goes only after that.
 *
 * Locks: the core takes the file system's lock before every operation, shared for those marked (r) and
 * exclusive for the rest, so a module needs none of its own for its tree. References are counted without it.
 * Results: 0, or a negative errno, which the client sees as it is. An operation that is NULL gives -EIO,
 * or -EROFS if it would have written and the file system is read-only.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "fslock.h"

#define FS_NAME_MAX 255u            /* bytes of a name in a directory */
#define FS_LINK_MAX 4095u           /* bytes of a symbolic link's target */
#define FS_SIZE_MAX (INT64_MAX - 1) /* offsets stay representable */

typedef struct Fs Fs;
typedef struct FsNode FsNode;

/* Head of a module's node. */
struct FsNode {
        Fs *fs;
        uint64_t ino;
        mode_t type; /* S_IFMT part; a file never changes it */
        _Atomic uint32_t n_refs;
        _Atomic uint32_t n_mounts; /* the core's: mounted here, so that a walk seldom has to look */
        _Atomic bool
                is_due; /* the module's: it was read, and its time of access is older than its last change */
};

typedef struct FsName {
        const char *text; /* no '/', no zero inside; not "." or ".."; need not end with a zero */
        uint32_t length;  /* 1 .. FS_NAME_MAX */
} FsName;

/* What a new node gets. */
typedef struct FsNew {
        mode_t mode; /* type and permissions */
        uid_t uid;
        gid_t gid;
        dev_t rdev;         /* S_IFCHR, S_IFBLK */
        const char *target; /* S_IFLNK: 1 .. FS_LINK_MAX bytes and a zero */
} FsNew;

enum { FS_SET_MODE = 1, FS_SET_UID = 2, FS_SET_GID = 4, FS_SET_ATIME = 8, FS_SET_MTIME = 16 };

typedef struct FsSet {
        unsigned what; /* FS_SET_* */
        mode_t mode;   /* permissions only */
        uid_t uid;
        gid_t gid;
        struct timespec atime, mtime;
} FsSet;

/* One entry of a directory. `next` is where to go on after it. False: no room, stop before this one. */
typedef bool FsEmit(void *arg, const FsName *name, uint64_t ino, mode_t type, uint64_t next);

enum { FS_RENAME_NOREPLACE = 1, FS_RENAME_EXCHANGE = 2 };

typedef struct FsOps {
        const char *type; /* as in an fstab entry: "ramfs" */
        /* Bytes of the largest file, where growing one writes all that lies between: the core does that in
         * steps, so that others get in between. 0: holes cost nothing. */
        uint64_t filled_max;

        void (*unmount)(Fs *fs); /* no node but the root has references; writes everything back */
        int (*sync)(Fs *fs);
        /* Like unmount, but nodes may have references still, and it is not freed: nothing is written after
         * it. NULL: sync does all that. */
        int (*finish)(Fs *fs);
        int (*statvfs)(Fs *fs, struct statvfs *ret); /* (r) */

        /* The last reference is gone: free the node, or keep it in a cache. */
        void (*release)(FsNode *node);

        int (*lookup)(FsNode *dir, const FsName *name, FsNode **ret); /* (r) with a reference; -ENOENT */
        /* (r) The directory that `dir` is in, or was in when it was removed, with a reference; the root's is
         * the root. */
        int (*parent)(FsNode *dir, FsNode **ret);
        int (*stat)(FsNode *node, struct stat *ret); /* (r) st_dev is filled in by the core */
        int (*set)(FsNode *node, const FsSet *set);
        int (*readlink)(FsNode *node, char *buffer, size_t size, size_t *ret_length); /* (r) cut, no zero */
        /* (r) Entries from `at` on, without "." and ".."; 0 is the start. An entry that is there all the time
         * is emitted exactly once, whatever comes and goes meanwhile. */
        int (*readdir)(FsNode *dir, uint64_t at, FsEmit *emit, void *arg);

        int (*create)(FsNode *dir, const FsName *name, const FsNew *what, FsNode **ret); /* -EEXIST */
        int (*link)(FsNode *dir, const FsName *name, FsNode *node);
        int (*unlink)(FsNode *dir, const FsName *name); /* not a directory: -EISDIR otherwise */
        int (*rmdir)(FsNode *dir, const FsName *name);  /* -ENOTDIR, -ENOTEMPTY */
        /* The core has made sure that `from` is not above `to`. */
        int (*rename)(FsNode *from, const FsName *old, FsNode *to, const FsName *new, unsigned flags);

        int (*read)(
                FsNode *node, void *buffer, size_t size, uint64_t at, size_t *ret_got); /* (r) 0: the end */
        int (*write)(FsNode *node, const void *data, size_t size, uint64_t at, size_t *ret_put);
        /* A node that is due gets its time of access, and no other time changes. NULL: there are no such
         * times, or they are only set. */
        void (*accessed)(FsNode *node);
        int (*truncate)(FsNode *node, uint64_t size);
        int (*fsync)(FsNode *node, bool only_data);

        /* value of size 0: only asks for the length. The core has checked that the name is in a name space
         * and the node may have it, and that a list of access rights is one. */
        int (*getxattr)(
                FsNode *node, const char *name, void *value, size_t size, size_t *ret_length); /* (r) */
        int (*listxattr)(FsNode *node, char *list, size_t size, size_t *ret_length);           /* (r) */
        int (*setxattr)(FsNode *node, const char *name, const void *value, size_t size, int flags);
        int (*removexattr)(FsNode *node, const char *name);
} FsOps;

/* Head of a module's file system. */
struct Fs {
        const FsOps *ops;
        FsNode *root;              /* with a reference of the mount's own */
        _Atomic bool is_read_only; /* while it is mounted, from its finishing on */
        bool is_on_device;         /* whoever works in it may have to wait for one */
        _Atomic bool is_changed;   /* since it was last written back: fs_note_change() */
        bool is_behind;            /* writing back by time failed, and that was said */
        dev_t dev;                 /* number of the mount, given by the core */
        FsLock lock;
};

static inline FsNode *fs_ref(FsNode *node) {
        atomic_fetch_add_explicit(&node->n_refs, 1, memory_order_relaxed);
        return node;
}

/* With or without the lock held. */
static inline FsNode *fs_unref(FsNode *node) {
        if (node && atomic_fetch_sub_explicit(&node->n_refs, 1, memory_order_acq_rel) == 1)
                node->fs->ops->release(node);
        return NULL;
}

/* Why the last mount on this thread failed, for who asked for it: a sentence without a point; "" if the error
 * says all. What can be mounted clears it. */
__attribute__((format(printf, 1, 2))) void fs_explain(const char *format, ...);
const char *fs_explanation(void);
/* That a file system doesn't know an option, and which ones it does: words for a sentence, NULL for none.
 * `option` ends before the next comma. Returns -EINVAL, as the next one. */
int fs_refuse_option(const char *type, const char *option, const char *known);
/* That the value of such an option is no `wanted`. */
int fs_refuse_value(const char *option, const char *wanted);
/* The same, or what the error (negative errno) says if that is all. */
const char *fs_reason(int error);

/* Something in memory is to be written back: for modules that keep it there, before each change. */
void fs_first_change(Fs *fs);
static inline void fs_note_change(Fs *fs) {
        if (!atomic_load_explicit(&fs->is_changed, memory_order_relaxed))
                fs_first_change(fs);
}
/* Who is told of the first change of a file system since it was written back; NULL: nobody. */
void fs_watch_changes(void (*changed)(void));

/* The head of a new file system, and of a node with one reference. */
void fs_init(Fs *fs, const FsOps *ops);
void fs_deinit(Fs *fs);
static inline void fs_node_init(FsNode *node, Fs *fs, uint64_t ino, mode_t type) {
        node->fs = fs;
        node->ino = ino;
        node->type = type & S_IFMT;
        atomic_init(&node->n_refs, 1);
        atomic_init(&node->n_mounts, 0);
        atomic_init(&node->is_due, false);
}
