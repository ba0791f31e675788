/* SPDX-License-Identifier: MIT */
/*
 * Staying on one processor for a while, and giving that up again.
 *
 * A thread that stays keeps the set it was allowed before and gets it back exactly; one that its
 * program pinned already is left alone.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct PlatStay {
        cpu_set_t before; /* valid while staying */
        bool staying;
} PlatStay;

/* Moves the calling thread to `cpu` and keeps it there. False: not allowed there, or pinned by its program.
 */
bool plat_stay_on(PlatStay *stay, uint32_t cpu);
/* Back to the set from before; nothing if it does not stay. */
void plat_roam(PlatStay *stay);
