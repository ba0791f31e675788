/* SPDX-License-Identifier: MIT */
/*
 * Operations on names. What a name leads to may be in use: then the inode stays until the last reference
 * goes, and is listed as an orphan meanwhile.
 */
#include <errno.h>
#include <string.h>

#include "extfs.h"

/* --- directories in memory --- */

/* The directories used last keep their names though nobody holds them. */
static void forget_last(ExtFs *fs) {
        ExtNode *last = fs->recent[--fs->n_recent];

        last->is_recent = false;
        ext_unref_later(fs, last);
}

static bool are_too_many(const ExtFs *fs) {
        uint64_t n = 0;

        for (uint32_t i = 0; i < fs->n_recent; i++)
                n += fs->recent[i]->index.n_live;
        return n > EXT_NAMES_MAX;
}

static void note_recent(ExtFs *fs, ExtNode *dir) {
        uint32_t i = 0;

        if (dir->is_removed || (fs->n_recent > 0 && fs->recent[0] == dir))
                return;
        if (!dir->is_recent) {
                if (fs->n_recent == EXT_RECENT_MAX)
                        forget_last(fs);
                dir->is_recent = true;
                (void)fs_ref(&dir->head.head);
                i = fs->n_recent++;
        } else {
                while (fs->recent[i] != dir)
                        i++;
        }
        memmove(fs->recent + 1, fs->recent, i * sizeof(ExtNode *));
        fs->recent[0] = dir;
        while (fs->n_recent > 1 && are_too_many(fs))
                forget_last(fs);
}

static void drop_recent(ExtFs *fs, ExtNode *dir) {
        uint32_t i = 0;

        if (!dir->is_recent)
                return;
        while (fs->recent[i] != dir)
                i++;
        memmove(fs->recent + i, fs->recent + i + 1, (fs->n_recent - i - 1) * sizeof(ExtNode *));
        fs->n_recent--;
        dir->is_recent = false;
        ext_unref_later(fs, dir);
}

static int load(ExtFs *fs, FsNode *dir) {
        int r = extdir_load(fs, ext_node(dir));

        if (r == 0)
                note_recent(fs, ext_node(dir));
        return r;
}

/* The entry of a name. -ENOENT. */
static int find(ExtFs *fs, FsNode *dir, const FsName *name, ExtEntry **ret) {
        int r = load(fs, dir);

        if (r < 0)
                return r;
        *ret = extindex_find(&ext_node(dir)->index, name);
        return *ret ? 0 : -ENOENT;
}

/* --- looking --- */

int ext_lookup(FsNode *dir, const FsName *name, FsNode **ret) {
        ExtFs *fs = ext_fs(dir);
        ExtEntry *e;
        int r;

        ext_lock(fs);
        r = find(fs, dir, name, &e);
        if (r == 0)
                r = ext_get_node(fs, e->ino, ext_node(dir), ret);
        ext_unlock(fs);
        return r;
}

int ext_parent(FsNode *dir, FsNode **ret) {
        ExtFs *fs = ext_fs(dir);
        int r;

        ext_lock(fs);
        r = nodes_parent(dir, ret);
        ext_unlock(fs);
        return r;
}

int ext_readdir(FsNode *dir, uint64_t at, FsEmit *emit, void *arg) {
        ExtFs *fs = ext_fs(dir);
        ExtInode inode;
        int r;

        ext_lock(fs);
        r = load(fs, dir);
        if (r == 0 && ext_read_inode(fs, ext_ino(dir), &inode) == 0)
                ext_note_read(dir, &inode);
        for (const ExtEntry *e; r == 0 && (e = extindex_from(&ext_node(dir)->index, at));
                at = e->number + 1) {
                const FsName name = extindex_name(&ext_node(dir)->index, e);

                if (!emit(arg, &name, e->ino, extdir_mode_of(e->type), e->number + 1))
                        break;
        }
        ext_unlock(fs);
        return r;
}

