/* SPDX-License-Identifier: MIT */
/*
 * Structural check of a message that is already in private memory.
 *
 * Walks the shape of the message's RIID and MID depth-first: constant-part size, handle
 * count, every nk_ptr_t inside the used arena, element multiples, string ends, union tags,
 * no two chunks overlapping. Bounded by the table, no allocation on the usual path (chunks
 * stored in the order of the description); the caller's scratch serves any other order.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "shape.h"

struct nk_message;

enum {
        VERIFY_E_SHAPE = 1, /* anything else below; the reason is for the trace */
        VERIFY_E_METHOD,    /* request: the table has no such endpoint or method */
};

/* Reason of the last failure, for traces and audit; static text. */
typedef struct VerifyScratch {
        uint64_t *bits; /* one bit an arena byte; grown when first needed, freed by verify_scratch_deinit */
        size_t n_words;
        const char *reason; /* set on failure */
} VerifyScratch;

#define VERIFY_SCRATCH_NULL                                                                                  \
        { NULL, 0, NULL }
void verify_scratch_deinit(VerifyScratch *s);

/* Is `block` (size bytes) a table whose every index, offset and text lies inside it? The kernel
 * process checks a table once before it is used; the functions below rely on it. 0 or VERIFY_E_SHAPE. */
int verify_table(const void *block, size_t size);

/* The most bytes that a request of the class can need, constant part and arena: whoever has less room
 * must expect requests that don't fit, whoever has more never gets an honest one. */
void verify_request_max(const ShapeTable *t, uint32_t *ret_msg, uint32_t *ret_arena);

/* The two directions. msg_size, arena_size: what was received. A reply is checked against the RIID
 * and MID of the request it answers. 0 or VERIFY_E_SHAPE. */
int verify_request(const ShapeTable *t, const struct nk_message *msg, uint32_t msg_size, const void *arena,
        uint32_t arena_size, VerifyScratch *s);
int verify_reply(const ShapeTable *t, uint16_t iid, uint16_t mid, const struct nk_message *msg,
        uint32_t msg_size, const void *arena, uint32_t arena_size, VerifyScratch *s);
