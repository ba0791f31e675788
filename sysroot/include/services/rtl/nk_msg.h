/* SPDX-License-Identifier: MIT */
/*
 * Helpers for messages: text into an arena, headers for the system calls.
 */
#ifndef SERVICES_RTL_NK_MSG_H
#define SERVICES_RTL_NK_MSG_H

#include <ipc/if_rend.h>
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

/*
 * Binds a header to a message to be sent: the `msgOut` of Call and Reply (<coresrv/syscalls.h>).
 * hdr:   caller's memory, any contents.
 * msg:   `&req.base_`; its size must be set (nk_req_reset or generated code) before it is sent.
 * arena: its used part is sent; NULL: nothing but the constant part.
 * Both are borrowed for as long as the header is used, and read at each call: one header serves any
 * number of calls.
 * Source: documented; parameter types observed.
 */
static inline void PackOutMsg(SMsgHdr *hdr, const struct nk_message *msg, const struct nk_arena *arena) {
        hdr->out_msg = msg;
        hdr->out_arena = arena;
        hdr->in_msg = NULL;
        hdr->in_arena = NULL;
}

/*
 * Binds a header to the place of a message to be received: the `msgIn` of Call and Recv.
 * hdr:   caller's memory, any contents.
 * msg:   `&res.base_`; the size stored in it (nk_req_reset) says at each call how much room there is.
 * arena: receives the variable part from its start; NULL: no room for one.
 * Both are borrowed for as long as the header is used.
 * Source: documented; parameter types observed.
 */
static inline void PackInMsg(SMsgHdr *hdr, struct nk_message *msg, struct nk_arena *arena) {
        hdr->out_msg = NULL;
        hdr->out_arena = NULL;
        hdr->in_msg = msg;
        hdr->in_arena = arena;
}

#endif