/* --- coming --- */

/* Room for a name, and for what it leads to: blocks of trees may split, and a directory has one of its own.
 */
#define NAME_BLOCKS 8u

static int check_new(ExtFs *fs, FsNode *dir, const FsName *name) {
        ExtEntry *e;
        int r;

        if (ext_node(dir)->is_removed)
                return -ENOENT;
        r = find(fs, dir, name, &e);
        return r == -ENOENT ? 0 : r == 0 ? -EEXIST : r;
}

/* May the directory have one more below it? */
static int check_links(ExtFs *fs, ext2_ino_t ino) {
        ExtInode inode;
        int r = ext_read_inode(fs, ino, &inode);

        if (r < 0)
                return r;
        if (S_ISDIR(inode.i_mode) && ext2fs_has_feature_dir_nlink(fs->lib->super))
                return 0;
        return inode.i_links_count >= EXT_LINKS_MAX ? -EMLINK : 0;
}

/* The name of a new inode; without it the inode goes. */
static int add_new(ExtFs *fs, FsNode *dir, const FsName *name, const FsNew *what, ext2_ino_t ino) {
        int r = extdir_add(fs, ext_node(dir), name, ino, extdir_type_of(what->mode));

        if (r == 0)
                return ext_touch(fs, ext_ino(dir));
        (void)ext_free_inode(fs, ino);
        if (S_ISDIR(what->mode))
                (void)ext_add_links(fs, ext_ino(dir), -1);
        return r;
}

int ext_create(FsNode *dir, const FsName *name, const FsNew *what, FsNode **ret) {
        ExtFs *fs = ext_fs(dir);
        ext2_ino_t ino = 0;
        int r = ext_begin(fs, NAME_BLOCKS);

        if (r < 0)
                return r;
        r = check_new(fs, dir, name);
        if (r == 0 && S_ISDIR(what->mode))
                r = check_links(fs, ext_ino(dir));
        if (r == 0)
                r = ext_new_inode(fs, ext_ino(dir), what, &ino);
        if (r == 0)
                r = add_new(fs, dir, name, what, ino);
        if (r == 0 && S_ISDIR(what->mode))
                r = ext_add_links(fs, ext_ino(dir), 0); /* the library counted; too many are 1 */
        if (r == 0)
                r = ext_get_node(fs, ino, ext_node(dir), ret);
        return ext_end(fs, r);
}

int ext_link(FsNode *dir, const FsName *name, FsNode *node) {
        ExtFs *fs = ext_fs(dir);
        int r;

        if (S_ISDIR(node->type))
                return -EPERM;
        r = ext_begin(fs, NAME_BLOCKS);
        if (r < 0)
                return r;
        r = check_new(fs, dir, name);
        if (r == 0 && ext_node(node)->is_removed)
                r = -ENOENT;
        if (r == 0)
                r = check_links(fs, ext_ino(node));
        if (r == 0)
                r = extdir_add(fs, ext_node(dir), name, ext_ino(node), extdir_type_of(node->type));
        if (r == 0)
                r = ext_add_links(fs, ext_ino(node), +1);
        if (r == 0)
                r = ext_touch(fs, ext_ino(dir));
        return ext_end(fs, r);
}

/* --- going --- */

/* No name leads to the inode any more. */
static int remove_inode(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        ExtNode *node = (ExtNode *)nodes_find(&fs->nodes, ino);

        inode->i_links_count = 0;
        if (!node) {
                int r = ext_write_inode(fs, ino, inode);

                return r < 0 ? r : ext_free_inode(fs, ino);
        }
        node->is_removed = true;
        drop_recent(fs, node);
        ext_unref_later(fs, node);
        return ext_add_orphan(fs, ino, inode);
}

