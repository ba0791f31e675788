/* SPDX-License-Identifier: MIT */
/*
 * The shared state of one compilation: everything lies in its arena.
 */
#include "base/ctx.h"

void ctx_init(Ctx *c) {
        c->arena = arena_new();
        c->names = intern_new(c->arena);
        c->sources = src_new(c->arena, SRC_SPACE_MAX);
        c->diags = diag_new(c->arena, c->sources);
}

void ctx_deinit(Ctx *c) {
        arena_free(c->arena);
        *c = (Ctx){.arena = NULL};
}
