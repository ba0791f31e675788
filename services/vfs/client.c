/* SPDX-License-Identifier: MIT */
/*
 * A client of the VFS: its root, its working directory, its mounts.
 */
#include "client.h"

#include <errno.h>
#include <string.h>

#include "client_place.h"

#define UMOUNT_STEP_MS 10u

int vfs_client_init(VfsClient *c, Mounts *mounts, uid_t uid, gid_t gid) {
        int r;

        *c = (VfsClient){.walker = {.mounts = mounts}, .uid = uid, .gid = gid};
        r = -pthread_mutex_init(&c->lock, NULL);
        if (r < 0)
                return r;
        atomic_init(&c->umask, 022);
        c->walker.root = mounts_root(mounts);
        c->cwd = place_ref(c->walker.root);
        return 0;
}

int vfs_client_copy(VfsClient *c, VfsClient *from) {
        int r;

        *c = (VfsClient){.uid = from->uid, .gid = from->gid};
        r = -pthread_mutex_init(&c->lock, NULL);
        if (r < 0)
                return r;
        atomic_init(&c->umask, atomic_load(&from->umask));
        (void)pthread_mutex_lock(&from->lock);
        c->walker = from->walker;
        c->walker.root = place_ref(from->walker.root);
        c->cwd = place_ref(from->cwd);
        (void)pthread_mutex_unlock(&from->lock);
        return 0;
}

void vfs_client_deinit(VfsClient *c) {
        place_unref(&c->cwd);
        place_unref(&c->walker.root);
        (void)pthread_mutex_destroy(&c->lock);
}

/* --- walking --- */

/* What was mounted on the client's root since is its root now, and what is at work there is at work in that.
 */
static void cover(const VfsClient *c, bool is_cwd, Place *root, Place *base) {
        const bool is_there = is_cwd && place_is(root, base);

        *root = mounts_cross(c->walker.mounts, *root);
        if (is_there)
                *base = mounts_cross(c->walker.mounts, *base);
}

/* Another thread may change both while this one walks. */
static void hold_start(VfsClient *c, const VfsFile *dir, Walker *ret_walker, Place *ret_base) {
        (void)pthread_mutex_lock(&c->lock);
        *ret_walker = c->walker;
        ret_walker->root = place_ref(c->walker.root);
        *ret_base = place_ref(dir ? dir->place : c->cwd);
        (void)pthread_mutex_unlock(&c->lock);
        cover(c, dir == NULL, &ret_walker->root, ret_base);
}

int vfs_walk(VfsClient *c, const VfsFile *dir, const char *path, unsigned flags, Walked *ret) {
        Walker walker;
        Place base;
        int r;

        ret->place = PLACE_NULL;
        if (dir && path[0] != '/' && !S_ISDIR(dir->place.node->type))
                return -ENOTDIR;
        hold_start(c, dir, &walker, &base);
        r = walk(&walker, &base, path, flags, ret);
        place_unref(&base);
        place_unref(&walker.root);
        return r;
}

/* --- places of the client --- */

/* Puts a place that a call has reached where the client keeps it. */
static void keep(VfsClient *c, Place *kept, Place place) {
        Place old;

        (void)pthread_mutex_lock(&c->lock);
        old = *kept;
        *kept = place;
        (void)pthread_mutex_unlock(&c->lock);
        place_unref(&old);
}

static int go_to(VfsClient *c, Place *kept, const char *path) {
        Walked walked;
        int r = vfs_walk(c, NULL, path, WALK_FOLLOW | WALK_DIRECTORY, &walked);

        if (r == 0)
                r = place_check_mode(c, &walked.place, S_IXUSR);
        if (r < 0) {
                place_unref(&walked.place);
                return r;
        }
        keep(c, kept, walked.place);
        return 0;
}

int vfs_chdir(VfsClient *c, const char *path) {
        return go_to(c, &c->cwd, path);
}

int vfs_chroot(VfsClient *c, const char *path) {
        return go_to(c, &c->walker.root, path);
}

int vfs_fchdir(VfsClient *c, const VfsFile *dir) {
        int r;

        if (!S_ISDIR(dir->place.node->type))
                return -ENOTDIR;
        r = place_check_mode(c, &dir->place, S_IXUSR);
        if (r == 0)
                keep(c, &c->cwd, place_ref(dir->place));
        return r;
}

int vfs_getcwd(VfsClient *c, char *path, size_t size) {
        Walker walker;
        Place here;
        int r;

        hold_start(c, NULL, &walker, &here);
        r = walk_path_of(&walker, &here, path, size);
        place_unref(&here);
        place_unref(&walker.root);
        return r;
}

mode_t vfs_umask(VfsClient *c, mode_t mask) {
        return atomic_exchange(&c->umask, mask & 0777);
}

/* --- mounting --- */

int vfs_mount(VfsClient *c, const char *path, Fs *fs, const char *device, unsigned flags) {
        const MountPlan plan = {.fs = fs, .device = device, .path = path, .flags = flags};
        Walked walked;
        int r = vfs_walk(c, NULL, path, WALK_FOLLOW | WALK_DIRECTORY, &walked);

        if (r < 0)
                return r;
        r = mounts_add(c->walker.mounts, &walked.place, &plan);
        place_unref(&walked.place);
        return r;
}

/* *ret_ends: trying again would change nothing. */
static int try_umount(VfsClient *c, const char *path, bool *ret_ends) {
        Walked walked;
        int unwritten, r = vfs_walk(c, NULL, path, WALK_FOLLOW, &walked);

        *ret_ends = true;
        if (r < 0)
                return r;
        r = mounts_remove(c->walker.mounts, &walked.place, &unwritten);
        if (r == 0)
                return unwritten; /* it is gone, and our place with it */
        place_unref(&walked.place);
        *ret_ends = r != -EBUSY;
        return r;
}

int vfs_umount(VfsClient *c, const char *path, const VfsPatience *patience) {
        const struct timespec step = {.tv_nsec = UMOUNT_STEP_MS * 1000000};
        bool ends;
        int r = try_umount(c, path, &ends);

        if (ends || !patience || (patience->begin && !patience->begin(patience->arg)))
                return r;
        for (uint32_t ms = 0; !ends && ms < patience->ms; ms += UMOUNT_STEP_MS) {
                (void)nanosleep(&step, NULL);
                r = try_umount(c, path, &ends);
        }
        if (patience->end)
                patience->end(patience->arg);
        return r;
}