/* A name less. */
static int lose_name(ExtFs *fs, ext2_ino_t ino) {
        struct timespec now = ext_now();
        ExtInode inode;
        int r = ext_read_inode(fs, ino, &inode);

        if (r < 0)
                return r;
        ext_set_times(&inode, NULL, NULL, &now);
        if (S_ISDIR(inode.i_mode) || inode.i_links_count <= 1)
                return remove_inode(fs, ino, &inode);
        inode.i_links_count--;
        return ext_write_inode(fs, ino, &inode);
}

/* The directory loses what is below it. */
static int lose_directory(ExtFs *fs, FsNode *dir) {
        return ext_add_links(fs, ext_ino(dir), -1);
}

static bool is_dir(const ExtEntry *e) {
        return e->type == EXT2_FT_DIR;
}

/* A directory's names must be in memory to say that there is none. -ENOTEMPTY. */
static int check_empty(ExtFs *fs, FsNode *dir, ext2_ino_t ino) {
        FsNode *node;
        int r = ext_get_node(fs, ino, ext_node(dir), &node);

        if (r < 0)
                return r;
        r = S_ISDIR(node->type) ? extdir_load(fs, ext_node(node)) : -EIO;
        if (r == 0 && ext_node(node)->index.n_live > 0)
                r = -ENOTEMPTY;
        ext_unref_later(fs, ext_node(node));
        return r;
}

static int remove_name(ExtFs *fs, FsNode *dir, ExtEntry *e) {
        ext2_ino_t ino = e->ino;
        bool was_dir = is_dir(e);
        int r = extdir_remove(fs, ext_node(dir), e);

        if (r == 0)
                r = lose_name(fs, ino);
        if (r == 0 && was_dir)
                r = lose_directory(fs, dir);
        return r < 0 ? r : ext_touch(fs, ext_ino(dir));
}

/* May this name go? */
typedef int MayGo(ExtFs *fs, FsNode *dir, const ExtEntry *e);

static int check_unlink(ExtFs *fs, FsNode *dir, const ExtEntry *e) {
        (void)fs;
        (void)dir;
        return is_dir(e) ? -EISDIR : 0;
}

static int check_rmdir(ExtFs *fs, FsNode *dir, const ExtEntry *e) {
        return is_dir(e) ? check_empty(fs, dir, e->ino) : -ENOTDIR;
}

static int remove_if(FsNode *dir, const FsName *name, MayGo *may_go) {
        ExtFs *fs = ext_fs(dir);
        ExtEntry *e;
        int r = ext_begin(fs, 0);

        if (r < 0)
                return r;
        r = find(fs, dir, name, &e);
        if (r == 0)
                r = may_go(fs, dir, e);
        if (r == 0)
                r = remove_name(fs, dir, e);
        return ext_end(fs, r);
}

int ext_unlink(FsNode *dir, const FsName *name) {
        return remove_if(dir, name, check_unlink);
}

int ext_rmdir(FsNode *dir, const FsName *name) {
        return remove_if(dir, name, check_rmdir);
}

/* --- renaming --- */

/* A directory lies in another one now. */
static int move_directory(ExtFs *fs, ext2_ino_t ino, FsNode *from, FsNode *to) {
        TreeNode *node;
        int r;

        if (from == to)
                return 0;
        r = extdir_set_parent(fs, ino, ext_ino(to));
        if (r < 0)
                return r;
        node = nodes_find(&fs->nodes, ino);
        if (node) {
                nodes_move(node, &ext_node(to)->head);
                ext_unref_later(fs, (ExtNode *)node);
        }
        r = lose_directory(fs, from);
        return r < 0 ? r : ext_add_links(fs, ext_ino(to), +1);
}

static int touch_inode(ExtFs *fs, ext2_ino_t ino) {
        return ext_add_links(fs, ino, 0);
}

static int touch_both(ExtFs *fs, FsNode *from, FsNode *to) {
        int r = ext_touch(fs, ext_ino(from));

        return r < 0 || from == to ? r : ext_touch(fs, ext_ino(to));
}

