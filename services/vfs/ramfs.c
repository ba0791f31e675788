/* SPDX-License-Identifier: MIT */
/*
 * ramfs: nodes on the heap. A node that has a name holds a reference of its own, given back with the last
 * name; what is open keeps it alive after that.
 */
#include "ramfs.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "meta.h"
#include "ramdata.h"
#include "ramdir.h"
#include "xattrs.h"

/* Memory for a name in a directory, besides its bytes: an entry, places of the index, and what is kept free
 * of both. */
#define NAME_COST   (2 * sizeof(RamEntry) + 8 * sizeof(uint32_t) + 32)
#define SMALL_SHARE 2           /* so many times as much may files hold as all else takes */
#define SMALL_MIN   (16u << 20) /* and so much it may take in any case */

typedef struct RamFs {
        Fs head;
        RamBudget budget; /* of contents */
        RamBudget small;  /* of nodes, names, links, attributes, and what finds contents */
        uint64_t last_ino;
        _Atomic uint64_t n_nodes;
} RamFs;

typedef struct RamNode {
        FsNode head;
        FsMeta meta;
        nlink_t n_links;        /* 0: no name leads here any more */
        struct RamNode *parent; /* of a directory, a removed one has a reference; the root's is itself */
        dev_t rdev;
        uint64_t cost; /* taken from what small things may have */
        Xattrs xattrs;
        union {
                RamData data; /* S_IFREG */
                RamDir dir;   /* S_IFDIR */
                char *target; /* S_IFLNK */
        };
} RamNode;

static RamFs *fs_of(const FsNode *node) {
        return (RamFs *)node->fs;
}

static RamNode *ram(FsNode *node) {
        return (RamNode *)node;
}

static bool is_dir(const RamNode *n) {
        return S_ISDIR(n->head.type);
}

/* --- nodes --- */

static void node_free(RamNode *n) {
        const FsNode *node = &n->head;
        RamFs *fs = fs_of(node);

        rambudget_give(&fs->small, n->cost + n->xattrs.n_bytes);
        if (S_ISREG(node->type))
                ramdata_deinit(&n->data);
        else if (S_ISDIR(node->type))
                ramdir_deinit(&n->dir);
        else if (S_ISLNK(node->type))
                free(n->target);
        xattrs_deinit(&n->xattrs);
        atomic_fetch_sub(&fs->n_nodes, 1);
        free(n);
}

/* With a removed directory may go the one that it was in, and so on: they may lie deeper than the stack is.
 */
static void ramfs_release(FsNode *node) {
        RamNode *up;

        for (RamNode *n = ram(node); n; n = up) {
                up = is_dir(n) && n->n_links == 0 ? n->parent : NULL;
                node_free(n);
                if (up && atomic_fetch_sub_explicit(&up->head.n_refs, 1, memory_order_acq_rel) != 1)
                        up = NULL;
        }
}

/* All that has to be allocated. */
static RamNode *node_alloc(const FsNew *what) {
        RamNode *n = calloc(1, sizeof *n);

        if (!n || !S_ISLNK(what->mode))
                return n;
        n->target = strdup(what->target);
        if (n->target)
                return n;
        free(n);
        return NULL;
}

/* With the reference that its first name will hold. */
static RamNode *node_new(RamFs *fs, const FsNew *what) {
        uint64_t cost = sizeof(RamNode) + (S_ISLNK(what->mode) ? strlen(what->target) + 1 : 0);
        RamNode *n = NULL;

        if (!rambudget_take(&fs->small, cost))
                return NULL;
        n = node_alloc(what);
        if (!n) {
                rambudget_give(&fs->small, cost);
                return NULL;
        }
        n->cost = cost;
        fs_node_init(&n->head, &fs->head, ++fs->last_ino, what->mode);
        meta_init(&n->meta, what);
        n->n_links = is_dir(n) ? 2 : 1;
        if (S_ISREG(what->mode))
                ramdata_init(&n->data, &fs->budget, &fs->small);
        if (S_ISCHR(what->mode) || S_ISBLK(what->mode))
                n->rdev = what->rdev;
        atomic_fetch_add(&fs->n_nodes, 1);
        return n;
}

/* A name less; with the last one goes the reference of the names. A directory still leads up. */
static void node_lose_name(RamNode *n) {
        n->meta.ctime = meta_now();
        n->n_links = is_dir(n) ? 0 : n->n_links - 1;
        if (is_dir(n))
                (void)fs_ref(&n->parent->head);
        if (n->n_links == 0)
                fs_unref(&n->head);
}

