/* SPDX-License-Identifier: MIT */
/*
 * What can be set of a node: see meta.h.
 */
#include "meta.h"

#include <time.h>

struct timespec meta_now(void) {
        struct timespec t;

        (void)clock_gettime(CLOCK_REALTIME_COARSE, &t);
        return t;
}

void meta_init(FsMeta *m, const FsNew *what) {
        *m = (FsMeta){.mode = what->mode & 07777, .uid = what->uid, .gid = what->gid};
        m->atime = m->mtime = m->ctime = meta_now();
}

static bool is_later(const struct timespec *a, const struct timespec *b) {
        return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

bool meta_is_due(const struct timespec *atime, const struct timespec *mtime, const struct timespec *ctime) {
        return !is_later(atime, mtime) || !is_later(atime, ctime);
}

/* Many read at once: what is true already is not written again. */
void meta_set_due(FsNode *node) {
        if (!atomic_load_explicit(&node->is_due, memory_order_relaxed))
                atomic_store_explicit(&node->is_due, true, memory_order_relaxed);
}

void meta_read(const FsMeta *m, FsNode *node) {
        if (meta_is_due(&m->atime, &m->mtime, &m->ctime))
                meta_set_due(node);
}

void meta_accessed(FsMeta *m, FsNode *node) {
        m->atime = meta_now();
        atomic_store_explicit(&node->is_due, false, memory_order_relaxed);
}

void meta_touch(FsMeta *m) {
        m->mtime = m->ctime = meta_now();
}

void meta_set(FsMeta *m, const FsSet *set) {
        if (set->what & FS_SET_MODE)
                m->mode = set->mode & 07777;
        if (set->what & FS_SET_UID)
                m->uid = set->uid;
        if (set->what & FS_SET_GID)
                m->gid = set->gid;
        if (set->what & FS_SET_ATIME)
                m->atime = set->atime;
        if (set->what & FS_SET_MTIME)
                m->mtime = set->mtime;
        m->ctime = meta_now();
}

void meta_stat(const FsMeta *m, const FsNode *node, struct stat *ret) {
        *ret = (struct stat){
                .st_ino = node->ino,
                .st_mode = node->type | m->mode,
                .st_uid = m->uid,
                .st_gid = m->gid,
                .st_atim = m->atime,
                .st_mtim = m->mtime,
                .st_ctim = m->ctime,
        };
}
