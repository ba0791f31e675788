/* SPDX-License-Identifier: MIT */
/*
 * Client ends: making, closing and freeing them, also those that a family shares.
 */
#include "client.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan_mem.h"
#include "platform/linux/futex.h"

static _Atomic uint64_t n_clients;

/* --- ends of a family --- */

/* The first member's ends. Those that are there when it forks are kept: each child has them in a list of its
 * own, which goes through the memory of all. So they stay in it, behind those that came later. */
static struct {
        pthread_mutex_t lock;
        ChanClient *first;
        ChanClient *spare; /* closed; no child has them */
} ends = {.lock = PTHREAD_MUTEX_INITIALIZER};

pthread_mutex_t *chan_client_get_lock(void) {
        return &ends.lock;
}

void chan_client_keep_all(void) {
        for (ChanClient *c = ends.first; c && !c->is_kept; c = c->next)
                c->is_kept = true;
}

static bool stays_open(const ChanClient *c) {
        bool is;

        if (!c->is_shared)
                return false;
        (void)pthread_mutex_lock(&ends.lock);
        is = c->is_kept;
        (void)pthread_mutex_unlock(&ends.lock);
        return is;
}

static ChanClient *new_shared(void) {
        ChanClient *c;

        (void)pthread_mutex_lock(&ends.lock);
        c = ends.spare;
        if (c)
                ends.spare = c->next;
        else
                c = family_alloc(sizeof *c);
        if (c) {
                memset(c, 0, sizeof *c);
                c->is_shared = true;
        }
        (void)pthread_mutex_unlock(&ends.lock);
        return c;
}

/* Once it is made: what is mapped after a fork the child has not. */
static void enlist(ChanClient *c) {
        if (!c->is_shared)
                return;
        (void)pthread_mutex_lock(&ends.lock);
        c->next = ends.first;
        ends.first = c;
        (void)pthread_mutex_unlock(&ends.lock);
}

/* One that was being closed while another thread forked stays, closed. */
static void drop_shared(ChanClient *c) {
        ChanClient **at = &ends.first;

        atomic_store(&c->closed, 1);
        (void)pthread_mutex_lock(&ends.lock);
        if (!c->is_kept) {
                while (*at && *at != c)
                        at = &(*at)->next;
                if (*at)
                        *at = c->next;
                c->next = ends.spare;
                ends.spare = c;
        }
        (void)pthread_mutex_unlock(&ends.lock);
}

static ChanClient *client_new(void) {
        return family_is_open() ? new_shared() : calloc(1, sizeof(ChanClient));
}

static ChanClient *client_drop(ChanClient *c) {
        chan_mem_unmap(c->mem);
        chan_mem_unmap(c->judged);
        chan_status_unmap(c->entries);
        if (c->is_shared)
                drop_shared(c);
        else
                free(c);
        return NULL;
}

static int map_legs(ChanClient *c, const ChanClientPlan *plan) {
        StatusEntry *entries;
        int r = 0;

        if (plan->mem_fd >= 0) {
                r = chan_status_map(plan->status_fd, false, &entries);
                if (r == 0) {
                        c->entries = entries;
                        c->status = &entries[plan->status_index];
                        r = chan_mem_map(plan->mem_fd, &c->mem);
                }
        }
        if (r == 0 && plan->judged_fd >= 0)
                r = chan_mem_map(plan->judged_fd, &c->judged);
        return r;
}

static void close_fd(int fd) {
        if (fd >= 0)
                (void)close(fd);
}

int chan_client_open(const ChanClientPlan *plan, ChanClient **ret_client) {
        ChanClient *c;
        int r;

        if (family_self() != 0) /* another member may have the same one */
                return -EPERM;
        if (plan->status_index >= CHAN_LISTENERS_MAX || (plan->mem_fd < 0 && plan->judged_fd < 0) ||
                (plan->judged_fd >= 0 && !plan->kernel))
                return -EINVAL;
        c = client_new();
        if (!c)
                return -ENOMEM;
        r = map_legs(c, plan);
        if (r < 0) {
                client_drop(c);
                return r;
        }
        c->number = atomic_fetch_add(&n_clients, 1) + 1;
        c->kernel = plan->kernel;
        c->verdicts = plan->verdicts;
        c->shape = plan->shape;
        c->deadline_ms = plan->deadline_ms;
        c->has_riid = plan->has_riid;
        c->riid = plan->riid;
        c->bell_fd = plan->mem_fd >= 0 ? plan->bell_fd : -1;
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                c->lanes[i].habit = (WaitHabit)WAIT_HABIT_INIT;
        close_fd(plan->mem_fd);
        close_fd(plan->judged_fd);
        close_fd(plan->status_fd);
        enlist(c);
        *ret_client = c;
        return 0;
}

int chan_client_ended(ChanClient **ret_client) {
        ChanClient *c = family_self() == 0 ? client_new() : NULL;

        if (!c)
                return -ENOMEM;
        c->bell_fd = -1;
        atomic_store(&c->closed, 1);
        enlist(c);
        *ret_client = c;
        return 0;
}

int chan_client_new(int mem_fd, int bell_fd, int status_fd, uint32_t status_index, const void *shape,
        uint32_t deadline_ms, ChanClient **ret_client) {
        const ChanClientPlan plan = {.mem_fd = mem_fd,
                .bell_fd = bell_fd,
                .status_fd = status_fd,
                .status_index = status_index,
                .judged_fd = -1,
                .shape = shape,
                .deadline_ms = deadline_ms};

        return chan_client_open(&plan, ret_client);
}

ChanClient *chan_client_free(ChanClient *c) {
        if (!c || stays_open(c))
                return NULL;
        chan_client_close(c);
        close_fd(c->bell_fd);
        return client_drop(c);
}

static bool is_known_to_have_left(ChanHeader *leg) {
        return atomic_load(&leg->closed) & CHAN_CLIENT_GONE;
}

/* Only threads of this process wait in slots of these legs, and only in claimed ones. A slot that is claimed
 * from now on is looked after by its thread, which finds this end closed after it has posted. Each bell wakes
 * another process: freeing closes too, and the kernel process has mostly ended the channel before. */
void chan_client_close(ChanClient *c) {
        uint32_t slots;

        if (stays_open(c) || atomic_exchange(&c->closed, 1))
                return;
        slots = atomic_load(&c->touched);
        if (c->mem)
                chan_mem_close_slots(
                        c->mem, slots, CHAN_CLIENT_GONE, is_known_to_have_left(c->mem) ? -1 : c->bell_fd);
        if (c->judged) {
                bool is_known = is_known_to_have_left(c->judged);

                chan_mem_close_slots(c->judged, slots, CHAN_CLIENT_GONE, -1);
                if (!is_known)
                        chan_post_judged(c->judged, CHAN_LEFT, c->kernel);
        }
        plat_futex_wake(&c->busy, INT_MAX);
}

bool client_is_closed(const ChanClient *c) {
        return atomic_load(&c->closed) || (c->mem && atomic_load(&c->mem->closed)) ||
               (c->judged && atomic_load(&c->judged->closed));
}

bool chan_client_has_ended(const ChanClient *c) {
        return client_is_closed(c);
}

/* Only kept ones have other members. */
void chan_client_sweep_all(void) {
        ChanClient *c;

        (void)pthread_mutex_lock(&ends.lock);
        c = ends.first;
        while (c && !c->is_kept)
                c = c->next;
        (void)pthread_mutex_unlock(&ends.lock);
        for (; c; c = c->next)
                if (!atomic_load(&c->closed))
                        client_sweep(c);
}
