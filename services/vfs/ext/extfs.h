/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the ext module share: the mounted file system and its nodes.
 *
 * libext2fs keeps state in its handle and is not made for threads, so one lock is held around every call of
 * it. An inode is read when it is needed and written when it was changed: nothing of it is kept in a node,
 * the library's writes land in memory anyway.
 *
 * An operation begins with ext_begin() and ends with ext_end(). What it writes is kept by `io` until a
 * commit, which takes all operations since the last one to the device at once.
 */
#pragma once

#include "../nodes.h"
#include "ext.h"
#include "exterr.h"
#include "extindex.h"
#include "extio.h"
#include "extlog.h"

#define EXT_RESERVE      16u        /* blocks that contents of files leave for directories and the like */
#define EXT_RECENT_MAX   64u        /* directories whose names are kept in memory though nobody uses them */
#define EXT_NAMES_MAX    (1u << 20) /* and names that these have together */
#define EXT_DIRTY_MAX    4096u      /* changed blocks that are kept before a commit */
#define EXT_PIECE_BLOCKS 16384u     /* of a file, freed in one transaction */
#define EXT_LINKS_MAX    65000u     /* as on Linux */

typedef struct ext2_inode_large ExtInode;

typedef struct ExtNode {
        TreeNode head;
        struct ExtNode *next_unref;
        bool is_removed; /* no name leads here; with the last reference the inode goes */
        /* Of a directory: */
        bool has_index, is_recent;
        ExtIndex index;
        uint32_t room_from; /* blocks before this one are full */
} ExtNode;

typedef struct ExtFs {
        Fs head;
        pthread_mutex_t lock;
        ext2_filsys lib;
        ExtIo io;
        ExtLog *log; /* NULL: no journal, or not written to */
        NodeTable nodes;
        ext2fs_block_bitmap taken; /* used, or freed since the last commit */
        BlockMap held;             /* freed since the last commit: not to be used before it */
        uint32_t dirty_max;
        bool is_unplaced;                /* committed, but not all of it is where it belongs */
        bool was_valid;                  /* as the superblock said before the mount */
        ExtNode *recent[EXT_RECENT_MAX]; /* directories, each with a reference; the latest first */
        uint32_t n_recent;
        ExtNode *unrefs; /* given back when the lock is */
} ExtFs;

static inline ExtFs *ext_fs(const FsNode *node) {
        return (ExtFs *)node->fs;
}

static inline ExtNode *ext_node(FsNode *node) {
        return (ExtNode *)node;
}

static inline ext2_ino_t ext_ino(const FsNode *node) {
        return (ext2_ino_t)node->ino;
}

/* The library's view of an inode: the first part, by which it takes all of them. */
static inline struct ext2_inode *ext_small(ExtInode *inode) {
        return (struct ext2_inode *)inode;
}

/* --- extfs.c: transactions --- */

void ext_lock(ExtFs *fs);
void ext_unlock(ExtFs *fs);
/* Locks, for a change that needs at most `n_blocks` new blocks besides the reserve. -ENOSPC; -EIO: the device
 * fails; -EROFS: it has been finished; then it is not locked. */
int ext_begin(ExtFs *fs, uint64_t n_blocks);
/* The same, for one that does what it can with one block or more. */
int ext_begin_some(ExtFs *fs, uint64_t n_blocks);
/* Unlocks, and commits if there is much to commit. Returns r. */
int ext_end(ExtFs *fs, int r);
/* Everything is safe afterwards. Locked. */
int ext_commit(ExtFs *fs);
/* In the middle of something long, between two consistent states. Locked. */
int ext_commit_if_much(ExtFs *fs);
/* Gives a reference back once the lock is. Locked. */
void ext_unref_later(ExtFs *fs, ExtNode *node);
/* The library calls these when it allocates and frees. */
int ext_watch_blocks(ExtFs *fs);
/* A block for contents, near `goal`. */
int ext_alloc_block(ExtFs *fs, uint64_t goal, uint64_t *ret);
uint64_t ext_free_blocks(const ExtFs *fs);

/* --- extinode.c --- */

