/* SPDX-License-Identifier: MIT */
/*
 * Walking, growing and cutting chains. A chain is believed up to where it was walked without finding anything
 * that no chain has: an entry that leads nowhere, more clusters than there are, the same cluster again.
 */
#include "fat/chain.h"

#include <stdlib.h>
#include <string.h>

#include "fat/table.h"
#include "fat/turns.h"

#define ROOM_MIN 4u

void fat_chain_init(FatChain *c, uint32_t start) {
        *c = (FatChain){.start = start, .n_until = 1};
        (void)pthread_mutex_init(&c->lock, NULL);
}

void fat_chain_deinit(FatChain *c) {
        free(c->runs);
        (void)pthread_mutex_destroy(&c->lock);
}

/* --- what is known --- */

static void forget_every_other(FatChain *c) {
        for (uint32_t i = 1; 2 * i < c->n_runs; i++)
                c->runs[i] = c->runs[2 * i];
        c->n_runs = (c->n_runs + 1) / 2;
}

static bool make_room(FatChain *c) {
        uint32_t n_room = c->n_room ? c->n_room * 2 : ROOM_MIN;
        FatRun *runs;

        if (c->n_runs < c->n_room)
                return true;
        if (c->n_room == FAT_RUNS_MAX) {
                forget_every_other(c);
                return true;
        }
        runs = realloc(c->runs, n_room * sizeof(*runs));
        if (!runs)
                return false;
        c->runs = runs;
        c->n_room = n_room;
        return true;
}

static FatRun *last_run(FatChain *c) {
        return c->n_runs ? &c->runs[c->n_runs - 1] : NULL;
}

/* A run, or more of the last one, at the end of what is known. */
static bool learn(FatChain *c, const FatRun *run) {
        FatRun *last = last_run(c);

        if (last && last->index + last->n == run->index && last->cluster + last->n == run->cluster) {
                last->n += run->n;
                return true;
        }
        if (!make_room(c))
                return false;
        c->runs[c->n_runs++] = *run;
        return true;
}

