/* SPDX-License-Identifier: MIT */
/*
 * Uses: see uses.h. A solution may have hundreds of processes, each of a class of its own.
 */
#include "uses.h"

#include <errno.h>
#include <stdlib.h>

#include <nkc.h>

#include "judge_message.h"
#include "transport/verdicts.h"

/* A class, as one of its tasks. */
typedef struct Kind {
        const NkcClass *class;
        uint32_t task;
} Kind;

typedef struct Kinds {
        Kind *list; /* those that may make channels, in the order of their addresses */
        uint32_t n;
} Kinds;

typedef struct Asking {
        const ChannelsPolicy *policy;
        uint32_t client, server;
} Asking;

static int by_class(const void *a, const void *b) {
        uintptr_t x = (uintptr_t)((const Kind *)a)->class, y = (uintptr_t)((const Kind *)b)->class;

        return (x > y) - (x < y);
}

static uint32_t keep_firsts(Kind *list, uint32_t n) {
        uint32_t n_kept = 0;

        for (uint32_t i = 0; i < n; i++)
                if (n_kept == 0 || list[n_kept - 1].class != list[i].class)
                        list[n_kept++] = list[i];
        return n_kept;
}

static bool makes_channels(const Channels *c, uint32_t task) {
        return c->policy.asks_kernel(c->policy.arg, task);
}

static int find_kinds(const Channels *c, Kinds *ret_kinds) {
        Kind *list = malloc((c->sol->n_tasks + 1u) * sizeof *list);
        uint32_t n = 0;

        if (!list)
                return -ENOMEM;
        for (uint32_t i = 0; i < c->sol->n_tasks; i++)
                if (makes_channels(c, i))
                        list[n++] = (Kind){c->sol->tasks[i].class, i};
        qsort(list, n, sizeof *list, by_class);
        *ret_kinds = (Kinds){list, keep_firsts(list, n)};
        return 0;
}

static ChanWay ask(void *arg, uint16_t riid, uint16_t mid) {
        const Asking *a = arg;

        return a->policy->way(a->policy->arg, a->client, a->server, riid, mid);
}

/* Most classes take no handles, and nobody has to be asked about them. */
static bool is_used_by_any(const Channels *c, const Kinds *kinds, const Kind *server) {
        const ShapeTable *shape = server->class->shape;
        bool is_used = false;

        for (uint32_t i = 0; !is_used && judge_takes_handles(shape) && i < kinds->n; i++) {
                Asking asking = {&c->policy, kinds->list[i].task, server->task};

                is_used = verdicts_would_have(shape, CHAN_WAY_USE, ask, &asking);
        }
        return is_used;
}

static int find_later(const Channels *c, bool *are_used) {
        Kinds kinds;
        int r = find_kinds(c, &kinds);

        if (r < 0)
                return r;
        for (uint32_t i = 0; i < kinds.n; i++)
                are_used[kinds.list[i].task] = is_used_by_any(c, &kinds, &kinds.list[i]);
        for (uint32_t i = 0; i < c->sol->n_tasks; i++) {
                const Kind key = {.class = c->sol->tasks[i].class};
                const Kind *kind = bsearch(&key, kinds.list, kinds.n, sizeof key, by_class);

                are_used[i] = kind && makes_channels(c, i) && are_used[kind->task];
        }
        free(kinds.list);
        return 0;
}

int uses_find(const Channels *c, bool *ret_are_used) {
        int r = 0;

        for (uint32_t i = 0; i < c->sol->n_tasks; i++)
                ret_are_used[i] = false;
        if (c->policy.way && c->policy.asks_kernel)
                r = find_later(c, ret_are_used);
        for (uint32_t i = 0; i < c->n_channels; i++)
                if (c->list[i].uses_handles)
                        ret_are_used[c->list[i].sol->server] = true;
        return r;
}
