/* SPDX-License-Identifier: MIT */
/*
 * Structural check of a message against its shape: verify.h.
 *
 * One walk over the nodes, depth-first in the order of the description. No two chunks may overlap.
 * A sender that stores the chunks in that same order gives ever growing offsets, so one comparison a
 * chunk proves it: each begins where the one before has ended, or later. On the first chunk that does
 * not, the walk starts again with an exact map, one bit an arena byte. All sums are made in 64 bits, so
 * nothing wraps. The work is bounded by the bytes of the message: chunks that do not overlap are
 * visited once, and verify_table() has made sure that the nodes of one element lie inside it.
 *
 * Not a rule: bytes of the arena that no chunk covers. A sender may have left gaps for alignment.
 */
#include <nk/types.h>

#include <stdlib.h>
#include <string.h>

#include "verify.h"

typedef enum Verdict {
        FINE = 0,
        BAD,
        DISORDER, /* chunks not in growing order: start again with the map */
} Verdict;

typedef struct Walk {
        const ShapeNode *nodes; /* of the table */
        const uint8_t *arena;
        uint64_t arena_size;
        uint64_t filled; /* end of the last chunk */
        uint64_t *bits;  /* the map; NULL on the first walk */
        const char *reason;
} Walk;

static Verdict walk(Walk *w, const ShapeNode *node, uint32_t n, const uint8_t *base);

static Verdict bad(Walk *w, const char *reason) {
        w->reason = reason;
        return BAD;
}

/* Both parts of a message may be unaligned: a caller's buffers may be, and offsets come from the peer. */
static inline nk_ptr_t load_ptr(const uint8_t *place) {
        nk_ptr_t ptr;

        memcpy(&ptr, place, sizeof(ptr));
        return ptr;
}

/* Takes the bytes from .. to - 1 in the map, if all are free. */
static Verdict claim_in_map(Walk *w, uint64_t from, uint64_t to) {
        for (uint64_t i = from / 64; i <= (to - 1) / 64; i++) {
                uint64_t mask = UINT64_MAX;

                if (i == from / 64)
                        mask &= UINT64_MAX << from % 64;
                if (i == (to - 1) / 64)
                        mask &= UINT64_MAX >> (63 - (to - 1) % 64);
                if (w->bits[i] & mask)
                        return bad(w, "two chunks overlap");
                w->bits[i] |= mask;
        }
        return FINE;
}

/* A chunk that is not empty: inside the used arena, and nobody else's. */
static inline Verdict claim(Walk *w, nk_ptr_t chunk) {
        uint64_t end = (uint64_t)chunk.offset + chunk.size;

        if (end > w->arena_size)
                return bad(w, "a chunk lies outside the arena");
        if (w->bits)
                return claim_in_map(w, chunk.offset, end);
        if (chunk.offset < w->filled)
                return DISORDER;
        w->filled = end;
        return FINE;
}

static inline Verdict check_bytes(Walk *w, const ShapeNode *node, nk_ptr_t chunk) {
        if (chunk.size == 0)
                return FINE;
        if (chunk.size > node->max)
                return bad(w, "a chunk is larger than its type admits");
        return claim(w, chunk);
}

static inline Verdict check_string(Walk *w, const ShapeNode *node, nk_ptr_t chunk) {
        Verdict verdict = check_bytes(w, node, chunk);

        if (verdict == FINE && chunk.size > 0 && w->arena[(uint64_t)chunk.offset + chunk.size - 1] != 0)
                return bad(w, "a string does not end with a zero");
        return verdict;
}

static Verdict check_elements(Walk *w, const ShapeNode *node, const uint8_t *base, uint64_t n) {
        if (node->n_children == 0)
                return FINE;
        for (uint64_t i = 0; i < n; i++) {
                Verdict verdict = walk(w, w->nodes + node->first_child, node->n_children, base);

                if (verdict != FINE)
                        return verdict;
                base += node->stride;
        }
        return FINE;
}

/* Divisions are slow, and most strides are powers of two. */
static inline int is_multiple(uint32_t size, uint32_t stride) {
        return (stride & (stride - 1)) == 0 ? (size & (stride - 1)) == 0 : size % stride == 0;
}