static int ramfs_stat(FsNode *node, struct stat *ret) {
        const RamNode *n = ram(node);

        meta_stat(&n->meta, node, ret);
        ret->st_nlink = n->n_links;
        ret->st_rdev = n->rdev;
        ret->st_blksize = RAMDATA_PAGE;
        if (S_ISREG(node->type)) {
                ret->st_size = (off_t)n->data.size;
                ret->st_blocks = (blkcnt_t)((n->data.n_bytes + 511) / 512);
        } else if (S_ISLNK(node->type)) {
                ret->st_size = (off_t)strlen(n->target);
        } else if (S_ISDIR(node->type)) {
                ret->st_size = (off_t)n->dir.n_live;
        }
        return 0;
}

static int ramfs_set(FsNode *node, const FsSet *set) {
        meta_set(&ram(node)->meta, set);
        return 0;
}

static void ramfs_accessed(FsNode *node) {
        meta_accessed(&ram(node)->meta, node);
}

static int ramfs_readlink(FsNode *node, char *buffer, size_t size, size_t *ret_length) {
        const char *target = ram(node)->target;
        size_t n = strlen(target);

        *ret_length = n < size ? n : size;
        memcpy(buffer, target, *ret_length);
        return 0;
}

/* --- names --- */

static int ramfs_lookup(FsNode *dir, const FsName *name, FsNode **ret) {
        const RamEntry *e = ramdir_find(&ram(dir)->dir, name);

        if (!e)
                return -ENOENT;
        *ret = fs_ref(&e->node->head);
        return 0;
}

static int ramfs_parent(FsNode *dir, FsNode **ret) {
        *ret = fs_ref(&ram(dir)->parent->head);
        return 0;
}

static int ramfs_readdir(FsNode *dir, uint64_t at, FsEmit *emit, void *arg) {
        const RamDir *d = &ram(dir)->dir;

        meta_read(&ram(dir)->meta, dir);
        for (const RamEntry *e; (e = ramdir_from(d, at)) != NULL; at = e->number + 1) {
                FsName name = {.text = e->name, .length = e->length};

                if (!emit(arg, &name, e->node->head.ino, e->node->head.type, e->number + 1))
                        break;
        }
        return 0;
}

/* A name in `dir` leads to `n` now. */
static void adopt(RamNode *dir, RamNode *n) {
        if (is_dir(n)) {
                dir->n_links++;
                n->parent = dir;
        }
        meta_touch(&dir->meta);
}

static uint64_t cost_of(const FsName *name) {
        return NAME_COST + name->length;
}

static int add_name(RamNode *dir, const FsName *name, RamNode *n) {
        RamFs *fs = fs_of(&dir->head);
        int r;

        if (dir->n_links == 0)
                return -ENOENT; /* removed while somebody had it open */
        if (ramdir_find(&dir->dir, name))
                return -EEXIST;
        if (!rambudget_take(&fs->small, cost_of(name)))
                return -ENOSPC;
        r = ramdir_add(&dir->dir, name, n);
        if (r < 0) {
                rambudget_give(&fs->small, cost_of(name));
                return r;
        }
        adopt(dir, n);
        return 0;
}

/* The entry's address, and others of the directory, are not valid any more. */
static void drop_entry(RamNode *dir, RamEntry *e) {
        const FsName name = {.length = e->length};

        rambudget_give(&fs_of(&dir->head)->small, cost_of(&name));
        ramdir_remove(&dir->dir, e);
}

static void remove_name(RamNode *dir, RamEntry *e) {
        RamNode *n = e->node;

        drop_entry(dir, e);
        dir->n_links -= is_dir(n);
        meta_touch(&dir->meta);
        node_lose_name(n);
}

static int ramfs_create(FsNode *dir, const FsName *name, const FsNew *what, FsNode **ret) {
        RamNode *n = node_new(fs_of(dir), what);
        int r;

        if (!n)
                return -ENOSPC;
        r = add_name(ram(dir), name, n);
        if (r < 0) {
                fs_unref(&n->head);
                return r;
        }
        *ret = fs_ref(&n->head);
        return 0;
}

static int ramfs_link(FsNode *dir, const FsName *name, FsNode *node) {
        RamNode *n = ram(node);
        int r;

        if (is_dir(n))
                return -EPERM;
        if (n->n_links == 0)
                return -ENOENT;
        r = add_name(ram(dir), name, n);
        if (r < 0)
                return r;
        n->n_links++;
        n->meta.ctime = meta_now();
        return 0;
}

