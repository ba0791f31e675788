/* SPDX-License-Identifier: MIT */
/*
 * All locks of all files, under one lock of our own: see locks.h.
 */
#include "locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "client_place.h"
#include "session.h"

#define BUCKETS    64u
#define CIRCLE_MAX 64u /* sessions that wait for each other; a longer circle is not seen */

/* Ranges of one owner on one file neither overlap nor, when they are of one type, touch. */
typedef struct Lock {
        struct Lock *next;
        const FsNode *node; /* kept by the open file */
        const void *owner;  /* Session or VfsFile */
        Session *session;
        bool is_flock, is_of_file;
        LockRange range;
} Lock;

/* A call that waits, for as long as it does. Sessions are compared here, and never looked into: whom one
 * waits for may have ended. */
typedef struct Wait {
        struct Wait *next;
        const void *who, *whom; /* sessions; NULL: an open file, or not known until the caller looks again */
} Wait;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of everything here */
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static Lock *buckets[BUCKETS];
static Wait *waits;

static void begin(void) {
        pthread_condattr_t attr;

        (void)pthread_condattr_init(&attr);
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void)pthread_cond_init(&changed, &attr);
        (void)pthread_condattr_destroy(&attr);
}

static Lock **bucket_of(const FsNode *node) {
        return &buckets[((uintptr_t)node >> 6) % BUCKETS];
}

static const void *owner_of(const LockCall *call) {
        return call->is_of_file ? (const void *)call->file : call->session;
}

/* --- finding --- */

static bool is_about(const Lock *l, const LockCall *call) {
        return l->node == call->file->place.node && l->is_flock == call->is_flock;
}

static bool overlap(const LockRange *a, const LockRange *b) {
        return a->first <= b->last && b->first <= a->last;
}

static const Lock *in_the_way(const LockCall *call) {
        if (call->range.type == F_UNLCK)
                return NULL;
        for (const Lock *l = *bucket_of(call->file->place.node); l; l = l->next)
                if (is_about(l, call) && l->owner != owner_of(call) && overlap(&l->range, &call->range) &&
                        (l->range.type == F_WRLCK || call->range.type == F_WRLCK))
                        return l;
        return NULL;
}

/* --- changing --- */

static void lock_free(Lock *l) {
        if (!l)
                return;
        atomic_fetch_sub(&l->session->locks.n_locks, 1);
        free(l);
}

static Lock *lock_new(const LockCall *call) {
        Lock *l;

        if (atomic_fetch_add(&call->session->locks.n_locks, 1) >= LOCKS_MAX) {
                atomic_fetch_sub(&call->session->locks.n_locks, 1);
                return NULL;
        }
        l = malloc(sizeof *l);
        if (!l) {
                atomic_fetch_sub(&call->session->locks.n_locks, 1);
                return NULL;
        }
        *l = (Lock){.node = call->file->place.node,
                .owner = owner_of(call),
                .session = call->session,
                .is_flock = call->is_flock,
                .is_of_file = call->is_of_file,
                .range = call->range};
        return l;
}

/* Do they overlap, or touch? */
static bool meet(const LockRange *a, const LockRange *b) {
        return (b->last == UINT64_MAX || a->first <= b->last + 1) &&
               (a->last == UINT64_MAX || b->first <= a->last + 1);
}

/* What is left of an older range of the same owner: nothing (false), or one piece, or two, the second in
 * *spare. */
static bool cut(Lock *old, const LockRange *away, Lock **spare) {
        bool has_left = old->range.first<away->first, has_right = old->range.last> away->last;

        if (has_left && has_right) {
                (*spare)->range =
                        (LockRange){away->last + 1, old->range.last, old->range.type, old->range.pid};
                (*spare)->next = old->next;
                old->next = *spare;
                *spare = NULL;
        }
        if (has_left)
                old->range.last = away->first - 1;
        else if (has_right)
                old->range.first = away->last + 1;
        return has_left || has_right;
}

/* Those who wait: what they wait for may be gone, and they haven't seen it yet. */
static void let_look_again(void) {
        for (Wait *w = waits; w; w = w->next)
                w->whom = NULL;
        (void)pthread_cond_broadcast(&changed);
}

/* Makes room for `range` among the owner's, which grows by what it meets of its own type. */
static void clear_way(const LockCall *call, LockRange *range, Lock **spare) {
        Lock **link = bucket_of(call->file->place.node);

        while (*link) {
                Lock *l = *link;
                bool is_own = is_about(l, call) && l->owner == owner_of(call), goes = false;

                if (is_own && l->range.type == range->type && meet(&l->range, range)) {
                        range->first = l->range.first < range->first ? l->range.first : range->first;
                        range->last = l->range.last > range->last ? l->range.last : range->last;
                        goes = true;
                } else if (is_own && overlap(&l->range, range)) {
                        goes = !cut(l, range, spare);
                }
                if (goes) {
                        *link = l->next;
                        lock_free(l);
                } else {
                        link = &l->next;
                }
        }
}

