/* SPDX-License-Identifier: MIT */
/*
 * SMsgHdr: which buffers take part in an exchange.
 *
 * A header is bound to a message and an arena by PackOutMsg (to be sent) or PackInMsg (to be
 * received), both in services/rtl/nk_msg.h; programs never touch its members. It owns nothing:
 * message and arena must live as long as the header is used. A header bound in the wrong
 * direction is refused with rcInvalidArgument.
 * Source: type and use documented; members are our choice.
 */
#ifndef IPC_IF_REND_H
#define IPC_IF_REND_H

struct nk_arena;
struct nk_message;

typedef struct SMsgHdr {
        const struct nk_message *out_msg; /* to be sent; null in a header made by PackInMsg */
        const struct nk_arena *out_arena; /* its used part is sent; may be null */
        struct nk_message *in_msg;        /* to be filled; null in a header made by PackOutMsg */
        struct nk_arena *in_arena;        /* filled from its start; may be null */
} SMsgHdr;

#endif