int ext_read_inode(ExtFs *fs, ext2_ino_t ino, ExtInode *ret);
int ext_write_inode(ExtFs *fs, ext2_ino_t ino, ExtInode *inode);
struct timespec ext_now(void);
void ext_set_times(ExtInode *inode, const struct timespec *atime, const struct timespec *mtime,
        const struct timespec *ctime); /* NULL: leave it */
void ext_set_owner(ExtInode *inode, uid_t uid, gid_t gid);
int ext_touch(ExtFs *fs, ext2_ino_t ino); /* changed now: contents of a directory */
/* It was read: whether that is to be kept. */
void ext_note_read(FsNode *node, const ExtInode *inode);
void ext_accessed(FsNode *node);
/* The number of links, and the time. */
int ext_add_links(ExtFs *fs, ext2_ino_t ino, int n);
/* Any inode that a name may lead to. -EIO: no such thing. */
int ext_get_node(ExtFs *fs, ext2_ino_t ino, ExtNode *dir, FsNode **ret);
int ext_stat(FsNode *node, struct stat *ret);
int ext_set(FsNode *node, const FsSet *set);
/* A new inode without a name, and without contents if it is a directory's. */
int ext_new_inode(ExtFs *fs, ext2_ino_t dir, const FsNew *what, ext2_ino_t *ret_ino);
/* All that belongs to it is free afterwards. */
int ext_free_inode(ExtFs *fs, ext2_ino_t ino);

/* --- extorphan.c: inodes that must go when nobody uses them any more, or after a loss of power --- */

int ext_add_orphan(ExtFs *fs, ext2_ino_t ino, ExtInode *inode);
bool ext_is_orphan(ExtFs *fs, ext2_ino_t ino);
int ext_remove_orphan(ExtFs *fs, ext2_ino_t ino, ExtInode *inode);
/* At mount. */
int ext_free_orphans(ExtFs *fs);

/* --- extdir.c: names on the device --- */

/* The directory's names are in memory afterwards. Locked. */
int extdir_load(ExtFs *fs, ExtNode *dir);
int extdir_add(ExtFs *fs, ExtNode *dir, const FsName *name, ext2_ino_t ino, uint8_t type);
int extdir_remove(ExtFs *fs, ExtNode *dir, ExtEntry *e);
/* The name leads to another inode. */
int extdir_turn(ExtFs *fs, ExtNode *dir, ExtEntry *e, ext2_ino_t ino, uint8_t type);
/* ".." of a directory. */
int extdir_set_parent(ExtFs *fs, ext2_ino_t dir, ext2_ino_t parent);
uint8_t extdir_type_of(mode_t mode);
mode_t extdir_mode_of(uint8_t type);

/* --- extnames.c: operations on names --- */

int ext_lookup(FsNode *dir, const FsName *name, FsNode **ret);
int ext_parent(FsNode *dir, FsNode **ret);
int ext_readdir(FsNode *dir, uint64_t at, FsEmit *emit, void *arg);
int ext_create(FsNode *dir, const FsName *name, const FsNew *what, FsNode **ret);
int ext_link(FsNode *dir, const FsName *name, FsNode *node);
int ext_unlink(FsNode *dir, const FsName *name);
int ext_rmdir(FsNode *dir, const FsName *name);
int ext_rename(FsNode *from, const FsName *old, FsNode *to, const FsName *new, unsigned flags);

/* --- extfile.c: contents --- */

int ext_read(FsNode *node, void *buffer, size_t size, uint64_t at, size_t *ret_got);
int ext_write(FsNode *node, const void *data, size_t size, uint64_t at, size_t *ret_put);
int ext_truncate(FsNode *node, uint64_t size);
int ext_readlink(FsNode *node, char *buffer, size_t size, size_t *ret_length);
/* Frees the blocks from number `from` on, in as many transactions as it takes. */
int extfile_free_blocks(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t from);

/* --- extxattr.c --- */

int ext_getxattr(FsNode *node, const char *name, void *value, size_t size, size_t *ret_length);
int ext_listxattr(FsNode *node, char *list, size_t size, size_t *ret_length);
int ext_setxattr(FsNode *node, const char *name, const void *value, size_t size, int flags);
int ext_removexattr(FsNode *node, const char *name);
