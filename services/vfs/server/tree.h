/* SPDX-License-Identifier: MIT */
/*
 * Balanced trees of what holds a node of them: with n in one, adding, taking away and looking go down some
 * 1.44 log2(n) steps at most, whatever came in which order.
 *
 * Who looks goes down by himself: left of a node is what compares less. What a node may say of all below it
 * is kept by `update`.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct TreeNode {
        struct TreeNode *child[2];
        uint32_t height; /* of the tree below, this one included */
} TreeNode;

typedef struct TreeKind {
        /* < 0, > 0; 0 only for one and the same. */
        int (*compare)(const TreeNode *a, const TreeNode *b);
        void (*update)(TreeNode *n); /* the children are others, or say something else; or NULL */
} TreeKind;

/* Not in any tree yet; what is compared stays as it is while it is in one. */
void tree_add(const TreeKind *kind, TreeNode **root, TreeNode *n);
/* It is in this one. */
void tree_remove(const TreeKind *kind, TreeNode **root, const TreeNode *n);
/* Any of them, one that has nothing below it; NULL: there is none. */
TreeNode *tree_leaf(TreeNode *root);

/* What a node, or another part, is in. */
#define HOLDER_OF(type, member, node) ((type *)((uintptr_t)(node)-offsetof(type, member)))
