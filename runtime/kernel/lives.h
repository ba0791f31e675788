/* SPDX-License-Identifier: MIT */
/*
 * Lives: which processes are started again after their end, and when (`restart` in init.yaml).
 *
 * A process that ends soon after its start is likely to do so again. The delay before the next start doubles
 * with each such life, and after `restart_limit` of them in a row it stays away. One that has lasted
 * LIVES_LASTED_MS begins anew to count.
 *
 * Threads and clock: none of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "solution.h"

#define LIVES_LIMIT        5u     /* `restart_limit` where the file says none */
#define LIVES_DELAY_MS     100u   /* `restart_delay`, likewise */
#define LIVES_DELAY_MAX_MS 30000u /* however often it was doubled */
#define LIVES_LASTED_MS    10000u
#define LIVES_NEVER        UINT64_MAX

typedef struct Life {
        uint64_t began_ms;
        uint64_t due_ms;  /* LIVES_NEVER: it is not to be started */
        uint32_t n_short; /* starts after lives in a row that did not last */
} Life;

typedef struct Lives {
        const Solution *sol;
        Life *list; /* per task */
        uint32_t n_due;
} Lives;

#define LIVES_NULL ((Lives){.list = NULL})

/* What comes after an end. */
typedef enum LivesNext {
        LIVES_OVER,    /* nothing: `restart` does not want it */
        LIVES_AGAIN,   /* it is due, at due_ms */
        LIVES_GIVEN_UP /* nothing: the limit is reached */
} LivesNext;

/* 0, -ENOMEM. The solution is borrowed. */
int lives_init(Lives *l, const Solution *sol);
void lives_deinit(Lives *l);

/* It has been started, for the first time or again. */
void lives_began(Lives *l, uint32_t task, uint64_t now_ms);
/* It has ended: status as of waitpid(2). */
LivesNext lives_ended(Lives *l, uint32_t task, int status, uint64_t now_ms);
/* A start that was due has failed: as a life that did not last. */
LivesNext lives_failed(Lives *l, uint32_t task, uint64_t now_ms);

/* The first one from task `from` on that is due by now, which is not due any more then; SOL_NOBODY: none is.
 */
uint32_t lives_take_due(Lives *l, uint32_t from, uint64_t now_ms);
/* When the first one is; LIVES_NEVER: none is. */
uint64_t lives_next_due(const Lives *l);
/* Nothing starts any more. Calls `each` for those that were due. */
void lives_cancel(Lives *l, void (*each)(void *arg, uint32_t task), void *arg);
