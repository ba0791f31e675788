/* SPDX-License-Identifier: MIT */
/*
 * The nodes of a file system on a device that are in use, by their number: the same file is the same node.
 *
 * A directory holds a reference on the directory it was found in, so the directories in use are always a
 * tree, whatever an image claims: one that turns up in a second place is refused.
 */
#pragma once

#include "fs.h"

typedef struct TreeNode {
        FsNode head;
        struct TreeNode *parent; /* of a directory: where it was found; of the root: itself */
        uint64_t key;            /* what it is found by: its number, unless it was added with another */
} TreeNode;

typedef struct NodeTable {
        pthread_mutex_t lock;
        TreeNode **slots; /* open addressing */
        uint32_t n_slots; /* power of two, or 0 */
        uint32_t n_nodes;
} NodeTable;

void nodes_init(NodeTable *t);
void nodes_deinit(NodeTable *t);

/* With a new reference; NULL: not in use. A node whose last reference is just going is not in use. */
TreeNode *nodes_find(NodeTable *t, uint64_t key);
/* A new node with one reference, whose number nodes_find() did not know, found in `parent` (itself for the
 * root). If somebody else was faster, that one is returned, referenced, and `node` is the caller's to free.
 * -ENOMEM. */
int nodes_add(NodeTable *t, TreeNode *node, TreeNode *parent, TreeNode **ret_node);
/* The same for a format whose files have no numbers: by another key, such as a place on the device. */
int nodes_add_at(NodeTable *t, uint64_t key, TreeNode *node, TreeNode *parent, TreeNode **ret_node);
/* Under the exclusive lock of the file system: the node has another key, which is nobody's. */
void nodes_rekey(NodeTable *t, TreeNode *node, uint64_t key);
/* The node can't be found any more. */
void nodes_forget(NodeTable *t, TreeNode *node);
/* The directory lies in another one now. */
void nodes_move(TreeNode *dir, TreeNode *parent);
/* For FsOps.release: takes the node out and hands it to `gone`, and so on with parents that nobody else uses.
 */
void nodes_release(NodeTable *t, FsNode *node, void (*gone)(TreeNode *node));
/* For FsOps.parent. */
int nodes_parent(FsNode *dir, FsNode **ret);