static inline Verdict check_sequence(Walk *w, const ShapeNode *node, nk_ptr_t chunk) {
        Verdict verdict;

        if (chunk.size == 0)
                return FINE;
        if (chunk.size > (uint64_t)node->max * node->stride)
                return bad(w, "a sequence has more elements than its type admits");
        if (!is_multiple(chunk.size, node->stride))
                return bad(w, "a sequence is not a whole number of elements");
        verdict = claim(w, chunk);
        if (verdict != FINE || node->n_children == 0)
                return verdict; /* without a division: sequences of integers are what is sent most */
        return check_elements(w, node, w->arena + chunk.offset, chunk.size / node->stride);
}

static Verdict check_union(Walk *w, const ShapeNode *node, const uint8_t *base) {
        uint32_t tag;

        memcpy(&tag, base + node->offset, sizeof(tag));
        if (tag >= node->max)
                return bad(w, "a union's tag names no member");
        return walk(w, w->nodes + node->first_child + tag, 1, base);
}

/* Checks n siblings that are counted from `base`. Recursion ends at SHAPE_LEVELS: verify_table(). */
static Verdict walk(Walk *w, const ShapeNode *node, uint32_t n, const uint8_t *base) {
        const ShapeNode *end = node + n;

        for (; node != end; node++) {
                const uint8_t *place = base + node->offset;
                Verdict verdict = FINE;

                switch ((ShapeKind)node->kind) {
                case SHAPE_STRING:
                        verdict = check_string(w, node, load_ptr(place));
                        break;
                case SHAPE_BYTES:
                        verdict = check_bytes(w, node, load_ptr(place));
                        break;
                case SHAPE_SEQUENCE:
                        verdict = check_sequence(w, node, load_ptr(place));
                        break;
                case SHAPE_ARRAY:
                        verdict = check_elements(w, node, place, node->max);
                        break;
                case SHAPE_UNION:
                        verdict = check_union(w, node, base);
                        break;
                case SHAPE_GROUP:
                        verdict = walk(w, w->nodes + node->first_child, node->n_children, place);
                        break;
                case SHAPE_HANDLE: /* any value; the handle table resolves it */
                        break;
                }
                if (verdict != FINE)
                        return verdict;
        }
        return FINE;
}

/* An all-free map for the arena. */
static int prepare_map(VerifyScratch *s, uint64_t arena_size) {
        size_t n_words = arena_size / 64 + 1;

        if (n_words > s->n_words) {
                uint64_t *bits = malloc(n_words * sizeof(*bits));

                if (!bits)
                        return -1;
                free(s->bits);
                s->bits = bits;
                s->n_words = n_words;
        }
        memset(s->bits, 0, n_words * sizeof(*s->bits));
        return 0;
}

static int verify_parameters(const ShapeTable *t, const ShapeMessage *shape, const struct nk_message *msg,
        const void *arena, uint32_t arena_size, VerifyScratch *s) {
        const ShapeNode *nodes = (const ShapeNode *)(const void *)((const char *)t + t->nodes_off);
        Walk w = {.nodes = nodes, .arena = arena, .arena_size = arena_size};
        Verdict verdict = walk(&w, nodes + shape->first_node, shape->n_nodes, (const uint8_t *)msg);

        if (verdict == DISORDER && prepare_map(s, arena_size) == 0) {
                w.bits = s->bits;
                verdict = walk(&w, nodes + shape->first_node, shape->n_nodes, (const uint8_t *)msg);
        } else if (verdict == DISORDER) {
                w.reason = "no memory for the map of the arena";
        }
        if (verdict != FINE)
                s->reason = w.reason;
        return verdict == FINE ? 0 : VERIFY_E_SHAPE;
}

static int refuse(VerifyScratch *s, int code, const char *reason) {
        s->reason = reason;
        return code;
}

/* The mark is for the sender's own runtime; here it means nothing. */
static uint32_t kind_of(const struct nk_message *msg) {
        return msg->flags & ~NKX_MESSAGE_MARKED;
}

