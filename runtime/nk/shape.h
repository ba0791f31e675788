/* SPDX-License-Identifier: MIT */
/*
 * Shape table: what every message of one process class must look like.
 *
 * nkc computes it from the layout model (the same numbers as the generated headers), the
 * kernel process hands it sealed and read-only to each process that has a channel to the
 * class, and the receiving side checks each message against it (verify.h). It is one flat
 * block: every reference is an index or an offset from its first byte, so it can be mapped
 * anywhere and shared. Native byte order, alignment 8. Text is NUL-terminated, and the last
 * byte of the block is NUL.
 *
 * The nodes are a forest: every node belongs to exactly one list, that of a message or that of
 * a parent, and the children of a node come after it. Endpoints of one interface may share
 * their methods.
 *
 * nkc writes this format from its own description of it (nkc/src/layout/shape.c); the two
 * meet in tests/abi, which compares every number.
 */
#pragma once

#include <stdint.h>

#define SHAPE_MAGIC   0x314b4e53u /* "SNK1" */
#define SHAPE_VERSION 1u
#define SHAPE_DEPTH   32 /* nesting of types that nkc admits, so the check's recursion is bounded */
#define SHAPE_LEVELS  (2 * SHAPE_DEPTH) /* nodes from a message down to a leaf: a union is two */

/* First bytes of the block. All *_off are byte offsets from the start of the block. */
typedef struct ShapeTable {
        uint32_t magic;
        uint32_t version;
        uint32_t size;        /* bytes of the whole block */
        uint32_t class_off;   /* text: full name of the process class, "demo.Keeper" */
        uint32_t n_endpoints; /* RIIDs are 0 .. n_endpoints - 1 */
        uint32_t endpoints_off;
        uint32_t n_methods;
        uint32_t methods_off;
        uint32_t n_nodes;
        uint32_t nodes_off;
} ShapeTable;

/* One endpoint, at index RIID. */
typedef struct ShapeEndpoint {
        uint32_t path_off;     /* text: "main.store" */
        uint32_t class_off;    /* text: "demo.CStore.store" */
        uint32_t iface_off;    /* text: "demo.IStore" */
        uint32_t first_method; /* index into the methods; its methods are contiguous, index = MID */
        uint32_t n_methods;
} ShapeEndpoint;

/* One direction of a method. */
typedef struct ShapeMessage {
        uint32_t size;       /* exact bytes of the constant part, header included */
        uint32_t arena_max;  /* most arena bytes the message can need (the *_arena_size constant) */
        uint32_t n_handles;  /* exact number of handles */
        uint32_t first_node; /* what must be checked inside: n_nodes siblings */
        uint32_t n_nodes;
} ShapeMessage;

typedef struct ShapeMethod {
        uint32_t name_off; /* text: "Put" */
        ShapeMessage req;  /* `in` parameters */
        ShapeMessage res;  /* `out` parameters; size is that of P_M_res (the union with the error) */
        ShapeMessage err;  /* `error` parameters; size is that of P_M_err */
} ShapeMethod;

typedef enum ShapeKind {
        SHAPE_STRING = 1,   /* nk_ptr_t at `offset`: size 0, or <= max bytes and the last one is NUL */
        SHAPE_BYTES = 2,    /* nk_ptr_t at `offset`: size <= max */
        SHAPE_SEQUENCE = 3, /* nk_ptr_t at `offset`: size <= max * stride and a multiple of stride;
                               children are relative to each element */
        SHAPE_ARRAY = 4, /* in place at `offset`: exactly max elements of `stride` bytes; children as above */
        SHAPE_UNION = 5, /* uint32_t tag at `offset`, < max == n_children; child number `tag` is a
                            SHAPE_GROUP, whose offset counts from where the union's own one counts */
        SHAPE_GROUP = 6, /* a union member, and only that: children relative to `offset`. A struct is
                            flattened */
        SHAPE_HANDLE = 7 /* nk_handle_desc_t at `offset`; not inside SEQUENCE and UNION */
} ShapeKind;

/* Only parts that need a check have a node: a struct of integers has none. */
typedef struct ShapeNode {
        uint32_t kind;   /* ShapeKind */
        uint32_t offset; /* from the start of the constant part, element or member it belongs to */
        uint32_t max;    /* STRING: N + 1; BYTES: N; SEQUENCE, ARRAY: elements; UNION: members */
        uint32_t stride; /* SEQUENCE, ARRAY: bytes from element to element */
        uint32_t first_child;
        uint32_t n_children;
} ShapeNode;

_Static_assert(sizeof(ShapeTable) == 40, "shape table header");
_Static_assert(sizeof(ShapeEndpoint) == 20, "shape endpoint");
_Static_assert(sizeof(ShapeMethod) == 64, "shape method");
_Static_assert(sizeof(ShapeNode) == 24, "shape node");
