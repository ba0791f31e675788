/* SPDX-License-Identifier: MIT */
/*
 * The handles of all processes, as the kernel process keeps them.
 *
 * A handle is a number in the space of one process. It stands for an object, with a mask of rights.
 * All handles of an object form its inheritance tree: the root is the handle that its maker got, and
 * every copy and every transfer makes a child with a part of the rights of its parent. Revoking a handle
 * takes away everything below it; closing one leaves what is below, and its parent takes its place.
 *
 * A badge is an object that a process makes for a transfer: it carries a context, and knows the handles
 * that were made together with it ("bound" to it) and all that came of them.
 *
 * A handle that comes back to a process which handed it on is dereferenced: no new handle appears
 * there, the process gets its own one, the mask of the one that was sent, and the context of the badge it
 * was handed out with, or the object's.
 *
 * Numbers have bit 31 set, which those of libkos' own objects never have. A number that was closed rests
 * until HTREE_REST others of its process were closed after it, and comes again after 2^17 uses of its entry:
 * a stale number is found out.
 *
 * What an operation costs does not depend on how many handles there are: making, finding, copying,
 * sending and closing cost at most HTREE_DEPTH_MAX steps; revoking costs as much as there is to revoke.
 *
 * Threads: none of its own. Whoever owns the tree calls one function at a time, under one lock. Callbacks
 * run at the end of the function that caused them, when the tree is consistent; they may call any
 * function but htree_free and htree_space_free.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <nk/types.h>

#include "nk/held.h"

#define HTREE_HANDLES_MAX 10000u /* numbers of one process in use; a revoked one is until it is closed */
#define HTREE_BOUND_MAX                                                                                      \
        20000u /* handles bound to badges of one process, closed ones with descendants included */
#define HTREE_DEPTH_MAX   64u /* handles from the root down to the youngest, both included */
#define HTREE_MESSAGE_MAX 16u /* handles in one message */
#define HTREE_REST        256u

#define HTREE_FLAG    0x80000000u /* set in every number of this table */
#define HTREE_INVALID 0xffffffffu /* INVALID_HANDLE: travels as itself, and is never a number */

enum {
        HTREE_E_INVALID = 1, /* no such handle in the space: forged, closed, another process's */
        HTREE_E_REVOKED,     /* the handle was revoked, and has not been closed yet */
        HTREE_E_KIND,        /* a handle of another kind of object */
        HTREE_E_NO_RIGHT,    /* the handle lacks the right to do this */
        HTREE_E_ESCALATION,  /* more rights asked for than the handle has */
        HTREE_E_FULL,        /* HTREE_HANDLES_MAX numbers are in use */
        HTREE_E_BOUND,       /* HTREE_BOUND_MAX handles are bound */
        HTREE_E_DEPTH,       /* HTREE_DEPTH_MAX generations */
        HTREE_E_MESSAGE,     /* more than HTREE_MESSAGE_MAX handles */
};

typedef struct Htree Htree;
typedef struct HtreeSpace HtreeSpace; /* the handles of one process */

/* What objects of one sort have in common. Its address tells kinds apart. */
typedef struct HtreeKind {
        const char *name; /* for messages: "badge" */
        bool is_badge;
        /* A badge: the last handle bound to it is gone, by close or revocation, and so are all that came
         * of it. May be NULL. */
        void (*unbound)(void *data);
        /* The last handle is gone, and nothing is bound: nobody can name the object any more. May be NULL. */
        void (*gone)(void *data);
} HtreeKind;

typedef struct HtreeObjectSpec {
        const HtreeKind *kind;
        void *data;       /* whatever the kind means by it; `gone` gets it back */
        uint64_t context; /* what the maker is told when a handle comes back to it */
        uint32_t sid;
        uint32_t rights;
} HtreeObjectSpec;

/* NULL: no memory. A tree is freed with everything in it, callbacks run. */
Htree *htree_new(void);
Htree *htree_free(Htree *tree);

HtreeSpace *htree_space_new(Htree *tree);
/* Which row of the servers' tables tells of this process's handles, and the table that tells this process of
 * others', borrowed until the space is freed; NULL: none. Before there is a handle. */
void htree_space_seat(HtreeSpace *space, uint32_t seat, const HeldTable *held);
/* The process died: all its handles are closed; its objects have no maker and its badges no context any
 * more. Takes NULL, returns NULL. */
HtreeSpace *htree_space_free(HtreeSpace *space);

/* Makes an object and its first handle; the tree has the data only on success.
 * 0, HTREE_E_FULL, -ENOMEM. */
