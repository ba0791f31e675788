/* SPDX-License-Identifier: MIT */
/*
 * The table of operations of FAT. Where FAT can't do what was asked for, the answer is that of vfat on Linux.
 */
#include "fat/fat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fat/file.h"
#include "fat/mount.h"
#include "fat/rename.h"
#include "fat/turns.h"
#include "meta.h"

#define DAY 86400u

/* --- asking --- */

static int fat_lookup(FsNode *dir, const FsName *name, FsNode **ret) {
        FatFs *fs = fat_of(dir);
        FatUnits folded;
        FatEntry e;
        FatNode *n;
        int r;

        if (fat_node(dir)->is_removed || !fat_fold_name(name, &folded))
                return -ENOENT;
        fat_node_remember(fs, fat_node(dir));
        r = fat_dir_find(fs, fat_node_dir(fat_node(dir)), &folded, &e);
        if (r == 0)
                r = fat_node_get(fs, fat_node(dir), &e, &n);
        if (r == 0)
                *ret = &n->tree.head;
        return r;
}

static mode_t mode_of(const FatFs *fs, const FatNode *n) {
        if (fat_is_dir(n))
                return S_IFDIR | (0777 & ~fs->dir_mask);
        return S_IFREG | (0777 & ~fs->file_mask & ~(n->info.attr & FAT_ATTR_READ_ONLY ? 0222u : 0u));
}

static uint64_t size_of_dir(FatFs *fs, FatNode *n) {
        uint32_t n_clusters = 0, last;

        if (!fat_node_dir(n).chain)
                return fs->geo.root_size;
        (void)fat_chain_end(fs, &n->chain, &n_clusters, &last); /* damaged: 0, reading it will tell */
        return (uint64_t)n_clusters * fs->geo.cluster_size;
}

static int fat_stat(FsNode *node, struct stat *ret) {
        FatFs *fs = fat_of(node);
        FatNode *n = fat_node(node);
        uint64_t unit = fs->geo.cluster_size, size = fat_is_dir(n) ? size_of_dir(fs, n) : n->info.size;
        const FatTime accessed = {.date = n->info.accessed};

        *ret = (struct stat){
                .st_ino = node->ino,
                .st_mode = mode_of(fs, n),
                .st_nlink = n->is_removed ? 0 : 1, /* of directories: not counted */
                .st_uid = fs->uid,
                .st_gid = fs->gid,
                .st_size = (off_t)size,
                .st_blksize = (blksize_t)unit,
                .st_blocks = (blkcnt_t)((size + unit - 1) / unit * (unit / 512)),
                .st_atim = fat_time_to(&accessed),
                .st_mtim = fat_time_to(&n->info.modified),
                .st_ctim = fat_time_to(&n->info.modified),
        };
        return 0;
}

/* The name as it is shown, or the short one if that is too long. */
static size_t show(const FatEntry *e, char *text) {
        size_t n = fat_units_to(e->units.units, e->units.n, text, FS_NAME_MAX);
        FatUnits units;

        if (n != SIZE_MAX)
                return n;
        fat_show_short(e->short_name, e->lower, &units);
        return fat_units_to(units.units, units.n, text, FS_NAME_MAX);
}

/* Each reading of a file that changed today asks, so its date is worked out once a day. */
static uint16_t today(FatFs *fs) {
        const struct timespec now = {.tv_sec = time(NULL)};
        uint64_t number = (uint64_t)now.tv_sec / DAY,
                 known = atomic_load_explicit(&fs->day, memory_order_relaxed);

        if (known >> 16 != number) {
                known = number << 16 | fat_time_of(&now).date;
                atomic_store_explicit(&fs->day, known, memory_order_relaxed);
        }
        return (uint16_t)known;
}

/* FAT keeps the day of access: it is due if the file was changed since, and that was another day. The root
 * has no times. */
static void note_read(FsNode *node) {
        const FatInfo *info = &fat_node(node)->info;

        if (!node->fs->is_read_only && !fat_is_root(fat_node(node)) &&
                info->accessed <= info->modified.date && info->accessed != today(fat_of(node)))
                meta_set_due(node);
}

