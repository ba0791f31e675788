/* SPDX-License-Identifier: MIT */
/*
 * A process class in the shape that nkc gives one, written by hand: demo.Keeper.
 *
 *      RIID 0  main.store  demo.CStore.store  demo.IStore { Put(in UInt32 value, in string<15> key,
 *                                                               out UInt32 slot, out string<15> echo,
 *                                                               error UInt16 status); Drop(); }
 *      RIID 1  log         demo.Keeper.log    demo.ILog { Write(); }
 */
#pragma once

#include <nk/transport.h>
#include <nk/types.h>

#include "nk/shape.h"

enum {
        KEEPER_STORE_IID = 0,
        KEEPER_LOG_IID = 1,
        KEEPER_PUT_MID = 0,
        KEEPER_DROP_MID = 1,
        KEEPER_WRITE_MID = 0,
        KEEPER_KEY_SIZE = 16,
};

typedef struct Keeper_Put_req {
        struct nk_message base_;
        nk_uint32_t value;
        nk_ptr_t key;
} Keeper_Put_req;

typedef struct Keeper_Put_err {
        struct nk_message base_;
        nk_uint16_t status;
} Keeper_Put_err;

typedef struct Keeper_Put_res {
        union {
                struct {
                        struct nk_message base_;
                        nk_uint32_t slot;
                        nk_ptr_t echo;
                };
                struct Keeper_Put_err err_;
        };
} Keeper_Put_res;

typedef union Keeper_component_req {
        struct nk_message base_;
        Keeper_Put_req put;
} Keeper_component_req;

typedef union Keeper_component_res {
        struct nk_message base_;
        Keeper_Put_res put;
} Keeper_component_res;

enum {
        Keeper_entity_req_arena_size = KEEPER_KEY_SIZE,
        Keeper_entity_res_arena_size = KEEPER_KEY_SIZE,
};

/* The implementation: what its Put does, and what it saw. */
typedef struct Keeper_component {
        _Atomic nk_err_t put_result; /* what Put returns after it has stored its results */
        _Atomic nk_uint32_t n_puts;
} Keeper_component;

#define Keeper_entity     Keeper_component
#define Keeper_entity_req Keeper_component_req
#define Keeper_entity_res Keeper_component_res

/* slot = value + 1, echo = key. */
nk_err_t Keeper_entity_dispatch(struct Keeper_entity *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena);

/* Prepares a Put as its proxy does: headers of both messages, key into the arena (NULL: no arena). */
void keeper_prepare_put(Keeper_Put_req *req, struct nk_arena *req_arena, Keeper_Put_res *res,
        nk_uint32_t value, const char *key);

/* Size in bytes: keeper_shape()->size. */
const ShapeTable *keeper_shape(void);
