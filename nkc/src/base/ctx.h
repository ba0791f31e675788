/* SPDX-License-Identifier: MIT */
/*
 * What every stage of one compilation shares: memory, names, sources, messages. Embedded in the
 * session of libnkc; commands that only parse use it alone.
 */
#pragma once

#include "arena.h"
#include "diag.h"
#include "intern.h"
#include "srcmap.h"

typedef struct Ctx {
        Arena *arena;
        Intern *names;
        SrcMap *sources;
        Diags *diags;
} Ctx;

void ctx_init(Ctx *c);
void ctx_deinit(Ctx *c); /* drops everything that was allocated in it */
