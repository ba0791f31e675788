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
        fslock_init(&m->lock);
        return 0;
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

                fslock_share(&m->lock);
                for (Mount *i = m->first; i; i = i->next)
                        if (i->at.mount && place_is(&i->at, &at))
                                top = place_ref((Place){.mount = i, .node = i->fs->root});
                fslock_give(&m->lock);
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

        fslock_take(&mount->visits); /* nobody begins one any more */
        fslock_give(&mount->visits);
        fslock_deinit(&mount->visits);
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
        fslock_deinit(&m->lock);
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
        fslock_init(&mount->visits);
        mount->fs = plan->fs;
        mount->flags = plan->flags;
        (void)strncpy(mount->device, plan->device, sizeof mount->device - 1);
        (void)strncpy(mount->path, plan->path, sizeof mount->path - 1);
        if (at->mount) {
                mount->at = place_ref(*at);
                atomic_fetch_add(&at->node->n_mounts, 1);
        }
        *ret_mount = mount;
        return 0;
}

/* What making it changed was noted before anybody could write it back by its mount. Under the lock of the
 * list: later it may be unmounted already. */
static void note_again(Fs *fs) {
        if (atomic_exchange(&fs->is_changed, false))
                fs_note_change(fs);
}

int mounts_add(Mounts *m, const Place *at, const MountPlan *plan) {
        Mount **last = &m->first;
        Mount *mount;
        int r;

        fslock_take(&m->lock);
        r = check_place(m, at);
        if (r == 0)
                r = mount_new(at, plan, &mount);
        if (r == 0) {
                mount->fs->dev = ++m->last_dev;
                while (*last)
                        last = &(*last)->next;
                *last = mount;
                m->n_mounts++;
                note_again(mount->fs);
        }
        fslock_give(&m->lock);
        return r;
}

/* The caller's own place is the one that may be left. */
int mounts_remove(Mounts *m, const Place *root, int *ret_sync) {
        Mount **link = &m->first;
        Mount *mount = root->mount;
        int r = 0;

        if (root->node != mount->fs->root)
                return -EINVAL;
        fslock_take(&m->lock);
        if (mount == m->first || atomic_load(&mount->n_places) > 1) {
                r = -EBUSY;
        } else {
                while (*link != mount)
                        link = &(*link)->next;
                *link = mount->next;
                m->n_mounts--;
        }
        fslock_give(&m->lock);
        if (r < 0)
                return r;
        (void)fs_unref(root->node); /* goes with its mount: the caller has no place there any more */
        *ret_sync = take_down(mount);
        return 0;
}

/* --- all of them --- */

/* The mount after that one, or the first, to be visited; that one's visit is over, and it may be gone at
 * once: so the next one is found by number. Nobody but who takes it away waits for a visitor. */
static Mount *visit_next(Mounts *m, Mount *visited, bool (*is_meant)(const Mount *mount)) {
        dev_t last = visited ? visited->fs->dev : 0;
        Mount *next;

        if (visited)
                fslock_give(&visited->visits);
        fslock_share(&m->lock);
        next = m->first;
        while (next && (next->fs->dev <= last || !is_meant(next)))
                next = next->next;
        if (next)
                fslock_share(&next->visits);
        fslock_give(&m->lock);
        return next;
}

static bool is_any(const Mount *mount) {
        (void)mount;
        return true;
}

static bool is_changed(const Mount *mount) {
        return atomic_load(&mount->fs->is_changed);
}

void mounts_each(Mounts *m, bool (*show)(void *arg, const Mount *mount), void *arg) {
        bool goes_on = true;

        for (Mount *i = visit_next(m, NULL, is_any); i; i = visit_next(m, i, is_any))
                goes_on = goes_on && show(arg, i);
}

void mounts_each_changed(Mounts *m, void (*show)(void *arg, const Mount *mount), void *arg) {
        for (Mount *i = visit_next(m, NULL, is_changed); i; i = visit_next(m, i, is_changed))
                show(arg, i);
}

int mounts_sync(Mounts *m) {
        int first = 0;

        for (Mount *i = visit_next(m, NULL, is_any); i; i = visit_next(m, i, is_any)) {
                int r;

                fslock_take(&i->fs->lock);
                r = sync_fs(i->fs);
                fslock_give(&i->fs->lock);
                if (first == 0)
                        first = r;
        }
        return first;
}

/* --- the end --- */

/* One that is finished; its place keeps it from going. */
typedef struct Finishing {
        Place root;
        pthread_t thread;
        bool has_thread;
        int result;
} Finishing;

static void *finish_fs(void *finishing) {
        Finishing *f = finishing;
        Fs *fs = f->root.mount->fs;

        fslock_take(&fs->lock);
        f->result = fs->ops->finish ? fs->ops->finish(fs) : sync_fs(fs);
        fs->is_read_only = true;
        fslock_give(&fs->lock);
        return NULL;
}

static void begin_finishing(Mount *mount, Finishing *f) {
        *f = (Finishing){.root = place_ref((Place){.mount = mount, .node = mount->fs->root})};
        f->has_thread = mount->fs->is_on_device && pthread_create(&f->thread, NULL, finish_fs, f) == 0;
}

static int end_finishing(Finishing *f) {
        if (f->has_thread)
                (void)pthread_join(f->thread, NULL);
        else
                (void)finish_fs(f);
        place_unref(&f->root);
        return f->result;
}

/* What has been visited stays, so there are never more. */
int mounts_finish(Mounts *m) {
        Finishing all[MOUNTS_MAX];
        uint32_t n = 0;
        int first = 0;

        for (Mount *i = visit_next(m, NULL, is_any); i; i = visit_next(m, i, is_any))
                begin_finishing(i, &all[n++]);
        for (uint32_t i = 0; i < n; i++) {
                int r = end_finishing(&all[i]);

                if (first == 0)
                        first = r;
        }
        return first;
}