/* What can't be kept the next one who reads tries again. */
static void fat_accessed(FsNode *node) {
        FatNode *n = fat_node(node);

        atomic_store_explicit(&node->is_due, false, memory_order_relaxed);
        if (fat_start(fat_of(node)) < 0)
                return;
        n->info.accessed = today(fat_of(node));
        (void)fat_node_put(fat_of(node), n);
}

static int fat_readdir(FsNode *dir, uint64_t at, FsEmit *emit, void *arg) {
        FatFs *fs = fat_of(dir);
        FatEntry e;
        FatScan s;
        int r;

        if (fat_node(dir)->is_removed || at >= FAT_DIR_SLOTS)
                return 0;
        note_read(dir);
        fat_scan_init(&s, fs, fat_node_dir(fat_node(dir)), (uint32_t)at);
        while ((r = fat_scan_next(&s, &e)) == 0) {
                mode_t type = e.info.attr & FAT_ATTR_DIR ? S_IFDIR : S_IFREG;
                char text[FS_NAME_MAX];
                FsName name = {.text = text, .length = (uint32_t)show(&e, text)};

                if (name.length > 0 && !emit(arg, &name, fat_number_at(fs, e.at), type, s.slot))
                        return 0;
        }
        return r < 0 ? r : 0;
}

/* --- making and removing --- */

