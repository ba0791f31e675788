/* SPDX-License-Identifier: MIT */
/*
 * The variable is one more element of `env`, so that nothing that starts processes knows about it.
 */
#include "stops.h"

#include <string.h>

#include "spell.h"

#define VARIABLE "CAISSON_STOP=1" /* read in runtime/boot/start.c */

const char *stops_add(Stops *s, const char *name) {
        if (s->n_names == STOPS_MAX)
                return "too many tasks";
        s->names[s->n_names++] = name;
        return NULL;
}

static void add_variable(SolTask *task, Pool *pool) {
        Text *items = pool_alloc(pool, task->env.n_items + 1, sizeof *items);

        if (task->env.n_items)
                memcpy(items, task->env.items, task->env.n_items * sizeof *items);
        items[task->env.n_items] = (Text){.text = VARIABLE, .at = task->at};
        task->env.items = items;
        task->env.n_items++;
}

/* By its own name, or that of its executable. */
static bool is_named(const SolTask *task, const char *name) {
        return strcmp(name, STOPS_ALL) == 0 || strcmp(name, task->name.text) == 0 ||
               strcmp(name, task->path.text) == 0;
}

static bool apply_one(const char *name, Solution *sol, Pool *pool) {
        bool found = false;

        for (uint32_t i = 0; i < sol->n_tasks; i++) {
                if (!is_named(&sol->tasks[i], name))
                        continue;
                add_variable(&sol->tasks[i], pool);
                found = true;
        }
        return found;
}

int stops_apply(const Stops *s, Solution *sol, Pool *pool, FILE *out) {
        for (size_t i = 0; i < s->n_names; i++) {
                Spell spell = spell_start(s->names[i]);

                if (apply_one(s->names[i], sol, pool))
                        continue;
                for (uint32_t k = 0; k < sol->n_tasks; k++)
                        spell_offer(&spell, sol->tasks[k].name.text);
                (void)fprintf(out, "caisson: --stop: there is no process '%s'\n", s->names[i]);
                if (spell.best)
                        (void)fprintf(out, "help: did you mean '%s'?\n", spell.best);
                return -1;
        }
        return 0;
}
