/* SPDX-License-Identifier: MIT */
/*
 * Nodes: files in use. A node is found by the place of its directory entry; its number is that place too, and
 * stays when it is renamed.
 */
#pragma once

#include "fat/dir.h"

#define FAT_ROOT_INO 1u

struct FatNode {
        TreeNode tree;
        FatChain chain;
        FatIndex index; /* of a directory */
        FatInfo info;
        uint32_t entry_epoch; /* when its entry was made, if it was since mounting */
        bool is_removed;
        bool is_moved;          /* its number does not follow from its place: in FatFs.moved */
        _Atomic bool is_recent; /* in FatFs.recent */
        FatNode *next;          /* in FatFs.moved or FatFs.orphans */
};

static inline FatNode *fat_node(FsNode *node) {
        return (FatNode *)node;
}

static inline bool fat_is_dir(const FatNode *n) {
        return S_ISDIR(n->tree.head.type);
}

static inline bool fat_is_root(const FatNode *n) {
        return n->tree.head.ino == FAT_ROOT_INO;
}

/* Where its slot is. Not for the root. */
static inline uint64_t fat_entry_at(const FatNode *n) {
        return n->tree.key;
}

int fat_node_new_root(FatFs *fs);
/* The node of an entry of `parent`, with a reference. -EIO: a directory that is none, or is in another one.
 */
int fat_node_get(FatFs *fs, FatNode *parent, const FatEntry *entry, FatNode **ret_node);
void fat_node_release(FsNode *node);

FatDir fat_node_dir(FatNode *n);
/* What ".." of directories in `n` says. */
uint32_t fat_node_dots(const FatNode *n);
/* The number of a file whose entry is at this place. */
uint64_t fat_number_at(FatFs *fs, uint64_t at);

/* Keeps a directory in use for a while, with what is known of it. */
void fat_node_remember(FatFs *fs, FatNode *dir);

/* Under the exclusive lock, after fat_begin(). */

/* The directory, or all that are remembered, may go. */
void fat_node_forget(FatFs *fs, FatNode *dir);

/* Writes what changed of `info`, and where the chain begins. */
int fat_node_put(FatFs *fs, FatNode *n);
/* Contents changed now. */
int fat_node_touch(FatFs *fs, FatNode *n);
/* Its entry is gone; what it has goes with the last reference. */
void fat_node_remove(FatFs *fs, FatNode *n);
/* Its entry is elsewhere. */
void fat_node_move(FatFs *fs, FatNode *n, uint64_t at, FatNode *parent);
/* Gives up what removed files had that nobody uses any more. */
int fat_reap(FatFs *fs);
/* Those that could not be given up; nothing is written any more. */
void fat_forget_orphans(FatFs *fs);
/* Gives up what removed files had although they are used: nobody comes to it after that. */
int fat_drop_nameless(FatFs *fs);
