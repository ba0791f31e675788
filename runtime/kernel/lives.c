/* SPDX-License-Identifier: MIT */
/*
 * Lives: counting, and when the next one begins.
 */
#include "lives.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

int lives_init(Lives *l, const Solution *sol) {
        *l = (Lives){.sol = sol, .list = calloc(sol->n_tasks + 1u, sizeof *l->list)};
        if (!l->list)
                return -ENOMEM;
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                l->list[i].due_ms = LIVES_NEVER;
        return 0;
}

void lives_deinit(Lives *l) {
        free(l->list);
        *l = LIVES_NULL;
}

void lives_began(Lives *l, uint32_t task, uint64_t now_ms) {
        l->list[task].began_ms = now_ms;
}

static bool is_wanted(SolRestart restart, int status) {
        switch (restart) {
        case RESTART_NO:
                return false;
        case RESTART_ON_FAILURE:
                return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
        case RESTART_ALWAYS:
                return true;
        }
        return false;
}

static uint64_t delay_of(const SolTask *task, uint32_t n_short) {
        uint64_t delay_ms = task->restart_delay_ms;

        for (; n_short > 0 && delay_ms > 0 && delay_ms < LIVES_DELAY_MAX_MS; n_short--)
                delay_ms *= 2;
        return delay_ms < LIVES_DELAY_MAX_MS ? delay_ms : LIVES_DELAY_MAX_MS;
}

static LivesNext next(Lives *l, uint32_t task, uint64_t now_ms) {
        const SolTask *sol = &l->sol->tasks[task];
        Life *life = &l->list[task];

        if (life->n_short == sol->restart_limit)
                return LIVES_GIVEN_UP;
        life->due_ms = now_ms + delay_of(sol, life->n_short++);
        l->n_due++;
        return LIVES_AGAIN;
}

LivesNext lives_ended(Lives *l, uint32_t task, int status, uint64_t now_ms) {
        Life *life = &l->list[task];

        if (!is_wanted(l->sol->tasks[task].restart, status))
                return LIVES_OVER;
        if (now_ms - life->began_ms >= LIVES_LASTED_MS)
                life->n_short = 0;
        return next(l, task, now_ms);
}

LivesNext lives_failed(Lives *l, uint32_t task, uint64_t now_ms) {
        return next(l, task, now_ms);
}

uint32_t lives_take_due(Lives *l, uint32_t from, uint64_t now_ms) {
        for (uint32_t i = from; l->n_due && i < l->sol->n_tasks; i++) {
                if (l->list[i].due_ms > now_ms)
                        continue;
                l->list[i].due_ms = LIVES_NEVER;
                l->n_due--;
                return i;
        }
        return SOL_NOBODY;
}

uint64_t lives_next_due(const Lives *l) {
        uint64_t first_ms = LIVES_NEVER;

        for (uint32_t i = 0; l->n_due && i < l->sol->n_tasks; i++)
                first_ms = l->list[i].due_ms < first_ms ? l->list[i].due_ms : first_ms;
        return first_ms;
}

void lives_cancel(Lives *l, void (*each)(void *arg, uint32_t task), void *arg) {
        for (uint32_t i = 0; l->n_due && i < l->sol->n_tasks; i++) {
                if (l->list[i].due_ms == LIVES_NEVER)
                        continue;
                l->list[i].due_ms = LIVES_NEVER;
                l->n_due--;
                each(arg, i);
        }
}
