/* SPDX-License-Identifier: MIT */
/*
 * AVL trees: the heights of two children differ by one at most.
 */
#include "tree.h"

static uint32_t height_of(const TreeNode *n) {
        return n ? n->height : 0;
}

static void refresh(const TreeKind *kind, TreeNode *n) {
        uint32_t left = height_of(n->child[0]), right = height_of(n->child[1]);

        n->height = 1 + (left > right ? left : right);
        if (kind->update)
                kind->update(n);
}

/* The child of that side takes the place of its parent, which comes below it. */
static TreeNode *lift(const TreeKind *kind, TreeNode *n, int side) {
        TreeNode *up = n->child[side];

        n->child[side] = up->child[!side];
        up->child[!side] = n;
        refresh(kind, n);
        refresh(kind, up);
        return up;
}

/* One of the children may have become higher or lower by one. */
static TreeNode *balance(const TreeKind *kind, TreeNode *n) {
        uint32_t left = height_of(n->child[0]), right = height_of(n->child[1]);
        int high = right > left;
        TreeNode *up = n->child[high];

        if ((high ? right - left : left - right) < 2) {
                refresh(kind, n);
                return n;
        }
        if (height_of(up->child[!high]) > height_of(up->child[high]))
                n->child[high] = lift(kind, up, !high);
        return lift(kind, n, high);
}

void tree_add(const TreeKind *kind, TreeNode **root, TreeNode *n) {
        if (!*root) {
                *n = (TreeNode){.height = 1};
                *root = n;
                if (kind->update)
                        kind->update(n);
                return;
        }
        tree_add(kind, &(*root)->child[kind->compare(n, *root) > 0], n);
        *root = balance(kind, *root);
}

/* The tree without its first one, which takes the place of another. */
static TreeNode *take_first(const TreeKind *kind, TreeNode *n, TreeNode **ret_first) {
        if (!n->child[0]) {
                *ret_first = n;
                return n->child[1];
        }
        n->child[0] = take_first(kind, n->child[0], ret_first);
        return balance(kind, n);
}

static TreeNode *join(const TreeKind *kind, TreeNode *left, TreeNode *right) {
        TreeNode *first;

        if (!right)
                return left;
        right = take_first(kind, right, &first);
        first->child[0] = left;
        first->child[1] = right;
        return balance(kind, first);
}

void tree_remove(const TreeKind *kind, TreeNode **root, const TreeNode *n) {
        TreeNode *at = *root;

        if (at == n) {
                *root = join(kind, at->child[0], at->child[1]);
                return;
        }
        tree_remove(kind, &at->child[kind->compare(n, at) > 0], n);
        *root = balance(kind, at);
}

TreeNode *tree_leaf(TreeNode *root) {
        while (root && (root->child[0] || root->child[1]))
                root = root->child[root->child[0] == NULL];
        return root;
}
