/* SPDX-License-Identifier: MIT */
/*
 * Nodes in use: a hash table. References are counted without its lock, so a node may be found whose last
 * reference goes at this moment: who finds it takes it out, and whoever releases it then only frees it.
 */
#include "nodes.h"

#include <errno.h>
#include <stdlib.h>

#define SLOTS_MIN 64u

void nodes_init(NodeTable *t) {
        *t = (NodeTable){.slots = NULL};
        (void)pthread_mutex_init(&t->lock, NULL); /* without attributes it can't fail */
}

void nodes_deinit(NodeTable *t) {
        free(t->slots);
        (void)pthread_mutex_destroy(&t->lock);
}

static uint32_t home(const NodeTable *t, uint64_t key) {
        return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (t->n_slots - 1);
}

/* Where it is, or the gap where it would be. */
static uint32_t slot_of(const NodeTable *t, uint64_t key) {
        uint32_t i = home(t, key);

        while (t->slots[i] && t->slots[i]->key != key)
                i = (i + 1) & (t->n_slots - 1);
        return i;
}

/* Closes the gap, so that nobody's way to a node leads over an empty slot. */
static void take_out(NodeTable *t, uint32_t gap) {
        uint32_t mask = t->n_slots - 1;

        t->slots[gap] = NULL;
        t->n_nodes--;
        for (uint32_t i = (gap + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
                uint32_t at = home(t, t->slots[i]->key);

                if (((i - at) & mask) < ((i - gap) & mask))
                        continue;
                t->slots[gap] = t->slots[i];
                t->slots[i] = NULL;
                gap = i;
        }
}

static int make_room(NodeTable *t) {
        NodeTable bigger = {.n_slots = t->n_slots ? t->n_slots * 2 : SLOTS_MIN};

        if (t->n_slots && t->n_nodes < t->n_slots / 2)
                return 0;
        bigger.slots = calloc(bigger.n_slots, sizeof(TreeNode *));
        if (!bigger.slots)
                return -ENOMEM;
        for (uint32_t i = 0; i < t->n_slots; i++)
                if (t->slots[i])
                        bigger.slots[slot_of(&bigger, t->slots[i]->key)] = t->slots[i];
        free(t->slots);
        t->slots = bigger.slots;
        t->n_slots = bigger.n_slots;
        return 0;
}

static bool ref_unless_gone(FsNode *node) {
        uint32_t n = atomic_load_explicit(&node->n_refs, memory_order_relaxed);

        while (n > 0)
                if (atomic_compare_exchange_weak_explicit(
                            &node->n_refs, &n, n + 1, memory_order_relaxed, memory_order_relaxed))
                        return true;
        return false;
}

/* Under the lock. */
static TreeNode *find(NodeTable *t, uint64_t key) {
        uint32_t i;

        if (t->n_slots == 0)
                return NULL;
        i = slot_of(t, key);
        if (t->slots[i] && !ref_unless_gone(&t->slots[i]->head))
                take_out(t, i);
        else if (t->slots[i])
                return t->slots[i];
        return NULL;
}

TreeNode *nodes_find(NodeTable *t, uint64_t key) {
        TreeNode *node;

        (void)pthread_mutex_lock(&t->lock);
        node = find(t, key);
        (void)pthread_mutex_unlock(&t->lock);
        return node;
}

static void put(NodeTable *t, TreeNode *node, TreeNode *parent) {
        node->parent = NULL;
        if (parent == node)
                node->parent = node;
        else if (S_ISDIR(node->head.type))
                nodes_move(node, parent);
        t->slots[slot_of(t, node->key)] = node;
        t->n_nodes++;
}

int nodes_add_at(NodeTable *t, uint64_t key, TreeNode *node, TreeNode *parent, TreeNode **ret_node) {
        TreeNode *there;
        int r = 0;

        (void)pthread_mutex_lock(&t->lock);
        there = find(t, key);
        node->key = key;
        if (!there) {
                r = make_room(t);
                if (r == 0)
                        put(t, node, parent);
        }
        (void)pthread_mutex_unlock(&t->lock);
        if (r == 0)
                *ret_node = there ? there : node;
        return r;
}

int nodes_add(NodeTable *t, TreeNode *node, TreeNode *parent, TreeNode **ret_node) {
        return nodes_add_at(t, node->head.ino, node, parent, ret_node);
}

/* Under the lock. It may have been forgotten before. */
static void take_out_node(NodeTable *t, const TreeNode *node) {
        uint32_t i = slot_of(t, node->key);

        if (t->slots[i] == node)
                take_out(t, i);
}

void nodes_forget(NodeTable *t, TreeNode *node) {
        (void)pthread_mutex_lock(&t->lock);
        take_out_node(t, node);
        (void)pthread_mutex_unlock(&t->lock);
}

void nodes_rekey(NodeTable *t, TreeNode *node, uint64_t key) {
        uint32_t i;

        (void)pthread_mutex_lock(&t->lock);
        take_out_node(t, node);
        i = slot_of(t, key);
        if (t->slots[i])
                take_out(t, i); /* whose last reference is just going */
        node->key = key;
        t->slots[slot_of(t, key)] = node;
        t->n_nodes++;
        (void)pthread_mutex_unlock(&t->lock);
}

void nodes_move(TreeNode *dir, TreeNode *parent) {
        TreeNode *before = dir->parent;

        (void)fs_ref(&parent->head);
        dir->parent = parent;
        if (before)
                (void)fs_unref(&before->head);
}

void nodes_release(NodeTable *t, FsNode *node, void (*gone)(TreeNode *node)) {
        TreeNode *n = (TreeNode *)node, *parent;

        for (; n; n = parent) {
                nodes_forget(t, n);
                parent = n->parent == n ? NULL : n->parent;
                gone(n);
                /* Not fs_unref(): directories may lie deeper than the stack is. */
                if (parent && atomic_fetch_sub_explicit(&parent->head.n_refs, 1, memory_order_acq_rel) != 1)
                        parent = NULL;
        }
}

int nodes_parent(FsNode *dir, FsNode **ret) {
        *ret = fs_ref(&((TreeNode *)dir)->parent->head);
        return 0;
}