int htree_create(HtreeSpace *space, const HtreeObjectSpec *spec, uint32_t *ret_number);

/* What a handle stands for, if it is of that kind (NULL: any) and has all these rights.
 * 0, HTREE_E_INVALID, HTREE_E_REVOKED, HTREE_E_KIND, HTREE_E_NO_RIGHT. */
int htree_find(
        const HtreeSpace *space, uint32_t number, const HtreeKind *kind, uint32_t rights, void **ret_data);
/* The same for any handle with these rights. ret_sid, ret_rights: may be NULL. */
int htree_describe(
        const HtreeSpace *space, uint32_t number, uint32_t rights, uint32_t *ret_sid, uint32_t *ret_rights);

/* A second handle in the same space, a child of the first, which must have OCAP_HANDLE_COPY.
 * rights: a part of the first one's, or NKX_RIGHTS_ALL for the same. badge: handle of a badge, or
 * HTREE_INVALID. 0, HTREE_E_INVALID, HTREE_E_REVOKED, HTREE_E_KIND (not a badge), HTREE_E_NO_RIGHT,
 * HTREE_E_ESCALATION, HTREE_E_DEPTH, HTREE_E_FULL, HTREE_E_BOUND, -ENOMEM. */
int htree_copy(HtreeSpace *space, uint32_t number, uint32_t rights, uint32_t badge, uint32_t *ret_number);

/* The handles of one message, as their sender packed them, on the way to another space or the same one.
 *
 * htree_check finds out what would happen and changes nothing; it gives the SID of each handle, 0 for
 * HTREE_INVALID. htree_transfer lets it happen, all or nothing; it does not rely on an earlier check. Sending
 * a handle needs OCAP_HANDLE_TRANSFER, unless it is dereferenced: using a handle at the one that gave it is
 * not handing it on. A badge is a handle of the sender's, 0 or HTREE_INVALID for none. 0, HTREE_E_INVALID,
 * HTREE_E_REVOKED, HTREE_E_KIND (not a badge), HTREE_E_NO_RIGHT, HTREE_E_ESCALATION, HTREE_E_DEPTH,
 * HTREE_E_MESSAGE; htree_transfer also HTREE_E_FULL, HTREE_E_BOUND, -ENOMEM. */
int htree_check(const HtreeSpace *from, const HtreeSpace *to, const nk_handle_desc_t *sent, uint32_t n,
        uint32_t *ret_sids);
int htree_transfer(HtreeSpace *from, HtreeSpace *to, const nk_handle_desc_t *sent, uint32_t n,
        nk_handle_desc_t *ret_received);

/* Makes a transfer undone that could not be delivered: closes what is new in it. */
void htree_take_back(HtreeSpace *to, const nk_handle_desc_t *received, uint32_t n);

/* Closes a handle, revoked ones too. 0, HTREE_E_INVALID. */
int htree_close(HtreeSpace *space, uint32_t number);
/* Revokes everything below the handle, and closes it. 0, HTREE_E_INVALID, HTREE_E_REVOKED. */
int htree_revoke(HtreeSpace *space, uint32_t number);
/* Revokes what was made of this very handle together with the badge, and everything below.
 * 0, HTREE_E_INVALID, HTREE_E_REVOKED, HTREE_E_KIND: not a badge. */
int htree_revoke_subtree(HtreeSpace *space, uint32_t number, uint32_t badge);

/* Somebody wants to know when a number is closed or revoked, or its process dies: the tree's function is
 * called with `watcher`, once, while the tree is being changed: it must not call a function of this file. A
 * number has one watcher, NULL: none (any more). 0, HTREE_E_INVALID, HTREE_E_REVOKED. */
typedef void HtreeLost(void *watcher);
void htree_on_lost(Htree *tree, HtreeLost *lost);
int htree_watch(HtreeSpace *space, uint32_t number, void *watcher);
/* NULL: there is none. */
void *htree_watcher(const HtreeSpace *space, uint32_t number);

/* What there is; all zero in a tree without spaces. */
typedef struct HtreeCounts {
        uint32_t n_spaces;
        uint32_t n_objects;
        uint32_t n_handles; /* that can be used */
        uint32_t n_revoked; /* and not closed yet */
        uint32_t n_knots;   /* closed, and kept for the sake of their descendants */
} HtreeCounts;

HtreeCounts htree_count(const Htree *tree);
uint32_t htree_space_count(const HtreeSpace *space); /* numbers in use */
const char *htree_error_text(int error);             /* "the handle was revoked" */