static int ramfs_unlink(FsNode *dir, const FsName *name) {
        RamEntry *e = ramdir_find(&ram(dir)->dir, name);

        if (!e)
                return -ENOENT;
        if (is_dir(e->node))
                return -EISDIR;
        remove_name(ram(dir), e);
        return 0;
}

static int ramfs_rmdir(FsNode *dir, const FsName *name) {
        RamEntry *e = ramdir_find(&ram(dir)->dir, name);

        if (!e)
                return -ENOENT;
        if (!is_dir(e->node))
                return -ENOTDIR;
        if (e->node->dir.n_live > 0)
                return -ENOTEMPTY;
        remove_name(ram(dir), e);
        return 0;
}

/* --- renaming --- */

/* May `moved` take the place of `victim`? */
static int check_victim(const RamNode *moved, const RamNode *victim) {
        if (is_dir(moved) && !is_dir(victim))
                return -ENOTDIR;
        if (!is_dir(moved) && is_dir(victim))
                return -EISDIR;
        return is_dir(victim) && victim->dir.n_live > 0 ? -ENOTEMPTY : 0;
}

/* The entry leads to another node from now on; the link counts of directories follow. */
static void turn_entry(RamNode *dir, RamEntry *e, RamNode *n) {
        dir->n_links -= is_dir(e->node);
        e->node = n;
        adopt(dir, n);
}

static int exchange(RamNode *from, RamEntry *a, RamNode *to, RamEntry *b) {
        RamNode *n = a->node;

        if (!b)
                return -ENOENT;
        turn_entry(from, a, b->node);
        turn_entry(to, b, n);
        a->node->meta.ctime = b->node->meta.ctime = meta_now();
        return 0;
}

static void take_away(RamNode *dir, const FsName *name) {
        RamEntry *e = ramdir_find(&dir->dir, name); /* adding may have moved it */

        dir->n_links -= is_dir(e->node);
        drop_entry(dir, e);
        meta_touch(&dir->meta);
}

static int ramfs_rename(FsNode *from, const FsName *old, FsNode *to, const FsName *new, unsigned flags) {
        RamNode *a = ram(from), *b = ram(to);
        RamEntry *source = ramdir_find(&a->dir, old), *target = ramdir_find(&b->dir, new);
        RamNode *moved, *victim = target ? target->node : NULL;
        int r;

        if (!source)
                return -ENOENT;
        if (flags & FS_RENAME_EXCHANGE)
                return exchange(a, source, b, target);
        if (target && (flags & FS_RENAME_NOREPLACE))
                return -EEXIST;
        moved = source->node;
        if (victim == moved)
                return 0; /* two names of one file: both stay */
        r = victim ? check_victim(moved, victim) : add_name(b, new, moved);
        if (r < 0)
                return r;
        if (victim) {
                turn_entry(b, target, moved);
                node_lose_name(victim);
        }
        take_away(a, old);
        moved->meta.ctime = meta_now();
        return 0;
}

/* --- contents --- */

static int ramfs_read(FsNode *node, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        meta_read(&ram(node)->meta, node);
        *ret_got = ramdata_read(&ram(node)->data, buffer, size, at);
        return 0;
}

static int ramfs_write(FsNode *node, const void *data, size_t size, uint64_t at, size_t *ret_put) {
        RamNode *n = ram(node);
        int r = ramdata_write(&n->data, data, size, at, ret_put);

        if (r == 0 && *ret_put > 0)
                meta_touch(&n->meta);
        return r;
}

static int ramfs_truncate(FsNode *node, uint64_t size) {
        RamNode *n = ram(node);
        int r = ramdata_truncate(&n->data, size);

        if (r == 0)
                meta_touch(&n->meta);
        return r;
}

static int ramfs_fsync(FsNode *node, bool only_data) {
        (void)node;
        (void)only_data;
        return 0; /* memory is all there is */
}

/* --- attributes --- */

static int ramfs_getxattr(FsNode *node, const char *name, void *value, size_t size, size_t *ret_length) {
        return xattrs_get(&ram(node)->xattrs, name, value, size, ret_length);
}

static int ramfs_listxattr(FsNode *node, char *list, size_t size, size_t *ret_length) {
        return xattrs_list(&ram(node)->xattrs, list, size, ret_length);
}

/* Takes memory for a new one, and gives back what it did not need, or what was there before. */
static int set_attribute(RamFs *fs, Xattrs *x, const char *name, const void *value, size_t size, int flags) {
        size_t before = x->n_bytes, most = xattrs_cost(name, size);
        int r;

        if (!rambudget_take(&fs->small, most))
                return -ENOSPC;
        r = xattrs_set(x, name, value, size, flags);
        rambudget_give(&fs->small, before + most - x->n_bytes);
        return r;
}

