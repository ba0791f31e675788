/* SPDX-License-Identifier: MIT */
/*
 * Mounts: a list, searched only where a node says that something is mounted on it.
 */
#include "mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int mounts_init(Mounts *m) {
        *m = (Mounts){.first = NULL};
        return -pthread_rwlock_init(&m->lock, NULL);
}

/* --- places --- */

Place place_ref(Place p) {
        atomic_fetch_add_explicit(&p.mount->n_places, 1, memory_order_relaxed);
        (void)fs_ref(p.node);
        return p;
}

/* The node first: while a place is counted its file system stays. */
void place_unref(Place *p) {
        if (!p->mount)
                return;
        (void)fs_unref(p->node);
        atomic_fetch_sub(&p->mount->n_places, 1);
        *p = PLACE_NULL;
}

Place mounts_root(Mounts *m) {
        Place root = {.mount = m->first, .node = m->first->fs->root};

        return mounts_cross(m, place_ref(root));
}

Place mounts_cross(Mounts *m, Place at) {
        while (atomic_load_explicit(&at.node->n_mounts, memory_order_acquire)) {
                Place top = PLACE_NULL;

                (void)pthread_rwlock_rdlock(&m->lock);
                for (Mount *i = m->first; i; i = i->next)
                        if (i->at.mount && place_is(&i->at, &at))
                                top = place_ref((Place){.mount = i, .node = i->fs->root});
                (void)pthread_rwlock_unlock(&m->lock);
                if (!top.mount)
                        break;
                place_unref(&at);
                at = top;
        }
        return at;
}

Place mounts_uncross(Place at) {
        while (at.node == at.mount->fs->root && at.mount->at.mount) {
                Place below = place_ref(at.mount->at);

                place_unref(&at);
                at = below;
        }
        return at;
}

/* --- coming and going --- */

static int sync_fs(Fs *fs) {
        return fs->ops->sync ? fs->ops->sync(fs) : 0;
}

/* Frees a mount whose file system nobody uses; what could not be written back. */
static int take_down(Mount *mount) {
        int r;

        (void)pthread_mutex_lock(&mount->in_hand); /* nobody comes to it any more, and who is there goes */
        (void)pthread_mutex_unlock(&mount->in_hand);
        (void)pthread_mutex_destroy(&mount->in_hand);
        r = sync_fs(mount->fs);
        mount->fs->ops->unmount(mount->fs);
        if (mount->at.mount) {
                atomic_fetch_sub(&mount->at.node->n_mounts, 1);
                place_unref(&mount->at);
        }
        free(mount);
        return r;
}

void mounts_deinit(Mounts *m) {
        while (m->first) {
                Mount **last = &m->first;
                Mount *gone;

                while ((*last)->next)
                        last = &(*last)->next;
                gone = *last; /* the youngest lies on top of others */
                *last = NULL;
                (void)take_down(gone);
        }
        (void)pthread_rwlock_destroy(&m->lock);
}

static int check_place(const Mounts *m, const Place *at) {
        if (!at->mount)
                return m->first ? -EBUSY : 0;
        if (!S_ISDIR(at->node->type))
                return -ENOTDIR;
        return m->n_mounts == MOUNTS_MAX ? -ENOMEM : 0;
}

static int mount_new(const Place *at, const MountPlan *plan, Mount **ret_mount) {
        Mount *mount;

        if (strlen(plan->device) >= MOUNT_TEXT_MAX || strlen(plan->path) >= MOUNT_TEXT_MAX)
                return -ENAMETOOLONG;
        mount = calloc(1, sizeof *mount);
        if (!mount)
                return -ENOMEM;
        mount->fs = plan->fs;
        mount->flags = plan->flags;
        (void)pthread_mutex_init(&mount->in_hand, NULL);
        (void)strncpy(mount->device, plan->device, sizeof mount->device - 1);
        (void)strncpy(mount->path, plan->path, sizeof mount->path - 1);
        if (at->mount) {
                mount->at = place_ref(*at);
                atomic_fetch_add(&at->node->n_mounts, 1);
        }
        *ret_mount = mount;
        return 0;
}

