/* SPDX-License-Identifier: MIT */
/*
 * The handles of all processes as plainly as possible: nothing is ever removed, and every question is
 * answered by looking at everything. What handletree does must be the same.
 */
#pragma once

#include "handletree/htree.h"

#define PLAIN_SPACES  5u
#define PLAIN_HANDLES 1500u /* ever made in one world */
#define PLAIN_OBJECTS 500u

typedef enum PlainState { PLAIN_OPEN, PLAIN_REVOKED, PLAIN_CLOSED } PlainState;

typedef struct PlainHandle {
        PlainState state;
        bool is_cut; /* revoked: out of the tree, whatever became of the number */
        uint32_t space;
        uint32_t number;
        uint32_t object;
        int32_t parent; /* -1: the root */
        int32_t badge;  /* object; -1: none */
        uint32_t rights;
        uint32_t n_lines; /* children from which a usable handle descends, or that are one */
} PlainHandle;

typedef struct PlainObject {
        int32_t owner; /* space; -1: dead */
        bool is_badge;
        uint64_t context;
        bool is_gone;
        bool is_bound;      /* something was bound to it after the last step */
        uint32_t n_unbound; /* callbacks so far */
} PlainObject;

typedef struct Plain {
        uint32_t n_handles;
        uint32_t n_objects;
        PlainHandle handles[PLAIN_HANDLES];
        PlainObject objects[PLAIN_OBJECTS];
} Plain;

/* Open or revoked handle with that number, or -1. */
int32_t plain_find(const Plain *p, uint32_t space, uint32_t number);

/* What a way does, as htree_check and htree_transfer would: a code, and on 0 the result but for the number
 * of a new handle. *ret_own: index of the receiver's handle, or -1. */
int plain_way(const Plain *p, uint32_t from, uint32_t to, const nk_handle_desc_t *sent, int32_t *ret_own,
        nk_handle_desc_t *ret_received);
int plain_copy(const Plain *p, uint32_t space, uint32_t number, uint32_t rights, uint32_t badge);

void plain_add(Plain *p, uint32_t object, int32_t parent, int32_t badge, uint32_t space, uint32_t number,
        uint32_t rights);
uint32_t plain_create(Plain *p, uint32_t space, bool is_badge, uint64_t context);

int plain_close(Plain *p, uint32_t space, uint32_t number);
int plain_revoke(Plain *p, uint32_t space, uint32_t number);
int plain_revoke_subtree(Plain *p, uint32_t space, uint32_t number, uint32_t badge);
void plain_kill(Plain *p, uint32_t space);

/* After each step: what has children with life, which objects are gone, which badges lost their last handle.
 */
void plain_settle(Plain *p);
HtreeCounts plain_count(const Plain *p, uint32_t n_spaces);
uint32_t plain_space_count(const Plain *p, uint32_t space);
