/* SPDX-License-Identifier: MIT */
/*
 * Files with locks in parts, each with a lock of our own, and who waits for whom under another one, which is
 * taken with a part's or alone.
 */
#include "locks.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "client_place.h"
#include "session.h"

#define PARTS      64u /* of the files: clients with others are seldom in each other's way */
#define CIRCLE_MAX 64u /* sessions that wait for each other; a longer circle is not seen */

/* A file with locks, or one that somebody is about to lock. */
typedef struct LockedFile {
        TreeNode by_node;
        const FsNode *node; /* kept by the open file */
        LockSet sets[2];    /* records; flock's */
} LockedFile;

/* A call that waits, for as long as it does. Sessions are compared here, and never looked into: whom one
 * waits for may have ended. */
typedef struct Wait {
        struct Wait *next;             /* of the part */
        struct Wait *next_in_graph;    /* and among all */
        const FsNode *node;            /* what it waits at */
        const Session *session;        /* whose it is */
        const void *who, *whom;        /* sessions; NULL: an open file, or not known until it looks again */
        pthread_cond_t may_have_ended; /* what it waits for */
} Wait;

typedef struct Part {
        pthread_mutex_t mutex; /* of its files and waits */
        TreeNode *files;
        Wait *waits;
} Part;

static Part parts[PARTS];
static pthread_mutex_t graph_mutex = PTHREAD_MUTEX_INITIALIZER;
static Wait *graph; /* all that wait; `whom` of each is under this mutex, too */
static pthread_condattr_t by_clock;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void) {
        for (uint32_t i = 0; i < PARTS; i++)
                (void)pthread_mutex_init(&parts[i].mutex, NULL);
        (void)pthread_condattr_init(&by_clock);
        (void)pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
}

/* --- files --- */

static LockedFile *locked(const TreeNode *n) {
        return HOLDER_OF(LockedFile, by_node, n);
}

static int compare_nodes(const TreeNode *a, const TreeNode *b) {
        uintptr_t left = (uintptr_t)locked(a)->node, right = (uintptr_t)locked(b)->node;

        return (left > right) - (left < right);
}

static const TreeKind by_node = {.compare = compare_nodes};

static Part *enter(const FsNode *node) {
        Part *p = &parts[((uintptr_t)node >> 6) % PARTS];

        (void)pthread_once(&once, begin);
        (void)pthread_mutex_lock(&p->mutex);
        return p;
}

static void leave(Part *p) {
        (void)pthread_mutex_unlock(&p->mutex);
}

static LockedFile *find_file(const Part *p, const FsNode *node) {
        const TreeNode *n = p->files;

        while (n && locked(n)->node != node)
                n = n->child[(uintptr_t)node > (uintptr_t)locked(n)->node];
        return n ? locked(n) : NULL;
}

static LockedFile *make_file(Part *p, const FsNode *node) {
        LockedFile *f = find_file(p, node);

        if (f)
                return f;
        f = calloc(1, sizeof *f);
        if (!f)
                return NULL;
        f->node = node;
        tree_add(&by_node, &p->files, &f->by_node);
        return f;
}

static void forget_if_empty(Part *p, LockedFile *f) {
        if (!f || !lockset_is_empty(&f->sets[0]) || !lockset_is_empty(&f->sets[1]))
                return;
        tree_remove(&by_node, &p->files, &f->by_node);
        free(f);
}

/* --- what a call asks for --- */

static LockOwner owner_of(const LockCall *call) {
        return (LockOwner){.who = call->is_of_file ? (const void *)call->file : call->session,
                .account = peer_locks(call->session->peer),
                .is_file = call->is_of_file};
}

static const Lock *in_the_way(const Part *p, const LockCall *call) {
        LockedFile *f = find_file(p, call->file->place.node);

        return f ? lockset_in_the_way(&f->sets[call->is_flock], owner_of(call).who, &call->range) : NULL;
}

/* Those who wait at the file: what they wait for may be gone, and they haven't seen it yet. */
static void let_look_again(const Part *p, const FsNode *node) {
        for (Wait *w = p->waits; w; w = w->next) {
                if (w->node != node)
                        continue;
                (void)pthread_mutex_lock(&graph_mutex);
                w->whom = NULL;
                (void)pthread_mutex_unlock(&graph_mutex);
                (void)pthread_cond_signal(&w->may_have_ended);
        }
}

static int apply(Part *p, const LockCall *call) {
        const FsNode *node = call->file->place.node;
        const LockOwner owner = owner_of(call);
        LockedFile *f = call->range.type == F_UNLCK ? find_file(p, node) : make_file(p, node);
        int r;

        if (!f)
                return call->range.type == F_UNLCK ? 0 : -ENOLCK;
        r = lockset_set(&f->sets[call->is_flock], &owner, &call->range);
        forget_if_empty(p, f);
        if (r == 0)
                let_look_again(p, node);
        return r;
}

/* --- waiting --- */

static const void *waited_for_by(const void *who) {
        const Wait *w = graph;

        while (w && (w->who != who || !w->whom))
                w = w->next_in_graph;
        return w ? w->whom : NULL;
}

