/* SPDX-License-Identifier: MIT */
/*
 * Start order, by counting: how many tasks that must come first are still missing.
 */
#include "order.h"

#include <stdbool.h>

typedef struct Edge {
        uint32_t first, second;
        bool is_strict; /* from `before` or `after`, not from a channel */
} Edge;

typedef struct Sorter {
        const Solution *sol;
        Edge *edges;
        size_t n_edges;
        uint32_t *n_missing; /* per task: edges whose first end isn't placed yet */
        uint32_t *n_strict;  /* of which strict */
        bool *is_placed;
} Sorter;

static uint32_t index_of(const Solution *s, const char *name) {
        const SolTask *task = solution_find(s, name);

        return task ? (uint32_t)(task - s->tasks) : SOL_NOBODY;
}

static void add_edge(Sorter *sorter, uint32_t first, uint32_t second, bool is_strict) {
        if (first == SOL_NOBODY || second == SOL_NOBODY || first == second)
                return;
        sorter->edges[sorter->n_edges++] = (Edge){first, second, is_strict};
        sorter->n_missing[second]++;
        sorter->n_strict[second] += is_strict;
}

static void add_task_edges(Sorter *sorter, uint32_t i) {
        const SolTask *task = &sorter->sol->tasks[i];

        for (uint32_t j = 0; j < task->n_channels; j++)
                add_edge(sorter, task->channels[j].server, i, false);
        for (uint32_t j = 0; j < task->before.n_items; j++)
                add_edge(sorter, i, index_of(sorter->sol, task->before.items[j].text), true);
        for (uint32_t j = 0; j < task->after.n_items; j++)
                add_edge(sorter, index_of(sorter->sol, task->after.items[j].text), i, true);
}

/* The first task of the file for which nothing is missing, or nothing strict. */
static uint32_t next_task(const Sorter *sorter, const uint32_t *n_missing) {
        for (uint32_t i = 0; i < sorter->sol->n_tasks; i++)
                if (!sorter->is_placed[i] && n_missing[i] == 0)
                        return i;
        return SOL_NOBODY;
}

static void place(Sorter *sorter, uint32_t i) {
        sorter->is_placed[i] = true;
        for (size_t e = 0; e < sorter->n_edges; e++) {
                if (sorter->edges[e].first != i)
                        continue;
                sorter->n_missing[sorter->edges[e].second]--;
                sorter->n_strict[sorter->edges[e].second] -= sorter->edges[e].is_strict;
        }
}

static void report_cycle(const Sorter *sorter, Problems *p) {
        for (uint32_t i = 0; i < sorter->sol->n_tasks; i++) {
                const SolTask *task = &sorter->sol->tasks[i];
                const TextList *list = task->before.n_items ? &task->before : &task->after;
                Problem *problem;

                if (sorter->is_placed[i] || list->n_items == 0)
                        continue;
                problem = problem_add(p, PROBLEM_ORDER_CYCLE, list->items[0].at,
                        "'before' and 'after' lead in a circle, nobody can be the first");
                problem_note(p, problem, "process '%s' takes part in it", task->name.text);
                return;
        }
}

void order_tasks(Solution *s, Problems *p, Pool *pool) {
        Sorter sorter = {.sol = s};
        size_t n_edges = s->n_channels;

        for (uint32_t i = 0; i < s->n_tasks; i++)
                n_edges += s->tasks[i].before.n_items + s->tasks[i].after.n_items;
        sorter.edges = pool_alloc(pool, n_edges, sizeof *sorter.edges);
        sorter.n_missing = pool_alloc(pool, s->n_tasks, sizeof *sorter.n_missing);
        sorter.n_strict = pool_alloc(pool, s->n_tasks, sizeof *sorter.n_strict);
        sorter.is_placed = pool_alloc(pool, s->n_tasks, sizeof *sorter.is_placed);
        s->order = pool_alloc(pool, s->n_tasks, sizeof *s->order);

        for (uint32_t i = 0; i < s->n_tasks; i++)
                add_task_edges(&sorter, i);
        for (uint32_t n = 0; n < s->n_tasks; n++) {
                uint32_t i = next_task(&sorter, sorter.n_missing);

                if (i == SOL_NOBODY)
                        i = next_task(&sorter, sorter.n_strict);
                if (i == SOL_NOBODY) {
                        report_cycle(&sorter, p);
                        return;
                }
                s->order[n] = i;
                place(&sorter, i);
        }
}
