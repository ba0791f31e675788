/* SPDX-License-Identifier: MIT */
/*
 * Helpers for messages: text into an arena.
 */
#ifndef SERVICES_RTL_NK_MSG_H
#define SERVICES_RTL_NK_MSG_H

#include <nk/arena.h>

/*
 * Stores a text with its NUL.
 * arena: may be NULL: fails. dst: becomes the chunk's descriptor, on success only.
 * text:  NUL-terminated, copied, not NULL.
 * Returns NK_EOK, or NK_ENOMEM when the arena has too little room.
 * Threads: one at a time per arena.   Source: observed in public programs.
 */
static inline nk_err_t NkKosCopyStringToArena(struct nk_arena *arena, nk_ptr_t *dst, const char *text) {
        return nk_arena_store(nk_char_t, arena, dst, text, strlen(text) + 1);
}

#endif
