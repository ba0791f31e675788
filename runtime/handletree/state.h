/* SPDX-License-Identifier: MIT */
/*
 * What the tree is made of.
 *
 * A node is a handle, or a knot: a handle that was closed while others descended from it. A knot goes as
 * soon as nothing needs it: without children at once; with a single child, which takes its place,
 * unless it is bound to a badge. So there are fewer knots without a badge than handles, and those with
 * one are charged to the owner of the badge.
 *
 * Lists are intrusive, and each element knows what points to it (`link`), so that it leaves in one step
 * and the same code serves every list.
 */
#pragma once

#include "htree.h"

#include <stddef.h>

typedef struct HtreeNode HtreeNode;
typedef struct HtreeObject HtreeObject;

struct HtreeNode {
        HtreeObject *object;
        HtreeSpace *space; /* NULL: a knot */
        HtreeNode *parent; /* NULL: the root */
        HtreeNode *first_child;
        HtreeNode *next;  /* sibling; in the pool: another free node */
        HtreeNode **link; /* the parent's first_child, a sibling's next, or the object's root */

        HtreeObject *badge; /* NULL: not bound */
        HtreeNode *next_bound;
        HtreeNode **bound_link;

        uint32_t number;
        uint32_t rights;
        uint64_t id; /* in the tables of servers (nk/held.h); 0: no server was told of it */
};

/* Lives while it has a root or something is bound to it, and until its callbacks have run. */
struct HtreeObject {
        const HtreeKind *kind;
        void *data;
        uint64_t context;
        uint32_t sid;
        bool is_queued;
        bool is_unbound; /* a handle was unbound: if it was the last one, the callback is due */
        Htree *tree;
        HtreeNode *root;        /* NULL: the last handle is gone */
        HtreeNode *first_bound; /* of a badge */
        HtreeSpace *owner;      /* who made it; NULL: it died */
        HtreeObject *next_owned;
        HtreeObject **owned_link;
        HtreeObject *next_queued;
};

/* One number of a space. The chunks are made when they are first needed. */
typedef enum EntryState { ENTRY_FREE, ENTRY_OPEN, ENTRY_REVOKED } EntryState;

typedef struct HtreeEntry {
        HtreeNode *node;     /* OPEN */
        void *watcher;       /* OPEN: whom to tell of its end; NULL: nobody */
        uint32_t generation; /* part of the number */
        uint16_t next_free;  /* FREE: next in the queue, counted from 1 */
        uint8_t state;       /* EntryState */
} HtreeEntry;

#define INDEX_BITS  14
#define GENERATIONS (1u << (31 - INDEX_BITS))
#define CHUNK_SIZE  256u
#define CHUNKS_MAX  ((HTREE_HANDLES_MAX + CHUNK_SIZE - 1) / CHUNK_SIZE)
#define INDEX_MASK  ((1u << INDEX_BITS) - 1)

_Static_assert(HTREE_HANDLES_MAX <= INDEX_MASK, "numbers fit, and none is HTREE_INVALID");

struct HtreeSpace {
        Htree *tree;
        HtreeObject *first_owned;
        HtreeSpace *next; /* all spaces of the tree */
        HtreeSpace **link;
        HeldTable held;      /* what the process is told of handles that lead back to it */
        uint32_t seat;       /* in the tables of others */
        uint32_t n_used;     /* numbers that are not free */
        uint32_t n_touched;  /* entries that were ever used */
        uint32_t n_bound;    /* nodes bound to badges of this space */
        uint16_t free_first; /* queue of free entries, oldest first, counted from 1; 0: empty */
        uint16_t free_last;
        HtreeEntry *chunks[CHUNKS_MAX];
};

typedef struct NodeChunk NodeChunk;

struct Htree {
        HtreeSpace *first_space;
        HtreeLost *lost;
        HtreeObject *queue_first; /* objects whose callbacks are due */
        HtreeObject **queue_last;
        bool is_calling;
        HtreeNode *free_nodes;
        uint32_t n_free_nodes;
        NodeChunk *node_chunks;
        uint64_t last_id; /* never given out twice */
        HtreeCounts counts;
};

/* spaces.c: numbers ------------------------------------------------------------------------------------ */

/* Finds room for n more numbers. 0, HTREE_E_FULL, -ENOMEM. */
int space_reserve(HtreeSpace *space, uint32_t n);
/* Takes a number that was reserved. */
uint32_t space_take(HtreeSpace *space, HtreeNode *node);
/* 0, HTREE_E_INVALID, HTREE_E_REVOKED. */
int space_find(const HtreeSpace *space, uint32_t number, HtreeNode **ret_node);
void space_revoke(HtreeSpace *space, uint32_t number);
void space_release(HtreeSpace *space, uint32_t number);

/* nodes.c: the trees ----------------------------------------------------------------------------------- */

/* Memory for n more nodes. 0, -ENOMEM. */
int nodes_reserve(Htree *tree, uint32_t n);
void nodes_free_pool(Htree *tree);

/* A new handle: node and number have been reserved. parent NULL: the root of the object. */
HtreeNode *nodes_add(
        HtreeObject *object, HtreeNode *parent, HtreeObject *badge, HtreeSpace *space, uint32_t rights);
/* The handle's number has been released. */
void nodes_close(HtreeNode *node);
void nodes_revoke_below(HtreeNode *node);
/* Revokes what hangs below `node` and is bound to the badge as a direct descendant of it. */
void nodes_revoke_bound(HtreeNode *node, HtreeObject *badge);
/* Handles and knots from the root down to this one. */
uint32_t nodes_depth(const HtreeNode *node);
/* The badge's owner died. */
void nodes_unbind_all(HtreeObject *badge);

/* seats.c: what servers are told ------------------------------------------------------------------------- */

/* What using the handle comes to at the process of `own`, which is above it. */
void seats_tell(HtreeNode *node, HtreeNode *own, uint64_t context);
/* It is being closed or revoked: no server finds it any more. It still has its space and its parents. */
void seats_take_back(HtreeNode *node);

/* objects.c: objects and callbacks --------------------------------------------------------------------- */

void objects_queue(HtreeObject *object);
void objects_disown(HtreeObject *object);
/* Runs what is due. Last step of every public function that removes something. */
void objects_settle(Htree *tree);
