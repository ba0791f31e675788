/* SPDX-License-Identifier: MIT */
/*
 * Mounts: which file system lies where, and places in the tree that they form.
 *
 * A place is a node seen through a mount; it holds both. Places are compared, not paths: what is renamed
 * above a mount moves the mount along.
 */
#pragma once

#include "fs.h"

#define MOUNTS_MAX     256u
#define MOUNT_TEXT_MAX 1024u /* bytes of a device, path or type, zero included */

enum {
        MOUNT_READ_ONLY = 1,
        MOUNT_NO_DEVICES = 2,
        MOUNT_NO_EXEC = 4,
        MOUNT_NO_SUID = 8,
        MOUNT_SYNC = 16,    /* what is written is safe before the call ends */
        MOUNT_NO_ATIME = 32 /* reading changes no time */
};

typedef struct Mount Mount;

typedef struct Place {
        Mount *mount;
        FsNode *node;
} Place;

#define PLACE_NULL ((Place){.mount = NULL})

struct Mount {
        Mount *next; /* among all, oldest first */
        Fs *fs;
        Place at; /* what it covers; of the first mount: nothing */
        unsigned flags;
        FsLock visits;             /* shared by those who go from mount to mount, without places */
        _Atomic uint32_t n_places; /* places in it, of open files, walks and mounts on top */
        char device[MOUNT_TEXT_MAX];
        char path[MOUNT_TEXT_MAX]; /* as it was asked for, for who lists mounts */
};

typedef struct Mounts {
        FsLock lock;  /* of the list; held for a few steps, and never while a file system works */
        Mount *first; /* on it lies everything; NULL: nothing yet */
        uint32_t n_mounts;
        dev_t last_dev;
} Mounts;

int mounts_init(Mounts *m);
/* Nobody may hold a place. */
void mounts_deinit(Mounts *m);

typedef struct MountPlan {
        Fs *fs; /* taken over on success */
        const char *device;
        const char *path;
        unsigned flags;
} MountPlan;

/* Covers a directory; at: PLACE_NULL for the first one. -ENOTDIR; -EBUSY: a first one is there; -ENOMEM:
 * MOUNTS_MAX reached, or no memory; -ENAMETOOLONG. */
int mounts_add(Mounts *m, const Place *at, const MountPlan *plan);
/* Takes a mount away, given its root, whose place is gone afterwards if it succeeds. -EINVAL: not the root of
 * a mount; -EBUSY: somebody holds a place in it, or it is the first one. ret_sync: 0, or why something could
 * not be written back (negative errno): any error of a device, so it can't be told from those two. */
int mounts_remove(Mounts *m, const Place *root, int *ret_sync);

/* Root of everything. */
Place mounts_root(Mounts *m);
/* If something is mounted on the place: its root, the topmost. Takes over and returns a reference. */
Place mounts_cross(Mounts *m, Place at);
/* If the place is the root of a mount: what it covers, else the place. Takes over and returns a reference. */
Place mounts_uncross(Place at);

Place place_ref(Place p);
/* Gives back; p becomes PLACE_NULL. */
void place_unref(Place *p);
static inline bool place_is(const Place *a, const Place *b) {
        return a->mount == b->mount && a->node == b->node;
}

/* Shows each mount, oldest first, until false. No lock of all is held: others come and go, and only the one
 * that is shown stays. */
void mounts_each(Mounts *m, bool (*show)(void *arg, const Mount *mount), void *arg);
/* The same for those that have something to be written back. */
void mounts_each_changed(Mounts *m, void (*show)(void *arg, const Mount *mount), void *arg);
/* Writes everything of all file systems back; the first error. */
int mounts_sync(Mounts *m);
/* The same for good, before the process ends: they are read-only from then on. A device that hangs keeps only
 * its own from that, and the caller. */
int mounts_finish(Mounts *m);
