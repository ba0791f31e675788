/* SPDX-License-Identifier: MIT */
/*
 * Walk: from a path to a place, through mounts and symbolic links, never above a client's root.
 */
#pragma once

#include "mounts.h"

#define WALK_PATH_MAX  4096u /* bytes of a path, its zero included; of all links' targets on the way too */
#define WALK_LINKS_MAX 40u   /* symbolic links on one way */

/* Who asks. */
typedef struct Walker {
        Mounts *mounts;
        Place root;        /* "/" of this client */
        bool checks_modes; /* owner bits allow and deny, as from SDK 1.3 on */
} Walker;

enum {
        WALK_FOLLOW = 1,    /* a link at the end too */
        WALK_DIRECTORY = 2, /* -ENOTDIR for anything else */
        WALK_PARENT = 4     /* stop before the last name, which need not exist */
};

typedef struct Walked {
        Place place; /* what the path names; with WALK_PARENT: the directory of the last name */
        /* WALK_PARENT: the last name, in `text`. Length 0: the path ends in "/", "." or "..",
         * or is empty: it names `place` itself. */
        FsName last;
        bool wants_directory;     /* there was a '/' behind the last name */
        char text[WALK_PATH_MAX]; /* the path, and what became of it behind links */
} Walked;

/* base: where relative paths begin. On success ret->place holds references: place_unref().
 * -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EACCES: a directory on the way can't be searched (owner's x
 * bit). */
int walk(const Walker *w, const Place *base, const char *path, unsigned flags, Walked *ret);

/* One step down from a directory: across mounts, not through links. Takes no names with '/'. */
int walk_step(const Walker *w, const Place *dir, const FsName *name, Place *ret);

/* A link's target, cut to `size`, without a zero. -EIO: the file system has no links; -ENOENT: it is empty.
 */
int walk_read_link(FsNode *link, char *target, size_t size, size_t *ret_length);

/* Path of a directory seen from the client's root: "/" or "/a/b". -ERANGE: it does not fit; -ENOENT: it was
 * removed, or lies outside the root. */
int walk_path_of(const Walker *w, const Place *dir, char *path, size_t size);

/* Is `above` the directory itself or above it, in one file system? Caller holds its lock. */
bool walk_is_above(FsNode *above, FsNode *dir);