/* The last run that begins at `index` or before it. */
static const FatRun *find_run(const FatChain *c, uint32_t index) {
        uint32_t low = 0, high = c->n_runs;

        while (low < high) {
                uint32_t middle = (low + high) / 2;

                if (c->runs[middle].index <= index)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low ? &c->runs[low - 1] : NULL;
}

/* --- walking --- */

static bool is_circle(FatChain *c, uint32_t cluster) {
        if (cluster == c->milestone)
                return true;
        if (++c->n_since == c->n_until) {
                c->milestone = cluster;
                c->n_since = 0;
                c->n_until *= 2;
        }
        return false;
}

/* The cluster after the last that is known. FAT_E_SHORT: it was the end. */
static int learn_next(FatFs *fs, FatChain *c) {
        const FatRun *last = last_run(c);
        FatRun next = {.n = 1};
        int r;

        if (c->is_whole || c->start == 0)
                return FAT_E_SHORT;
        if (last) {
                next.index = last->index + last->n;
                r = fat_next(fs, last->cluster + last->n - 1, &next.cluster);
                if (r < 0)
                        return r;
        } else {
                next.cluster = c->start;
        }
        if (next.cluster == FAT_END) {
                c->is_whole = true;
                return FAT_E_SHORT;
        }
        if (!fat_is_cluster(&fs->geo, next.cluster) || next.index >= fs->geo.n_clusters ||
                is_circle(c, next.cluster))
                return -EIO;
        return learn(c, &next) ? 0 : -ENOMEM;
}

/* Between two waypoints: step by step. */
static int walk(FatFs *fs, const FatRun *from, uint32_t index, uint32_t *ret_cluster) {
        uint32_t cluster = from->cluster + from->n - 1;

        for (uint32_t i = from->index + from->n - 1; i < index; i++) {
                int r = fat_next(fs, cluster, &cluster);

                if (r < 0)
                        return r;
                if (cluster == FAT_END)
                        return -EIO; /* it went on there once */
        }
        *ret_cluster = cluster;
        return 0;
}

static int find_at(FatFs *fs, FatChain *c, uint32_t index, uint32_t *ret_cluster, uint32_t *ret_n) {
        const FatRun *run = last_run(c);
        int r;

        while (!run || index >= run->index + run->n) {
                r = learn_next(fs, c);
                if (r != 0)
                        return r;
                run = last_run(c);
        }
        run = find_run(c, index);
        if (index < run->index + run->n) {
                *ret_cluster = run->cluster + (index - run->index);
                *ret_n = run->n - (index - run->index);
                return 0;
        }
        *ret_n = 1;
        return walk(fs, run, index, ret_cluster);
}

int fat_chain_at(FatFs *fs, FatChain *c, uint32_t index, uint32_t *ret_cluster, uint32_t *ret_n) {
        int r;

        (void)pthread_mutex_lock(&c->lock);
        r = find_at(fs, c, index, ret_cluster, ret_n);
        (void)pthread_mutex_unlock(&c->lock);
        return r;
}

int fat_chain_end(FatFs *fs, FatChain *c, uint32_t *ret_n, uint32_t *ret_last) {
        int r = 0;

        (void)pthread_mutex_lock(&c->lock);
        while (r == 0)
                r = learn_next(fs, c);
        if (r == FAT_E_SHORT) {
                const FatRun *last = last_run(c);

                *ret_n = last ? last->index + last->n : 0;
                *ret_last = last ? last->cluster + last->n - 1 : 0;
                r = 0;
        }
        (void)pthread_mutex_unlock(&c->lock);
        return r;
}

/* --- changing --- */

/* Clusters given up are free only after a commit. */
static int take(FatFs *fs, uint32_t n_wanted, uint32_t *ret_first, uint32_t *ret_n) {
        int r = fat_alloc(fs, n_wanted, ret_first, ret_n);

        if (r != -ENOSPC || fs->n_lost == 0)
                return r;
        r = fat_commit(fs);
        return r < 0 ? r : fat_alloc(fs, n_wanted, ret_first, ret_n);
}

/* The last cluster was got since the last commit, so nothing on the device leads to it: its entry may be
 * written at once. */
static int lead_on(FatFs *fs, FatChain *c, uint32_t last, uint32_t first) {
        if (c->tail_epoch == fs->epoch)
                return fat_put(fs, last, first, false);
        fat_turn(fs, last, first);
        return 0;
}

int fat_chain_grow(FatFs *fs, FatChain *c, uint32_t n_wanted, uint32_t *ret_first, uint32_t *ret_n) {
        uint32_t n, last;
        FatRun run;
        int r = fat_chain_end(fs, c, &n, &last);

        if (r < 0)
                return r;
        r = take(fs, n_wanted, &run.cluster, &run.n);
        if (r < 0)
                return r;
        run.index = n;
        if (n > 0)
                r = lead_on(fs, c, last, run.cluster);
        else
                c->start = run.cluster;
        if (r < 0)
                return r;
        c->tail_epoch = fs->epoch;
        if (!learn(c, &run))
                c->is_whole = false; /* to be walked again */
        *ret_first = run.cluster;
        *ret_n = run.n;
        return 0;
}

/* Forgets everything from cluster n on. */
static void forget_from(FatChain *c, uint32_t n) {
        while (c->n_runs > 0 && last_run(c)->index >= n)
                c->n_runs--;
        if (c->n_runs > 0 && last_run(c)->index + last_run(c)->n > n)
                last_run(c)->n = n - last_run(c)->index;
        c->milestone = 0;
        c->n_since = 0;
        c->n_until = 1;
        c->is_whole = false;
}

/* How many there are from cluster n on, as far as the chain makes sense. */
static uint32_t count_from(FatFs *fs, FatChain *c, uint32_t n) {
        uint32_t n_all = 0, last;

        if (fat_chain_end(fs, c, &n_all, &last) < 0)
                n_all = last_run(c) ? last_run(c)->index + last_run(c)->n : 0;
        return n_all > n ? n_all - n : 0;
}

int fat_chain_cut(FatFs *fs, FatChain *c, uint32_t n) {
        uint32_t first, last, side_by_side, n_lost = count_from(fs, c, n);
        int r;

        if (n_lost == 0)
                return 0;
        r = fat_chain_at(fs, c, n, &first, &side_by_side);
        if (r == 0 && n > 0)
                r = fat_chain_at(fs, c, n - 1, &last, &side_by_side);
        if (r != 0)
                return r < 0 ? r : -EIO;
        if (n > 0)
                fat_turn(fs, last, FAT_END);
        else
                c->start = 0;
        fat_lose(fs, first, n_lost);
        forget_from(c, n);
        c->tail_epoch = 0;
        return 0;
}