static FatInfo new_info(mode_t type) {
        struct timespec now;
        FatInfo info = {.attr = S_ISDIR(type) ? FAT_ATTR_DIR : FAT_ATTR_ARCHIVE};

        (void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
        info.created = info.modified = fat_time_of(&now);
        info.accessed = info.created.date;
        return info;
}

/* The first cluster of a new directory. */
static int make_dir_cluster(FatFs *fs, FatNode *parent, FatInfo *info) {
        FatChain chain;
        uint32_t n;
        int r;

        fat_chain_init(&chain, 0);
        r = fat_chain_grow(fs, &chain, 1, &info->start, &n);
        if (r == 0) {
                r = fat_dir_init(fs, info->start, fat_node_dots(parent), info);
                if (r < 0)
                        (void)fat_chain_cut(fs, &chain, 0);
        }
        fat_chain_deinit(&chain);
        return r;
}

/* Is the name one, and free? */
static int check_new(FatFs *fs, FatNode *dir, const FsName *name, FatWanted *ret_wanted) {
        FatUnits folded;
        FatEntry e;
        int r;

        if (dir->is_removed)
                return -ENOENT;
        r = fat_want_name(name, ret_wanted);
        if (r < 0 || !fat_fold_name(name, &folded))
                return r < 0 ? r : -EINVAL;
        r = fat_dir_find(fs, fat_node_dir(dir), &folded, &e);
        return r == 0 ? -EEXIST : r == -ENOENT ? 0 : r;
}

static int fat_create(FsNode *dir, const FsName *name, const FsNew *what, FsNode **ret) {
        FatInfo info = new_info(what->mode);
        FatFs *fs = fat_of(dir);
        FatWanted w;
        FatEntry e;
        FatNode *n;
        int r;

        if (!S_ISREG(what->mode) && !S_ISDIR(what->mode))
                return -EPERM;
        r = fat_start(fs);
        if (r == 0)
                r = check_new(fs, fat_node(dir), name, &w);
        if (r == 0 && S_ISDIR(what->mode))
                r = make_dir_cluster(fs, fat_node(dir), &info);
        if (r < 0)
                return r;
        e.info = info;
        r = fat_dir_add(fs, fat_node_dir(fat_node(dir)), &w, &info, &e.at);
        if (r < 0) {
                if (info.start)
                        fat_lose(fs, info.start, 1);
                return r;
        }
        (void)fat_node_touch(fs, fat_node(dir)); /* only its time */
        r = fat_node_get(fs, fat_node(dir), &e, &n);
        if (r == 0) {
                n->entry_epoch = fs->epoch;
                *ret = &n->tree.head;
        }
        return r;
}

/* What a name leads to, before it is removed. */
static int find_node(FatFs *fs, FatNode *dir, const FsName *name, FatEntry *e, FatNode **ret_node) {
        FatUnits folded;
        int r;

        if (dir->is_removed || !fat_fold_name(name, &folded))
                return -ENOENT;
        r = fat_dir_find(fs, fat_node_dir(dir), &folded, e);
        return r < 0 ? r : fat_node_get(fs, dir, e, ret_node);
}

/* Takes the name away and lets go of the node. */
static int remove_entry(FatFs *fs, FatNode *dir, const FatEntry *e, FatNode *n) {
        int r = fat_dir_remove(fs, fat_node_dir(dir), e);

        if (r == 0)
                fat_node_remove(fs, n);
        (void)fs_unref(&n->tree.head);
        if (r == 0)
                r = fat_node_touch(fs, dir);
        return r < 0 ? r : fat_reap(fs);
}

/* May this node's name go? */
typedef int MayGo(FatFs *fs, FatNode *n);

static int remove_name(FsNode *dir, const FsName *name, MayGo *may_go) {
        FatFs *fs = fat_of(dir);
        FatNode *n;
        FatEntry e;
        int r = fat_start(fs);

        if (r == 0)
                r = find_node(fs, fat_node(dir), name, &e, &n);
        if (r < 0)
                return r;
        r = may_go(fs, n);
        if (r < 0) {
                (void)fs_unref(&n->tree.head);
                return r;
        }
        return remove_entry(fs, fat_node(dir), &e, n);
}

static int check_unlink(FatFs *fs, FatNode *n) {
        (void)fs;
        return fat_is_dir(n) ? -EISDIR : 0;
}

static int fat_unlink(FsNode *dir, const FsName *name) {
        return remove_name(dir, name, check_unlink);
}

static int check_rmdir(FatFs *fs, FatNode *n) {
        bool is_empty;
        int r;

        if (!fat_is_dir(n))
                return -ENOTDIR;
        r = fat_dir_is_empty(fs, fat_node_dir(n), &is_empty);
        return r < 0 || is_empty ? r : -ENOTEMPTY;
}

static int fat_rmdir(FsNode *dir, const FsName *name) {
        return remove_name(dir, name, check_rmdir);
}

static int fat_rename_op(FsNode *from, const FsName *old, FsNode *to, const FsName *new, unsigned flags) {
        FatRename rename = {.fs = fat_of(from), .from = fat_node(from), .to = fat_node(to), .name = new};
        FatUnits folded;
        int r;

        if (flags & FS_RENAME_EXCHANGE)
                return -EINVAL;
        r = fat_start(rename.fs);
        if (r < 0)
                return r;
        if (rename.from->is_removed || rename.to->is_removed || !fat_fold_name(old, &folded))
                return -ENOENT;
        r = fat_dir_find(rename.fs, fat_node_dir(rename.from), &folded, &rename.source);
        return r < 0 ? r : fat_rename(&rename, flags & FS_RENAME_NOREPLACE);
}

/* --- changing --- */

/* Only whether the owner may write can be kept, and of files only. */
static int fat_set(FsNode *node, const FsSet *set) {
        FatFs *fs = fat_of(node);
        FatNode *n = fat_node(node);
        int r = fat_start(fs);

        if (r < 0)
                return r;
        if (((set->what & FS_SET_UID) && set->uid != fs->uid) ||
                ((set->what & FS_SET_GID) && set->gid != fs->gid))
                return -EPERM;
        if ((set->what & FS_SET_MODE) && (set->mode & ~(mode_t)0777))
                return -EPERM;
        if ((set->what & FS_SET_MODE) && !fat_is_dir(n)) {
                n->info.attr &= (uint8_t)~FAT_ATTR_READ_ONLY;
                n->info.attr |= set->mode & S_IWUSR ? 0 : FAT_ATTR_READ_ONLY;
        }
        if (set->what & FS_SET_ATIME)
                n->info.accessed = fat_time_of(&set->atime).date;
        if (set->what & FS_SET_MTIME)
                n->info.modified = fat_time_of(&set->mtime);
        return fat_node_put(fs, n);
}

static int fat_read(FsNode *node, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        int r = fat_file_read(fat_of(node), fat_node(node), buffer, size, at, ret_got);

        if (r == 0)
                note_read(node);
        return r;
}

static int fat_write(FsNode *node, const void *data, size_t size, uint64_t at, size_t *ret_put) {
        int r = fat_start(fat_of(node));

        return r < 0 ? r : fat_file_write(fat_of(node), fat_node(node), data, size, at, ret_put);
}

static int fat_truncate(FsNode *node, uint64_t size) {
        int r = fat_start(fat_of(node));

        return r < 0 ? r : fat_file_truncate(fat_of(node), fat_node(node), size);
}

static int fat_fsync(FsNode *node, bool only_data) {
        FatFs *fs = fat_of(node);

        (void)only_data; /* a directory entry that changed is needed to find the data */
        return fs->is_marked ? fat_commit(fs) : 0;
}

/* --- attributes: FAT has none --- */

static int fat_getxattr(FsNode *node, const char *name, void *value, size_t size, size_t *ret_length) {
        (void)node;
        (void)name;
        (void)value;
        (void)size;
        (void)ret_length;
        return -EOPNOTSUPP;
}

static int fat_listxattr(FsNode *node, char *list, size_t size, size_t *ret_length) {
        (void)node;
        (void)list;
        (void)size;
        *ret_length = 0;
        return 0;
}

static int fat_setxattr(FsNode *node, const char *name, const void *value, size_t size, int flags) {
        (void)node;
        (void)name;
        (void)value;
        (void)size;
        (void)flags;
        return -EOPNOTSUPP;
}

static int fat_removexattr(FsNode *node, const char *name) {
        (void)node;
        (void)name;
        return -EOPNOTSUPP;
}

/* --- the file system --- */

static int fat_statvfs(Fs *head, struct statvfs *ret) {
        FatFs *fs = (FatFs *)head;
        uint64_t unit = fs->geo.cluster_size, n_free;

        (void)pthread_mutex_lock(&fs->lock);
        n_free = fs->n_free + fs->n_lost_clusters + fs->orphans_size / unit;
        (void)pthread_mutex_unlock(&fs->lock);
        *ret = (struct statvfs){
                .f_bsize = unit,
                .f_frsize = unit,
                .f_blocks = fs->geo.n_clusters,
                .f_bfree = n_free,
                .f_bavail = n_free,
                .f_namemax = FS_NAME_MAX,
        };
        return 0;
}

static int fat_sync(Fs *head) {
        FatFs *fs = (FatFs *)head;
        int r = fs->head.is_read_only ? 0 : fat_reap(fs);

        return r < 0 ? r : fat_settle(fs);
}

static int fat_finish(Fs *head) {
        FatFs *fs = (FatFs *)head;
        int r = fs->head.is_read_only ? 0 : fat_drop_nameless(fs);

        return r < 0 ? r : fat_sync(head);
}

static void fat_unmount(Fs *head) {
        FatFs *fs = (FatFs *)head;

        fat_node_forget(fs, NULL);
        (void)fat_reap(fs);
        (void)fat_settle(fs);
        fat_forget_orphans(fs);
        (void)fs_unref(fs->head.root);
        fat_free(fs);
}

const FsOps fat_ops = {
        .type = "fat32",
        .unmount = fat_unmount,
        .sync = fat_sync,
        .finish = fat_finish,
        .statvfs = fat_statvfs,
        .release = fat_node_release,
        .lookup = fat_lookup,
        .parent = nodes_parent,
        .stat = fat_stat,
        .set = fat_set,
        .readdir = fat_readdir,
        .create = fat_create,
        .unlink = fat_unlink,
        .rmdir = fat_rmdir,
        .rename = fat_rename_op,
        .read = fat_read,
        .write = fat_write,
        .accessed = fat_accessed,
        .truncate = fat_truncate,
        .filled_max = FAT_SIZE_MAX,
        .fsync = fat_fsync,
        .getxattr = fat_getxattr,
        .listxattr = fat_listxattr,
        .setxattr = fat_setxattr,
        .removexattr = fat_removexattr,
};