/* What making it changed was noted before anybody could write it back by its mount. */
static void note_again(Fs *fs) {
        if (atomic_exchange(&fs->is_changed, false))
                fs_note_change(fs);
}

int mounts_add(Mounts *m, const Place *at, const MountPlan *plan) {
        Mount **last = &m->first;
        Mount *mount;
        int r;

        (void)pthread_rwlock_wrlock(&m->lock);
        r = check_place(m, at);
        if (r == 0)
                r = mount_new(at, plan, &mount);
        if (r == 0) {
                mount->fs->dev = ++m->last_dev;
                while (*last)
                        last = &(*last)->next;
                *last = mount;
                m->n_mounts++;
        }
        (void)pthread_rwlock_unlock(&m->lock);
        if (r == 0)
                note_again(plan->fs);
        return r;
}

/* The caller's own place is the one that may be left. */
int mounts_remove(Mounts *m, const Place *root, int *ret_sync) {
        Mount **link = &m->first;
        Mount *mount = root->mount;
        int r = 0;

        if (root->node != mount->fs->root)
                return -EINVAL;
        (void)pthread_rwlock_wrlock(&m->lock);
        if (mount == m->first || atomic_load(&mount->n_places) > 1) {
                r = -EBUSY;
        } else {
                while (*link != mount)
                        link = &(*link)->next;
                *link = mount->next;
                m->n_mounts--;
        }
        (void)pthread_rwlock_unlock(&m->lock);
        if (r < 0)
                return r;
        (void)fs_unref(root->node); /* goes with its mount: the caller has no place there any more */
        *ret_sync = take_down(mount);
        return 0;
}

void mounts_each(Mounts *m, bool (*show)(void *arg, const Mount *mount), void *arg) {
        (void)pthread_rwlock_rdlock(&m->lock);
        for (const Mount *i = m->first; i; i = i->next)
                if (!show(arg, i))
                        break;
        (void)pthread_rwlock_unlock(&m->lock);
}

/* The first behind the one with the number `last`. Under the lock only who unmounts could have it in hand,
 * and he has taken it off the list before. */
static Mount *take_changed(Mounts *m, dev_t last) {
        Mount *i;

        (void)pthread_rwlock_rdlock(&m->lock);
        i = m->first;
        while (i && (i->fs->dev <= last || !atomic_load(&i->fs->is_changed)))
                i = i->next;
        if (i)
                (void)pthread_mutex_lock(&i->in_hand);
        (void)pthread_rwlock_unlock(&m->lock);
        return i;
}

void mounts_each_changed(Mounts *m, void (*show)(void *arg, const Mount *mount), void *arg) {
        dev_t last = 0;

        for (Mount *i; (i = take_changed(m, last));) {
                last = i->fs->dev;
                show(arg, i);
                (void)pthread_mutex_unlock(&i->in_hand);
        }
}

static int finish_fs(Fs *fs) {
        int r = fs->ops->finish ? fs->ops->finish(fs) : sync_fs(fs);

        fs->is_read_only = true;
        return r;
}

/* Each under its lock; the first error. */
static int do_all(Mounts *m, int (*each)(Fs *fs)) {
        int first = 0;

        (void)pthread_rwlock_rdlock(&m->lock);
        for (Mount *i = m->first; i; i = i->next) {
                int r;

                fslock_take(&i->fs->lock);
                r = each(i->fs);
                fslock_give(&i->fs->lock);
                if (first == 0)
                        first = r;
        }
        (void)pthread_rwlock_unlock(&m->lock);
        return first;
}

int mounts_sync(Mounts *m) {
        return do_all(m, sync_fs);
}

int mounts_finish(Mounts *m) {
        return do_all(m, finish_fs);
}
