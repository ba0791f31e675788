/* SPDX-License-Identifier: MIT */
/*
 * Holdings: lines made of the counts that the handle tree keeps anyway.
 */
#include "holdings.h"

#include <stdio.h>

#define LINE_SIZE 400

void holdings_print(Mediator *m, HoldingsSay *say, void *userdata) {
        const Solution *sol = m->channels ? m->channels->sol : NULL;

        for (uint32_t i = 0; m->desk && i < sol->n_tasks; i++) {
                char line[LINE_SIZE];
                DeskHoldings has;

                relay_lock(m->relay);
                has = desk_count_task(m->desk, i);
                relay_unlock(m->relay);
                if (has.n_handles == 0 && has.n_objects == 0)
                        continue;
                (void)snprintf(line, sizeof line, "%s has %u handle%s, and made %u object%s",
                        sol->tasks[i].name.text, has.n_handles, has.n_handles == 1 ? "" : "s", has.n_objects,
                        has.n_objects == 1 ? "" : "s");
                say(userdata, line);
        }
}

void holdings_print_left(Mediator *m, HoldingsSay *say, void *userdata) {
        char line[LINE_SIZE];
        HtreeCounts left;

        if (!m->desk)
                return;
        relay_lock(m->relay);
        left = desk_count(m->desk);
        relay_unlock(m->relay);
        (void)snprintf(line, sizeof line,
                "handles left: %u; revoked ones: %u; knots: %u; objects: %u; subscriptions: %u",
                left.n_handles, left.n_revoked, left.n_knots, left.n_objects, desk_count_waiting(m->desk));
        say(userdata, line);
}