static int apply(const LockCall *call) {
        Lock *added = lock_new(call), *spare = lock_new(call), **bucket = bucket_of(call->file->place.node);
        bool is_taking = call->range.type != F_UNLCK;
        LockRange range = call->range;

        /* Giving back all that one has needs no room. */
        if (!spare && !(range.first == 0 && range.last == UINT64_MAX && (!is_taking || added))) {
                lock_free(added);
                return -ENOLCK;
        }
        clear_way(call, &range, &spare);
        if (is_taking && added) {
                added->range = range;
                added->next = *bucket;
                *bucket = added;
                added = NULL;
        }
        lock_free(added);
        lock_free(spare);
        let_look_again();
        return 0;
}

/* --- waiting --- */

static const void *waited_for_by(const void *who) {
        const Wait *w = waits;

        while (w && (w->who != who || !w->whom))
                w = w->next;
        return w ? w->whom : NULL;
}

/* Does the one who holds the lock wait, through others, for this session? */
static bool is_circle(const LockCall *call, const Lock *held) {
        const void *at = held->is_of_file ? NULL : held->owner;

        if (call->is_of_file)
                return false;
        for (uint32_t n = 0; at && n < CIRCLE_MAX; n++) {
                if (at == call->session)
                        return true;
                at = waited_for_by(at);
        }
        return false;
}

static void end_wait(const Wait *wait) {
        Wait **link = &waits;

        while (*link != wait)
                link = &(*link)->next;
        *link = wait->next;
}

static int wait_for(const LockCall *call, const Lock *held, const struct timespec *until) {
        Wait wait = {.next = waits,
                .who = call->is_of_file ? NULL : call->session,
                .whom = held->is_of_file ? NULL : held->owner};
        int r;

        if (is_circle(call, held))
                return -EDEADLK;
        r = session_wait_begin(call->session);
        if (r < 0)
                return r;
        waits = &wait;
        r = pthread_cond_timedwait(&changed, &mutex, until);
        end_wait(&wait);
        session_wait_end(call->session);
        return r ? -EINTR : 0;
}

static bool is_over(Session *s) {
        bool over;

        (void)pthread_mutex_lock(&s->lock);
        over = s->is_over;
        (void)pthread_mutex_unlock(&s->lock);
        return over;
}

int locks_set(const LockCall *call) {
        struct timespec until;
        const Lock *held;
        int r = 0;

        (void)pthread_once(&once, begin);
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += LOCKS_WAIT_MS / 1000;
        (void)pthread_mutex_lock(&mutex);
        while (r == 0 && (held = in_the_way(call)) != NULL)
                r = !call->waits ? -EAGAIN : is_over(call->session) ? -EINTR : wait_for(call, held, &until);
        if (r == 0)
                r = apply(call);
        (void)pthread_mutex_unlock(&mutex);
        return r;
}

void locks_test(const LockCall *call, LockRange *ret) {
        const Lock *held;

        (void)pthread_mutex_lock(&mutex);
        held = in_the_way(call);
        *ret = held ? held->range : (LockRange){.type = F_UNLCK};
        (void)pthread_mutex_unlock(&mutex);
}

/* --- the end --- */

static void drop_if(FsNode *node, bool (*goes)(const Lock *l, const void *arg), const void *arg) {
        Lock **first = node ? bucket_of(node) : buckets, **end = node ? first + 1 : buckets + BUCKETS;

        (void)pthread_once(&once, begin);
        (void)pthread_mutex_lock(&mutex);
        for (Lock **bucket = first; bucket < end; bucket++)
                for (Lock **link = bucket; *link;) {
                        Lock *l = *link;

                        if (goes(l, arg)) {
                                *link = l->next;
                                lock_free(l);
                        } else {
                                link = &l->next;
                        }
                }
        let_look_again();
        (void)pthread_mutex_unlock(&mutex);
}

typedef struct Closing {
        const Session *session;
        const VfsFile *file;
} Closing;

/* As POSIX has it: closing one descriptor of a file ends all record locks of the process on it. */
static bool ends_with_file(const Lock *l, const void *arg) {
        const Closing *c = arg;

        return l->is_of_file ? l->owner == c->file : l->owner == c->session && l->node == c->file->place.node;
}

void locks_close(Session *s, VfsFile *file) {
        const Closing closing = {.session = s, .file = file};

        if (atomic_load(&s->locks.n_locks) > 0)
                drop_if(file->place.node, ends_with_file, &closing);
}

static bool is_of_session(const Lock *l, const void *arg) {
        return l->session == arg;
}

void locks_forget(Session *s) {
        if (atomic_load(&s->locks.n_locks) > 0)
                drop_if(NULL, is_of_session, s);
}

void locks_wake(void) {
        (void)pthread_once(&once, begin);
        (void)pthread_mutex_lock(&mutex);
        let_look_again();
        (void)pthread_mutex_unlock(&mutex);
}