static int ramfs_setxattr(FsNode *node, const char *name, const void *value, size_t size, int flags) {
        int r = size > XATTR_VALUE_MAX
                        ? -E2BIG
                        : set_attribute(fs_of(node), &ram(node)->xattrs, name, value, size, flags);

        if (r == 0)
                ram(node)->meta.ctime = meta_now();
        return r;
}

static int ramfs_removexattr(FsNode *node, const char *name) {
        Xattrs *x = &ram(node)->xattrs;
        size_t before = x->n_bytes;
        int r = xattrs_remove(x, name);

        rambudget_give(&fs_of(node)->small, before - x->n_bytes);
        if (r == 0)
                ram(node)->meta.ctime = meta_now();
        return r;
}

/* --- the file system --- */

static int ramfs_sync(Fs *fs) {
        (void)fs;
        return 0;
}

static int ramfs_statvfs(Fs *fs, struct statvfs *ret) {
        const RamFs *f = (const RamFs *)fs;
        uint64_t free_blocks = rambudget_left(&f->budget) / RAMDATA_PAGE;
        uint64_t free_nodes = rambudget_left(&f->small) / (sizeof(RamNode) + NAME_COST);

        *ret = (struct statvfs){
                .f_bsize = RAMDATA_PAGE,
                .f_frsize = RAMDATA_PAGE,
                .f_blocks = f->budget.max / RAMDATA_PAGE,
                .f_bfree = free_blocks,
                .f_bavail = free_blocks,
                .f_files = f->n_nodes + free_nodes,
                .f_ffree = free_nodes,
                .f_favail = free_nodes,
                .f_namemax = FS_NAME_MAX,
        };
        return 0;
}

/* Frees what lies below the root, deepest first, without recursion: a tree may be as deep as its maker
 * likes. */
static void empty(RamNode *root) {
        RamNode *at = root;

        for (;;) {
                RamEntry *e = (RamEntry *)(uintptr_t)ramdir_from(&at->dir, 0);
                RamNode *up = at->parent;

                if (e && is_dir(e->node) && e->node->dir.n_live > 0) {
                        at = e->node;
                } else if (e) {
                        RamNode *gone = e->node;

                        drop_entry(at, e);
                        node_lose_name(gone);
                } else if (at == root) {
                        return;
                } else {
                        at = up;
                }
        }
}

static void ramfs_unmount(Fs *fs) {
        RamFs *f = (RamFs *)fs;

        empty(ram(fs->root));
        fs_unref(fs->root);
        fs_deinit(fs);
        free(f);
}

static const FsOps ramfs_ops = {
        .type = "ramfs",
        .unmount = ramfs_unmount,
        .sync = ramfs_sync,
        .statvfs = ramfs_statvfs,
        .release = ramfs_release,
        .lookup = ramfs_lookup,
        .parent = ramfs_parent,
        .stat = ramfs_stat,
        .set = ramfs_set,
        .accessed = ramfs_accessed,
        .readlink = ramfs_readlink,
        .readdir = ramfs_readdir,
        .create = ramfs_create,
        .link = ramfs_link,
        .unlink = ramfs_unlink,
        .rmdir = ramfs_rmdir,
        .rename = ramfs_rename,
        .read = ramfs_read,
        .write = ramfs_write,
        .truncate = ramfs_truncate,
        .fsync = ramfs_fsync,
        .getxattr = ramfs_getxattr,
        .listxattr = ramfs_listxattr,
        .setxattr = ramfs_setxattr,
        .removexattr = ramfs_removexattr,
};

int ramfs_new(uint64_t max, mode_t mode, Fs **ret_fs) {
        const FsNew root = {.mode = S_IFDIR | mode};
        RamFs *f = calloc(1, sizeof *f);
        RamNode *n;

        if (!f)
                return -ENOMEM;
        fs_init(&f->head, &ramfs_ops);
        f->budget.of = f->small.of = rambudget_all();
        f->budget.max = max ? max : rambudget_memory() / 2; /* the rest is for the work */
        f->small.max = f->budget.max / SMALL_SHARE;
        if (f->small.max < SMALL_MIN)
                f->small.max = SMALL_MIN;
        n = node_new(f, &root);
        if (!n) {
                fs_deinit(&f->head);
                free(f);
                return -ENOMEM;
        }
        n->parent = n;
        f->head.root = &n->head;
        *ret_fs = &f->head;
        return 0;
}
