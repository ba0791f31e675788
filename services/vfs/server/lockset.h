/* SPDX-License-Identifier: MIT */
/*
 * The locks of one kind on one file: who has which bytes, and who is in whose way.
 *
 * Ranges of one owner neither overlap nor, when they are of one type, touch. Each lock is in two trees: by
 * its place, among all of its type, where every node says how far those below it reach and whether they have
 * one owner; and by its owner. So with n locks on a file, of whomever, each question costs steps like log(n).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tree.h"

#define LOCKS_MAX 8192u /* of one account; more: -ENOLCK */

/* What a process has to do with locks. */
typedef struct LockAccount {
        _Atomic uint32_t n_locks;
} LockAccount;

static inline void locks_account_init(LockAccount *a) {
        atomic_init(&a->n_locks, 0);
}

typedef struct LockRange {
        uint64_t first, last; /* bytes, both inside; UINT64_MAX: to the end, whatever it will be */
        int type;             /* F_RDLCK, F_WRLCK, F_UNLCK */
        int32_t pid;          /* of who has it; -1: an open file */
} LockRange;

typedef struct LockOwner {
        const void *who; /* Session or VfsFile */
        LockAccount *account;
        bool is_file;
} LockOwner;

typedef struct Lock {
        TreeNode by_place, by_owner;
        LockOwner owner;
        LockRange range;
        uint64_t reach;   /* last byte of those below it by place */
        const void *sole; /* owner of all those below it by place; NULL: they have several */
} Lock;

typedef struct LockSet {
        TreeNode *by_place[2]; /* those of readers; of writers */
        TreeNode *by_owner;
        uint64_t n_looked; /* locks that were looked at so far: what questions cost */
} LockSet;

/* The first lock of another owner that forbids the range; NULL: none. */
const Lock *lockset_in_the_way(LockSet *s, const void *who, const LockRange *range);
/* Sets or, of type F_UNLCK, takes away what nobody forbids. -ENOLCK: the account has too many, or no memory;
 * to give back all bytes at once needs neither. */
int lockset_set(LockSet *s, const LockOwner *owner, const LockRange *range);
/* All of an owner; false: there were none. */
bool lockset_drop_owner(LockSet *s, const void *who);

static inline bool lockset_is_empty(const LockSet *s) {
        return !s->by_owner;
}
