/* SPDX-License-Identifier: MIT */
/*
 * Counting per process: see peer.h.
 */
#include "peer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct Peer {
        Peer *next;
        uint32_t n_sessions; /* under the lock; 0: it goes */
        _Atomic uint32_t n_files;
        _Atomic uint32_t n_waits;
        LockAccount locks;
        Bell bell;
        char name[PEER_NAME_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the list */
static Peer *first;
static uint32_t n_peers;
static _Atomic uint32_t n_all_waits;

static Peer *find(const char *name) {
        Peer *p = first;

        while (p && strcmp(p->name, name) != 0)
                p = p->next;
        return p;
}

static int add(const char *name, Peer **ret) {
        Peer *p;
        int r;

        if (n_peers == PEERS_MAX)
                return -ENFILE;
        p = calloc(1, sizeof *p);
        if (!p)
                return -ENOMEM;
        r = bell_init(&p->bell);
        if (r < 0) {
                free(p);
                return r;
        }
        (void)strncpy(p->name, name, sizeof p->name - 1);
        p->next = first;
        first = p;
        n_peers++;
        *ret = p;
        return 0;
}

int peer_enter(const char *name, Peer **ret) {
        Peer *p;
        int r = 0;

        (void)pthread_mutex_lock(&lock);
        p = find(name);
        if (!p)
                r = add(name, &p);
        else if (p->n_sessions == PEER_SESSIONS_MAX)
                r = -EMFILE;
        if (r == 0) {
                p->n_sessions++;
                *ret = p;
        }
        (void)pthread_mutex_unlock(&lock);
        return r;
}

int peer_enter_again(Peer *p) {
        int r = 0;

        (void)pthread_mutex_lock(&lock);
        if (p->n_sessions == PEER_SESSIONS_MAX)
                r = -EMFILE;
        else
                p->n_sessions++;
        (void)pthread_mutex_unlock(&lock);
        return r;
}

void peer_leave(Peer *p) {
        Peer **link = &first;

        (void)pthread_mutex_lock(&lock);
        if (--p->n_sessions == 0) {
                while (*link != p)
                        link = &(*link)->next;
                *link = p->next;
                n_peers--;
                bell_deinit(&p->bell);
                free(p);
        }
        (void)pthread_mutex_unlock(&lock);
}

/* One more, if there are not as many as may be. */
static bool count_up(_Atomic uint32_t *n, uint32_t most) {
        if (atomic_fetch_add(n, 1) < most)
                return true;
        atomic_fetch_sub(n, 1);
        return false;
}

bool peer_take_file(Peer *p) {
        return count_up(&p->n_files, PEER_FILES_MAX);
}

void peer_give_file(Peer *p) {
        atomic_fetch_sub(&p->n_files, 1);
}

LockAccount *peer_locks(Peer *p) {
        return &p->locks;
}

uint32_t peer_n_locks(const Peer *p) {
        return atomic_load(&p->locks.n_locks);
}

Bell *peer_bell(Peer *p) {
        return &p->bell;
}

bool peer_take_wait(Peer *p, uint32_t most) {
        if (!count_up(&p->n_waits, most))
                return false;
        if (count_up(&n_all_waits, PEERS_WAITS_MAX))
                return true;
        atomic_fetch_sub(&p->n_waits, 1);
        return false;
}

void peer_give_wait(Peer *p) {
        atomic_fetch_sub(&n_all_waits, 1);
        atomic_fetch_sub(&p->n_waits, 1);
}
