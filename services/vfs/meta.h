/* SPDX-License-Identifier: MIT */
/*
 * What can be set of a node, for file systems that keep it in memory as it is.
 */
#pragma once

#include "fs.h"

typedef struct FsMeta {
        mode_t mode; /* permissions */
        uid_t uid;
        gid_t gid;
        struct timespec atime, mtime, ctime;
} FsMeta;

/* The clock that the kernel's own file systems use: a few milliseconds coarse, and cheap. */
struct timespec meta_now(void);

/* Of a node that is made now. */
void meta_init(FsMeta *m, const FsNew *what);
/* Is a time of access to be kept again? As Linux's relatime: not while it is younger than all changes. */
bool meta_is_due(const struct timespec *atime, const struct timespec *mtime, const struct timespec *ctime);
/* The node is due (FsNode.is_due): reading it is to be kept. */
void meta_set_due(FsNode *node);
/* It is read: says so, if it changed since that was last kept. */
void meta_read(const FsMeta *m, FsNode *node);
/* For FsOps.accessed. */
void meta_accessed(FsMeta *m, FsNode *node);
/* Its contents have changed. */
void meta_touch(FsMeta *m);
/* For FsOps.set. */
void meta_set(FsMeta *m, const FsSet *set);
/* For FsOps.stat: this and what the node knows itself; the rest becomes 0. */
void meta_stat(const FsMeta *m, const FsNode *node, struct stat *ret);
