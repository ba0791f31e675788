/* SPDX-License-Identifier: MIT */
/*
 * Memory that files in memory may take: each file system of its own, and all of the process together.
 *
 * Who may mount may mount one ramfs after the other: so what each takes comes from what all have, too.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RAMBUDGET_VARIABLE "VFS_RAMFS_MAX" /* in the environment: bytes of all of them, with k, m or g */

typedef struct RamBudget {
        _Atomic uint64_t used; /* bytes */
        uint64_t max;
        struct RamBudget *of;   /* from which everything comes as well; or NULL */
        _Atomic uint64_t freed; /* bytes of short chunks since the heap was last asked to give memory back */
} RamBudget;

static inline void rambudget_give(RamBudget *b, uint64_t n) {
        for (; b; b = b->of)
                atomic_fetch_sub(&b->used, n);
}

/* False: there is not so much left. */
static inline bool rambudget_take(RamBudget *b, uint64_t n) {
        for (RamBudget *at = b; at; at = at->of) {
                if (atomic_fetch_add(&at->used, n) + n <= at->max)
                        continue;
                atomic_fetch_sub(&at->used, n);
                for (; b != at; b = b->of)
                        atomic_fetch_sub(&b->used, n);
                return false;
        }
        return true;
}

/* What is left, of it and of what it comes from. */
uint64_t rambudget_left(const RamBudget *b);

/* Of all file systems in memory: as much as RAMBUDGET_VARIABLE says when it is first asked for, or three
 * quarters of the memory that the process may have. */
RamBudget *rambudget_all(void);
/* That memory: what the machine has, or the limit of the process, if that is less. */
uint64_t rambudget_memory(void);
