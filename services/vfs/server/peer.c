/* SPDX-License-Identifier: MIT */
/*
 * Counting per process: see peer.h.
 */
#include "peer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct Peer {
        Peer *next;
        uint32_t n_sessions; /* 0: it goes */
        uint32_t n_files;
        uint32_t n_waits;
        LockAccount locks;
        Bell bell;
        char name[PEER_NAME_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of everything here, and held for a few steps */
static Peer *first;
static uint32_t n_peers;
static uint32_t n_common; /* sessions and files beyond the shares */
static uint32_t n_all_waits;

/* --- what all have together --- */

static bool is_beyond_share(const Peer *p) {
        return p->n_sessions + p->n_files >= PEER_SHARE;
}

/* Before one more is counted. */
static int take_object(const Peer *p) {
        if (!is_beyond_share(p))
                return 0;
        if (n_common == PEERS_COMMON)
                return -ENFILE;
        n_common++;
        return 0;
}

/* After it was counted off. */
static void give_object(const Peer *p) {
        if (is_beyond_share(p))
                n_common--;
}

/* --- processes --- */

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

static int take_session(Peer *p) {
        int r = p->n_sessions == PEER_SESSIONS_MAX ? -EMFILE : take_object(p);

        p->n_sessions += r == 0;
        return r;
}

int peer_enter(const char *name, Peer **ret) {
        Peer *p;
        int r = 0;

        (void)pthread_mutex_lock(&lock);
        p = find(name);
        if (!p)
                r = add(name, &p);
        if (r == 0)
                r = take_session(p);
        if (r == 0)
                *ret = p;
        (void)pthread_mutex_unlock(&lock);
        return r;
}

int peer_enter_again(Peer *p) {
        int r;

        (void)pthread_mutex_lock(&lock);
        r = take_session(p);
        (void)pthread_mutex_unlock(&lock);
        return r;
}

void peer_leave(Peer *p) {
        Peer **link = &first;

        (void)pthread_mutex_lock(&lock);
        p->n_sessions--;
        give_object(p);
        if (p->n_sessions == 0) {
                while (*link != p)
                        link = &(*link)->next;
                *link = p->next;
                n_peers--;
                bell_deinit(&p->bell);
                free(p);
        }
        (void)pthread_mutex_unlock(&lock);
}

/* --- files --- */

int peer_take_file(Peer *p) {
        int r;

        (void)pthread_mutex_lock(&lock);
        r = p->n_files == PEER_FILES_MAX ? -EMFILE : take_object(p);
        if (r == 0)
                p->n_files++;
        (void)pthread_mutex_unlock(&lock);
        return r;
}

void peer_give_file(Peer *p) {
        (void)pthread_mutex_lock(&lock);
        p->n_files--;
        give_object(p);
        (void)pthread_mutex_unlock(&lock);
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

/* --- calls that wait --- */

bool peer_take_wait(Peer *p, uint32_t most) {
        bool takes;

        (void)pthread_mutex_lock(&lock);
        takes = p->n_waits < most &&
                n_all_waits < (p->n_waits > 0 ? PEERS_WAITS_MAX - PEERS_WAITS_FIRST : PEERS_WAITS_MAX);
        p->n_waits += takes;
        n_all_waits += takes;
        (void)pthread_mutex_unlock(&lock);
        return takes;
}

void peer_give_wait(Peer *p) {
        (void)pthread_mutex_lock(&lock);
        p->n_waits--;
        n_all_waits--;
        (void)pthread_mutex_unlock(&lock);
}
