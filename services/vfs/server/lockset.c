/* SPDX-License-Identifier: MIT */
/*
 * Ranges in two trees: see lockset.h.
 */
#include "lockset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/* --- the trees --- */

static Lock *placed(const TreeNode *n) {
        return n ? HOLDER_OF(Lock, by_place, n) : NULL;
}

static Lock *owned(const TreeNode *n) {
        return n ? HOLDER_OF(Lock, by_owner, n) : NULL;
}

static int compare_numbers(uint64_t a, uint64_t b) {
        return (a > b) - (a < b);
}

static int compare_places(const TreeNode *a, const TreeNode *b) {
        int by_first = compare_numbers(placed(a)->range.first, placed(b)->range.first);

        return by_first ? by_first : compare_numbers((uintptr_t)a, (uintptr_t)b);
}

static int compare_owners(const TreeNode *a, const TreeNode *b) {
        int by_who = compare_numbers((uintptr_t)owned(a)->owner.who, (uintptr_t)owned(b)->owner.who);

        return by_who ? by_who : compare_numbers(owned(a)->range.first, owned(b)->range.first);
}

static void sum_up(TreeNode *n) {
        Lock *l = placed(n);

        l->reach = l->range.last;
        l->sole = l->owner.who;
        for (int side = 0; side < 2; side++) {
                const Lock *below = placed(n->child[side]);

                if (below && below->reach > l->reach)
                        l->reach = below->reach;
                if (below && below->sole != l->sole)
                        l->sole = NULL;
        }
}

static const TreeKind by_place = {.compare = compare_places, .update = sum_up};
static const TreeKind by_owner = {.compare = compare_owners};

static TreeNode **places_of(LockSet *s, const Lock *l) {
        return &s->by_place[l->range.type == F_WRLCK];
}

static void put_in(LockSet *s, Lock *l) {
        tree_add(&by_place, places_of(s, l), &l->by_place);
        tree_add(&by_owner, &s->by_owner, &l->by_owner);
}

static void take_out(LockSet *s, const Lock *l) {
        tree_remove(&by_place, places_of(s, l), &l->by_place);
        tree_remove(&by_owner, &s->by_owner, &l->by_owner);
}

/* --- finding --- */

/* The first that has a byte of the range and is not the owner's. Below a node that is looked into there is
 * one, but for the path to the one lock of the owner that may reach in from before the range. */
static const Lock *find_other(LockSet *s, const TreeNode *n, const void *who, const LockRange *range) {
        const Lock *l = placed(n), *found;

        if (!l)
                return NULL;
        s->n_looked++;
        if (l->reach < range->first || l->sole == who)
                return NULL;
        found = find_other(s, n->child[0], who, range);
        if (found || l->range.first > range->last)
                return found;
        if (l->range.last >= range->first && l->owner.who != who)
                return l;
        return find_other(s, n->child[1], who, range);
}

const Lock *lockset_in_the_way(LockSet *s, const void *who, const LockRange *range) {
        const Lock *writer, *reader = NULL;

        if (range->type == F_UNLCK)
                return NULL;
        writer = find_other(s, s->by_place[1], who, range);
        if (range->type == F_WRLCK)
                reader = find_other(s, s->by_place[0], who, range);
        return reader && (!writer || reader->range.first < writer->range.first) ? reader : writer;
}

/* The owner's first lock that has `at` or a byte behind it. */
static Lock *find_own(LockSet *s, const void *who, uint64_t at) {
        const TreeNode *n = s->by_owner;
        Lock *best = NULL;

        while (n) {
                Lock *l = owned(n);
                int by_who = compare_numbers((uintptr_t)l->owner.who, (uintptr_t)who);
                int is_before = by_who < 0 || (by_who == 0 && l->range.last < at);

                s->n_looked++;
                if (!is_before && by_who == 0)
                        best = l;
                n = n->child[is_before];
        }
        return best;
}

/* --- changing --- */

static Lock *lock_free(Lock *l) {
        if (l)
                atomic_fetch_sub(&l->owner.account->n_locks, 1);
        free(l);
        return NULL;
}

static Lock *lock_new(const LockOwner *owner) {
        Lock *l = NULL;

        if (atomic_fetch_add(&owner->account->n_locks, 1) < LOCKS_MAX)
                l = malloc(sizeof *l);
        if (l)
                l->owner = *owner;
        else
                atomic_fetch_sub(&owner->account->n_locks, 1);
        return l;
}

static void drop(LockSet *s, Lock *l) {
        take_out(s, l);
        (void)lock_free(l);
}

static bool overlap(const LockRange *a, const LockRange *b) {
        return a->first <= b->last && b->first <= a->last;
}

/* Takes bytes from an older range of the same owner. What is left of it is nothing, one piece, or two, the
 * second in *spare. */
static void cut(LockSet *s, Lock *old, const LockRange *away, Lock **spare) {
        LockRange left = old->range, right = old->range;

        take_out(s, old);
        if (left.first < away->first) {
                left.last = away->first - 1;
                old->range = left;
                put_in(s, old);
                old = NULL;
        }
        if (right.last > away->last) {
                right.first = away->last + 1;
                if (!old) {
                        old = *spare;
                        *spare = NULL;
                }
                old->range = right;
                put_in(s, old);
                old = NULL;
        }
        (void)lock_free(old);
}

/* Makes room for the range among the owner's, and lets it grow by what it meets of its own type. */
static void clear_way(LockSet *s, const void *who, LockRange *range, Lock **spare) {
        uint64_t at = range->first > 0 ? range->first - 1 : 0;
        Lock *l = find_own(s, who, at);

        while (l && (range->last == UINT64_MAX || l->range.first <= range->last + 1)) {
                uint64_t last = l->range.last;

                if (l->range.type == range->type) {
                        range->first = l->range.first < range->first ? l->range.first : range->first;
                        range->last = last > range->last ? last : range->last;
                        drop(s, l);
                } else if (overlap(&l->range, range)) {
                        cut(s, l, range, spare);
                }
                l = last == UINT64_MAX ? NULL : find_own(s, who, last + 1);
        }
}

int lockset_set(LockSet *s, const LockOwner *owner, const LockRange *range) {
        bool is_taking = range->type != F_UNLCK, is_all = range->first == 0 && range->last == UINT64_MAX;
        Lock *added = is_taking ? lock_new(owner) : NULL, *spare = is_all ? NULL : lock_new(owner);
        LockRange grown = *range;

        /* Either may fail alone: other threads take and give back of the same account. */
        if ((is_taking && !added) || (!is_all && !spare)) {
                (void)lock_free(added);
                (void)lock_free(spare);
                return -ENOLCK;
        }
        clear_way(s, owner->who, &grown, &spare);
        if (added) {
                added->range = grown;
                put_in(s, added);
        }
        (void)lock_free(spare);
        return 0;
}

/* --- the end --- */

bool lockset_drop_owner(LockSet *s, const void *who) {
        Lock *l = find_own(s, who, 0);
        bool has_any = l != NULL;

        for (; l; l = find_own(s, who, 0))
                drop(s, l);
        return has_any;
}
