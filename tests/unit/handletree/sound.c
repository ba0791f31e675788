/* SPDX-License-Identifier: MIT */
/*
 * Soundness of a tree: sound.h. Every handle, every knot above it, every list they are in.
 */
#include "sound.h"

#include "handletree/state.h"

static const char *fault_of_place(const HtreeNode *node) {
        HtreeNode *const *head = node->parent ? &node->parent->first_child : &node->object->root;
        const HtreeNode *at = *head;

        while (at && at != node)
                at = at->next;
        if (!at)
                return "a node is not among its parent's children";
        if (*node->link != node)
                return "a node's link points elsewhere";
        if (!node->parent && node->next)
                return "an object has two roots";
        return NULL;
}

static const char *fault_of_bound(const HtreeNode *node) {
        const HtreeNode *at;

        if (!node->badge)
                return NULL;
        if (!node->badge->kind->is_badge)
                return "bound to something that is no badge";
        if (*node->bound_link != node)
                return "a bound node's link points elsewhere";
        for (at = node->badge->first_bound; at && at != node; at = at->next_bound)
                ;
        return at ? NULL : "a bound node is not in the list of its badge";
}

static const char *fault_of_node(const HtreeNode *node) {
        if (node->parent && (node->rights & ~node->parent->rights))
                return "a descendant has more rights";
        if (node->parent && node->parent->object != node->object)
                return "a descendant of another object";
        if (!node->space && !node->first_child)
                return "a knot without children";
        if (!node->space && !node->first_child->next && !node->badge)
                return "a knot with one child, not bound";
        if (nodes_depth(node) > HTREE_DEPTH_MAX)
                return "too deep";
        return fault_of_bound(node);
}

/* A node, and the knots above it: each knot is above some handle. */
static const char *fault_of_line(const HtreeNode *node) {
        for (const HtreeNode *n = node; n; n = n->parent) {
                const char *fault = fault_of_node(n);

                if (!fault)
                        fault = fault_of_place(n);
                if (fault)
                        return fault;
        }
        return NULL;
}

static const char *fault_of_entry(const HtreeSpace *space, uint32_t index, HtreeCounts *counts) {
        const HtreeEntry *e = space->chunks[index / CHUNK_SIZE] + index % CHUNK_SIZE;

        if (e->state == ENTRY_REVOKED)
                counts->n_revoked++;
        if (e->state != ENTRY_OPEN)
                return e->node ? "a number that is not open has a node" : NULL;
        counts->n_handles++;
        if (e->node->space != space)
                return "a handle belongs to another space";
        if (e->node->number != (HTREE_FLAG | e->generation << INDEX_BITS | index))
                return "a handle has another number";
        return fault_of_line(e->node);
}

static const char *fault_of_queue(const HtreeSpace *space) {
        uint32_t n = 0;

        for (uint32_t i = space->free_first; i; n++) {
                const HtreeEntry *e = space->chunks[(i - 1) / CHUNK_SIZE] + (i - 1) % CHUNK_SIZE;

                if (e->state != ENTRY_FREE)
                        return "a number in use is in the queue of free ones";
                if (!e->next_free && i != space->free_last)
                        return "the queue of free numbers ends elsewhere";
                i = e->next_free;
        }
        return n == space->n_touched - space->n_used ? NULL : "free numbers are lost";
}

static const char *fault_of_space(const HtreeSpace *space, HtreeCounts *counts) {
        const char *fault = fault_of_queue(space);
        uint32_t before = counts->n_handles + counts->n_revoked;

        for (uint32_t i = 0; i < space->n_touched && !fault; i++)
                fault = fault_of_entry(space, i, counts);
        if (!fault && counts->n_handles + counts->n_revoked - before != space->n_used)
                fault = "a space counts its numbers wrongly";
        return fault;
}

static const char *fault_of_owned(const HtreeSpace *space) {
        uint32_t n_bound = 0;

        for (const HtreeObject *o = space->first_owned; o; o = o->next_owned) {
                if (o->owner != space || *o->owned_link != o)
                        return "an object is in the wrong list";
                if (!o->root && !o->first_bound)
                        return "an object without handles";
                for (const HtreeNode *n = o->first_bound; n; n = n->next_bound)
                        n_bound++;
        }
        return n_bound == space->n_bound ? NULL : "a space counts what is bound wrongly";
}

const char *t_find_fault(const Htree *tree) {
        HtreeCounts counts = {.n_spaces = 0};
        const char *fault = tree->queue_first ? "callbacks were left" : NULL;

        for (const HtreeSpace *s = tree->first_space; s && !fault; s = s->next) {
                counts.n_spaces++;
                fault = fault_of_space(s, &counts);
                if (!fault)
                        fault = fault_of_owned(s);
        }
        if (fault)
                return fault;
        if (counts.n_spaces != tree->counts.n_spaces || counts.n_handles != tree->counts.n_handles ||
                counts.n_revoked != tree->counts.n_revoked)
                return "the tree counts wrongly";
        return NULL;
}
