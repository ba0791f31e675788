/* SPDX-License-Identifier: MIT */
/*
 * Endings: clients before their servers.
 */
#include "endings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int endings_init(Endings *e, const Solution *sol) {
        *e = (Endings){.sol = sol,
                .was_told = calloc(sol->n_tasks + 1u, sizeof *e->was_told),
                .is_marked = calloc(sol->n_tasks + 1u, sizeof *e->is_marked)};
        return e->was_told && e->is_marked ? 0 : -ENOMEM;
}

void endings_deinit(Endings *e) {
        free(e->was_told);
        free(e->is_marked);
        *e = ENDINGS_NULL;
}

/* One more of those who run. */
static void tell_one(Endings *e, uint32_t task, EndingsTell *tell, void *arg) {
        e->was_told[task] = true;
        tell(arg, task);
}

/* Marks those that somebody calls who runs. */
static void mark_needed(Endings *e, EndingsRuns *runs, const void *arg) {
        memset(e->is_marked, 0, e->sol->n_tasks * sizeof *e->is_marked);
        for (uint32_t i = 0; i < e->sol->n_tasks; i++)
                for (uint32_t c = 0; runs(arg, i) && c < e->sol->tasks[i].n_channels; c++)
                        e->is_marked[e->sol->tasks[i].channels[c].server] = true;
}

static uint32_t tell_unneeded(Endings *e, EndingsRuns *runs, EndingsTell *tell, void *arg) {
        uint32_t n_told = 0;

        mark_needed(e, runs, arg);
        for (uint32_t i = 0; i < e->sol->n_tasks; i++) {
                if (e->was_told[i] || e->is_marked[i] || !runs(arg, i))
                        continue;
                tell_one(e, i, tell, arg);
                n_told++;
        }
        return n_told;
}

static bool calls(const Endings *e, uint32_t client, uint32_t server) {
        const SolTask *task = &e->sol->tasks[client];

        for (uint32_t c = 0; c < task->n_channels; c++)
                if (task->channels[c].server == server)
                        return true;
        return false;
}

/* Somebody of a circle whom all others are behind: from client to client one gets there. */
static uint32_t find_circle(const Endings *e, EndingsRuns *runs, const void *arg) {
        uint32_t at = 0;

        while (at < e->sol->n_tasks && (e->was_told[at] || !runs(arg, at)))
                at++;
        if (at == e->sol->n_tasks)
                return SOL_NOBODY;
        for (uint32_t steps = 0; steps < e->sol->n_tasks; steps++) {
                uint32_t client = 0;

                while (!runs(arg, client) || !calls(e, client, at))
                        client++; /* each of them is needed: there is one */
                at = client;
        }
        return at;
}

/* Marks it, and who can't do without it: who calls it, and so on. */
static void mark_circle(Endings *e, uint32_t task, EndingsRuns *runs, const void *arg) {
        bool has_more = true;

        memset(e->is_marked, 0, e->sol->n_tasks * sizeof *e->is_marked);
        e->is_marked[task] = true;
        while (has_more) {
                has_more = false;
                for (uint32_t i = 0; i < e->sol->n_tasks; i++)
                        for (uint32_t c = 0; !e->is_marked[i] && c < e->sol->tasks[i].n_channels; c++)
                                if (runs(arg, i) && e->is_marked[e->sol->tasks[i].channels[c].server])
                                        e->is_marked[i] = has_more = true;
        }
}

/* They would wait for each other. */
static uint32_t tell_circle(Endings *e, EndingsRuns *runs, EndingsTell *tell, void *arg) {
        uint32_t first = find_circle(e, runs, arg), n_told = 0;

        if (first == SOL_NOBODY)
                return 0;
        mark_circle(e, first, runs, arg);
        for (uint32_t i = 0; i < e->sol->n_tasks; i++) {
                if (!e->is_marked[i] || e->was_told[i])
                        continue;
                tell_one(e, i, tell, arg);
                n_told++;
        }
        return n_told;
}

static bool is_waiting(const Endings *e, EndingsRuns *runs, const void *arg) {
        for (uint32_t i = 0; i < e->sol->n_tasks; i++)
                if (e->was_told[i] && runs(arg, i))
                        return true;
        return false;
}

uint32_t endings_tell(Endings *e, EndingsRuns *runs, EndingsTell *tell, void *arg) {
        uint32_t n_told = tell_unneeded(e, runs, tell, arg);

        return n_told > 0 || is_waiting(e, runs, arg) ? n_told : tell_circle(e, runs, tell, arg);
}