/* NULL: the table has no such endpoint or method. */
static const ShapeMethod *find_method(const ShapeTable *t, uint16_t iid, uint16_t mid) {
        const char *block = (const char *)t;
        const ShapeEndpoint *endpoint = (const ShapeEndpoint *)(const void *)(block + t->endpoints_off) + iid;

        if (iid >= t->n_endpoints || mid >= endpoint->n_methods)
                return NULL;
        return (const ShapeMethod *)(const void *)(block + t->methods_off) + endpoint->first_method + mid;
}

void verify_request_max(const ShapeTable *t, uint32_t *ret_msg, uint32_t *ret_arena) {
        const ShapeMethod *methods = (const ShapeMethod *)(const void *)((const char *)t + t->methods_off);

        *ret_msg = 0;
        *ret_arena = 0;
        for (uint32_t i = 0; i < t->n_methods; i++) {
                const ShapeMessage *req = &methods[i].req;

                *ret_msg = req->size > *ret_msg ? req->size : *ret_msg;
                *ret_arena = req->arena_max > *ret_arena ? req->arena_max : *ret_arena;
        }
}

int verify_request(const ShapeTable *t, const struct nk_message *msg, uint32_t msg_size, const void *arena,
        uint32_t arena_size, VerifyScratch *s) {
        const ShapeMethod *method;

        if (msg_size < sizeof(*msg))
                return refuse(s, VERIFY_E_SHAPE, "the message is shorter than a header");
        method = find_method(t, msg->iid, msg->mid);
        if (!method)
                return refuse(s, VERIFY_E_METHOD, "no such endpoint or method");
        if (msg_size != method->req.size || msg->size != msg_size)
                return refuse(s, VERIFY_E_SHAPE, "the constant part has the wrong size");
        if (kind_of(msg) != NKX_MESSAGE_ORDINARY || msg->reserved != 0)
                return refuse(s, VERIFY_E_SHAPE, "the header is not that of a request");
        if (msg->ncaps != method->req.n_handles)
                return refuse(s, VERIFY_E_SHAPE, "the message has the wrong number of handles");
        return verify_parameters(t, &method->req, msg, arena, arena_size, s);
}

/* Which of its two forms a reply has; NULL: neither. An error response may have the size of the whole
 * response, of which the error form is a part: nk_err_reset(res) gives it that size. */
static const ShapeMessage *form_of(const ShapeMethod *method, const struct nk_message *msg) {
        if (kind_of(msg) == NKX_MESSAGE_ORDINARY)
                return msg->size == method->res.size ? &method->res : NULL;
        if (kind_of(msg) == NKX_MESSAGE_ERROR)
                return msg->size == method->err.size || msg->size == method->res.size ? &method->err : NULL;
        return NULL;
}

int verify_reply(const ShapeTable *t, uint16_t iid, uint16_t mid, const struct nk_message *msg,
        uint32_t msg_size, const void *arena, uint32_t arena_size, VerifyScratch *s) {
        const ShapeMethod *method = find_method(t, iid, mid);
        const ShapeMessage *shape;

        if (!method)
                return refuse(s, VERIFY_E_METHOD, "no such endpoint or method");
        if (msg_size < sizeof(*msg))
                return refuse(s, VERIFY_E_SHAPE, "the message is shorter than a header");
        if (msg->iid != iid || msg->mid != mid)
                return refuse(s, VERIFY_E_SHAPE, "the response is that of another method");
        shape = form_of(method, msg);
        if (!shape || msg->size != msg_size || msg->reserved != 0)
                return refuse(s, VERIFY_E_SHAPE, "the constant part has the wrong size");
        if (msg->ncaps != shape->n_handles)
                return refuse(s, VERIFY_E_SHAPE, "the message has the wrong number of handles");
        return verify_parameters(t, shape, msg, arena, arena_size, s);
}

void verify_scratch_deinit(VerifyScratch *s) {
        free(s->bits);
        *s = (VerifyScratch)VERIFY_SCRATCH_NULL;
}
