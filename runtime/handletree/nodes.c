/* SPDX-License-Identifier: MIT */
/*
 * The inheritance trees, and the pool that their nodes come from. Memory of nodes is used again, and
 * freed with the tree: nothing is allocated on most calls.
 */
#include "state.h"

#include <errno.h>
#include <stdlib.h>

#define POOL_CHUNK 256

struct NodeChunk {
        NodeChunk *next;
        HtreeNode nodes[POOL_CHUNK];
};

/* The pool --------------------------------------------------------------------------------------------- */

static void put_node(Htree *tree, HtreeNode *node) {
        node->next = tree->free_nodes;
        tree->free_nodes = node;
        tree->n_free_nodes++;
}

int nodes_reserve(Htree *tree, uint32_t n) {
        while (tree->n_free_nodes < n) {
                NodeChunk *chunk = calloc(1, sizeof(*chunk));

                if (!chunk)
                        return -ENOMEM;
                chunk->next = tree->node_chunks;
                tree->node_chunks = chunk;
                for (uint32_t i = 0; i < POOL_CHUNK; i++)
                        put_node(tree, chunk->nodes + i);
        }
        return 0;
}

static HtreeNode *take_node(Htree *tree) {
        HtreeNode *node = tree->free_nodes;

        tree->free_nodes = node->next;
        tree->n_free_nodes--;
        return node;
}

void nodes_free_pool(Htree *tree) {
        while (tree->node_chunks) {
                NodeChunk *chunk = tree->node_chunks;

                tree->node_chunks = chunk->next;
                free(chunk);
        }
}

/* Places in the lists ---------------------------------------------------------------------------------- */

static void put_in_tree(HtreeNode *node, HtreeNode *parent) {
        HtreeNode **head = parent ? &parent->first_child : &node->object->root;

        node->parent = parent;
        node->next = *head;
        node->link = head;
        if (node->next)
                node->next->link = &node->next;
        *head = node;
}

static void take_from_tree(HtreeNode *node) {
        *node->link = node->next;
        if (node->next)
                node->next->link = node->link;
}

/* The only child takes the place of its parent, which leaves the tree. */
static void take_place_of(HtreeNode *child, const HtreeNode *parent) {
        child->parent = parent->parent;
        child->next = parent->next;
        child->link = parent->link;
        if (child->next)
                child->next->link = &child->next;
        *child->link = child;
}

static void put_bound(HtreeNode *node, HtreeNode **head) {
        node->next_bound = *head;
        node->bound_link = head;
        if (node->next_bound)
                node->next_bound->bound_link = &node->next_bound;
        *head = node;
}

static void take_bound(HtreeNode *node) {
        *node->bound_link = node->next_bound;
        if (node->next_bound)
                node->next_bound->bound_link = node->bound_link;
}

/* Badges ----------------------------------------------------------------------------------------------- */

static void bind(HtreeNode *node, HtreeObject *badge) {
        node->badge = badge;
        put_bound(node, &badge->first_bound);
        badge->owner->n_bound++;
}

static void unbind(HtreeNode *node) {
        HtreeObject *badge = node->badge;

        if (!badge)
                return;
        take_bound(node);
        node->badge = NULL;
        if (badge->owner)
                badge->owner->n_bound--;
        badge->is_unbound = true;
        objects_queue(badge);
}

/* Life of a node --------------------------------------------------------------------------------------- */

HtreeNode *nodes_add(
        HtreeObject *object, HtreeNode *parent, HtreeObject *badge, HtreeSpace *space, uint32_t rights) {
        HtreeNode *node = take_node(object->tree);

        *node = (HtreeNode){.object = object, .space = space, .rights = rights};
        put_in_tree(node, parent);
        if (badge)
                bind(node, badge);
        node->number = space_take(space, node);
        return node;
}

/* The node is in no tree any more. */
static void drop(HtreeNode *node) {
        HtreeObject *object = node->object;

        unbind(node);
        if (!object->root)
                objects_queue(object);
        put_node(object->tree, node);
}

/* Removes knots that nothing needs, from this node upwards. */
static void prune(HtreeNode *node) {
        while (node && !node->space) {
                HtreeNode *parent = node->parent;
                HtreeNode *child = node->first_child;

                if (child && (child->next || node->badge))
                        return;
                if (child)
                        take_place_of(child, node);
                else
                        take_from_tree(node);
                node->object->tree->counts.n_knots--;
                drop(node);
                node = parent;
        }
}

void nodes_close(HtreeNode *node) {
        seats_take_back(node);
        node->space = NULL;
        node->object->tree->counts.n_knots++;
        prune(node);
}

static void revoke_leaf(HtreeNode *node) {
        if (node->space) {
                seats_take_back(node);
                space_revoke(node->space, node->number);
        } else {
                node->object->tree->counts.n_knots--;
        }
        take_from_tree(node);
        drop(node);
}

void nodes_revoke_below(HtreeNode *top) {
        HtreeNode *node = top;

        for (;;) {
                HtreeNode *parent;

                while (node->first_child)
                        node = node->first_child;
                if (node == top)
                        return;
                parent = node->parent;
                revoke_leaf(node);
                node = parent;
        }
}

/* Was it made of `ancestor`? Knots between the two are handles whose place `ancestor` has taken. */
static bool is_made_of(const HtreeNode *node, const HtreeNode *ancestor) {
        const HtreeNode *parent = node->parent;

        while (parent && !parent->space)
                parent = parent->parent;
        return parent == ancestor;
}

void nodes_revoke_bound(HtreeNode *ancestor, HtreeObject *badge) {
        HtreeNode *others = NULL;

        /* Revoking may unbind more nodes of either list, so only the heads are relied on. */
        while (badge->first_bound) {
                HtreeNode *node = badge->first_bound;
                HtreeNode *parent = node->parent;

                if (!is_made_of(node, ancestor)) {
                        take_bound(node);
                        put_bound(node, &others);
                        continue;
                }
                nodes_revoke_below(node);
                revoke_leaf(node);
                prune(parent);
        }
        badge->first_bound = others;
        if (others)
                others->bound_link = &badge->first_bound;
}

uint32_t nodes_depth(const HtreeNode *node) {
        uint32_t depth = 0;

        for (; node; node = node->parent)
                depth++;
        return depth;
}

void nodes_unbind_all(HtreeObject *badge) {
        while (badge->first_bound) {
                HtreeNode *node = badge->first_bound;

                unbind(node);
                prune(node);
        }
        badge->is_unbound = false; /* nobody is left to be told */
}