/* Does the one who holds the lock wait, through others, for this session? */
static bool is_circle(const Wait *wait) {
        const void *at = wait->whom;

        if (!wait->who)
                return false;
        for (uint32_t n = 0; at && n < CIRCLE_MAX; n++) {
                if (at == wait->who)
                        return true;
                at = waited_for_by(at);
        }
        return false;
}

/* False: it would be waiting for itself. */
static bool join_graph(Wait *wait) {
        bool joins;

        (void)pthread_mutex_lock(&graph_mutex);
        joins = !is_circle(wait);
        if (joins) {
                wait->next_in_graph = graph;
                graph = wait;
        }
        (void)pthread_mutex_unlock(&graph_mutex);
        return joins;
}

static void leave_graph(const Wait *wait) {
        Wait **link = &graph;

        (void)pthread_mutex_lock(&graph_mutex);
        while (*link != wait)
                link = &(*link)->next_in_graph;
        *link = wait->next_in_graph;
        (void)pthread_mutex_unlock(&graph_mutex);
}

/* In the list of the part, whose mutex is given back meanwhile. 0: look again; -EINTR: the time is over. */
static int wait_in(Part *p, Wait *wait, const struct timespec *until) {
        Wait **link = &p->waits;
        int r;

        (void)pthread_cond_init(&wait->may_have_ended, &by_clock);
        wait->next = p->waits;
        p->waits = wait;
        r = pthread_cond_timedwait(&wait->may_have_ended, &p->mutex, until);
        while (*link != wait)
                link = &(*link)->next;
        *link = wait->next;
        (void)pthread_cond_destroy(&wait->may_have_ended);
        return r ? -EINTR : 0;
}

static int wait_for(Part *p, const LockCall *call, const Lock *held, const struct timespec *until) {
        Wait wait = {.node = call->file->place.node,
                .session = call->session,
                .who = call->is_of_file ? NULL : call->session,
                .whom = held->owner.is_file ? NULL : held->owner.who};
        int r;

        if (!join_graph(&wait))
                return -EDEADLK;
        r = session_wait_begin(call->session);
        if (r == 0) {
                r = wait_in(p, &wait, until);
                session_wait_end(call->session);
        }
        leave_graph(&wait);
        return r;
}

int locks_set(const LockCall *call) {
        Part *p = enter(call->file->place.node);
        struct timespec until;
        const Lock *held;
        int r = 0;

        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += LOCKS_WAIT_MS / 1000;
        while (r == 0 && (held = in_the_way(p, call)) != NULL)
                r = !call->waits                     ? -EAGAIN
                    : session_is_over(call->session) ? -EINTR
                                                     : wait_for(p, call, held, &until);
        if (r == 0)
                r = apply(p, call);
        leave(p);
        return r;
}

void locks_test(const LockCall *call, LockRange *ret) {
        Part *p = enter(call->file->place.node);
        const Lock *held = in_the_way(p, call);

        *ret = held ? held->range : (LockRange){.type = F_UNLCK};
        leave(p);
}

/* --- the end --- */

/* As POSIX has it: closing one descriptor of a file ends all record locks of the process on it. An open
 * file's own stay while another session holds it. */
void locks_close(Session *s, VfsFile *file) {
        const FsNode *node = file->place.node;
        bool has_gone = false;
        LockedFile *f;
        Part *p;

        if (peer_n_locks(s->peer) == 0)
                return;
        p = enter(node);
        f = find_file(p, node);
        for (int i = 0; f && i < 2; i++) {
                has_gone |= lockset_drop_owner(&f->sets[i], s);
                if (atomic_load(&file->n_holders) == 0)
                        has_gone |= lockset_drop_owner(&f->sets[i], file);
        }
        forget_if_empty(p, f);
        if (has_gone)
                let_look_again(p, node);
        leave(p);
}

/* One in which it had locks; NULL: there is none any more. */
static LockedFile *drop_in_one(TreeNode *n, const Session *s) {
        bool has_gone = false;
        LockedFile *found;

        if (!n)
                return NULL;
        for (int i = 0; i < 2; i++)
                has_gone |= lockset_drop_owner(&locked(n)->sets[i], s);
        if (has_gone)
                return locked(n);
        found = drop_in_one(n->child[0], s);
        return found ? found : drop_in_one(n->child[1], s);
}

static void forget_in(Part *p, const Session *s) {
        LockedFile *f;

        while ((f = drop_in_one(p->files, s)) != NULL) {
                let_look_again(p, f->node);
                forget_if_empty(p, f);
        }
}

void locks_forget(Session *s) {
        for (uint32_t i = 0; i < PARTS && peer_n_locks(s->peer) > 0; i++) {
                (void)pthread_mutex_lock(&parts[i].mutex);
                forget_in(&parts[i], s);
                (void)pthread_mutex_unlock(&parts[i].mutex);
        }
}

void locks_wake(const Session *s) {
        (void)pthread_once(&once, begin);
        for (uint32_t i = 0; i < PARTS; i++) {
                (void)pthread_mutex_lock(&parts[i].mutex);
                for (Wait *w = parts[i].waits; w; w = w->next)
                        if (w->session == s)
                                (void)pthread_cond_signal(&w->may_have_ended);
                (void)pthread_mutex_unlock(&parts[i].mutex);
        }
}
