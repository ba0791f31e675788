/* SPDX-License-Identifier: MIT */
/*
 * Helpers for messages: text out of an arena.
 */
#ifndef SERVICES_RTL_NK_CSTR_H
#define SERVICES_RTL_NK_CSTR_H

#include <nk/arena.h>

/* What the macro below expands to: the text, or NULL. */
static inline nk_char_t *nkx_arena_get_cstr(const struct nk_arena *arena, const nk_ptr_t *ptr) {
        nk_size_t count;
        nk_char_t *text = nk_arena_get(nk_char_t, arena, ptr, &count);

        return text && text[count - 1] == '\0' ? text : NULL;
}

/*
 * nk_err_t RtlArenaGetCStr(const struct nk_arena *arena, const nk_ptr_t *ptr, const char **out)
 *
 * The text of a chunk, made sure to end inside it.
 * arena: may be NULL: fails. out: address of a char * or const char *; gets the text, which lives as
 * long as the arena's content, or NULL.
 * Returns NK_EOK; NK_EBADMSG when the chunk is empty, lies outside the arena or lacks its NUL.
 * Source: name and parameters are observed in public programs, the error is our choice.
 */
#define RtlArenaGetCStr(arena, ptr, out)                                                                     \
        ((*(out) = nkx_arena_get_cstr(arena, ptr)) != NK_NULL ? NK_EOK : NK_EBADMSG)

#endif