static int exchange(ExtFs *fs, FsNode *from, ExtEntry *a, FsNode *to, ExtEntry *b) {
        ExtEntry first = *a, second = *b;
        int r;

        if (first.ino == second.ino)
                return 0;
        r = extdir_turn(fs, ext_node(from), a, second.ino, second.type);
        if (r == 0)
                r = extdir_turn(fs, ext_node(to), b, first.ino, first.type);
        if (r == 0 && is_dir(&first))
                r = move_directory(fs, first.ino, from, to);
        if (r == 0 && is_dir(&second))
                r = move_directory(fs, second.ino, to, from);
        if (r == 0)
                r = touch_inode(fs, first.ino);
        if (r == 0)
                r = touch_inode(fs, second.ino);
        return r < 0 ? r : touch_both(fs, from, to);
}

/* May `moved` take the place of `victim`? */
static int check_victim(ExtFs *fs, FsNode *to, const ExtEntry *moved, const ExtEntry *victim) {
        if (is_dir(moved) && !is_dir(victim))
                return -ENOTDIR;
        if (!is_dir(moved) && is_dir(victim))
                return -EISDIR;
        return is_dir(victim) ? check_empty(fs, to, victim->ino) : 0;
}

/* The new name leads to what moves; what had it loses it. */
static int take_place(ExtFs *fs, FsNode *to, const ExtEntry *moved, ExtEntry *victim) {
        ext2_ino_t ino = victim->ino;
        bool was_dir = is_dir(victim);
        int r = extdir_turn(fs, ext_node(to), victim, moved->ino, moved->type);

        if (r == 0)
                r = lose_name(fs, ino);
        return r == 0 && was_dir ? lose_directory(fs, to) : r;
}

static int move(ExtFs *fs, FsNode *from, const FsName *old, FsNode *to, const FsName *new, ExtEntry *victim) {
        ExtEntry moved = *extindex_find(&ext_node(from)->index, old);
        int r = 0;

        if (victim)
                r = check_victim(fs, to, &moved, victim);
        else if (is_dir(&moved) && from != to)
                r = check_links(fs, ext_ino(to));
        if (r < 0)
                return r;
        r = victim ? take_place(fs, to, &moved, victim)
                   : extdir_add(fs, ext_node(to), new, moved.ino, moved.type);
        if (r == 0) /* adding may have moved the entry */
                r = extdir_remove(fs, ext_node(from), extindex_find(&ext_node(from)->index, old));
        if (r == 0 && is_dir(&moved))
                r = move_directory(fs, moved.ino, from, to);
        if (r == 0)
                r = touch_inode(fs, moved.ino);
        return r < 0 ? r : touch_both(fs, from, to);
}

static int rename_locked(
        ExtFs *fs, FsNode *from, const FsName *old, FsNode *to, const FsName *new, unsigned flags) {
        ExtEntry *source = NULL, *target = NULL;
        int r = find(fs, from, old, &source);

        if (r == 0)
                r = find(fs, to, new, &target);
        if (r == -ENOENT && source && !(flags & FS_RENAME_EXCHANGE))
                r = ext_node(to)->is_removed ? -ENOENT : 0;
        if (r < 0)
                return r;
        source = extindex_find(&ext_node(from)->index, old);
        if (flags & FS_RENAME_EXCHANGE)
                return exchange(fs, from, source, to, target);
        if (target && (flags & FS_RENAME_NOREPLACE))
                return -EEXIST;
        if (target && target->ino == source->ino)
                return 0; /* two names of one file: both stay */
        return move(fs, from, old, to, new, target);
}

int ext_rename(FsNode *from, const FsName *old, FsNode *to, const FsName *new, unsigned flags) {
        ExtFs *fs = ext_fs(from);
        int r = ext_begin(fs, NAME_BLOCKS);

        if (r < 0)
                return r;
        return ext_end(fs, rename_locked(fs, from, old, to, new, flags));
}
