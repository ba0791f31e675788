/* SPDX-License-Identifier: MIT */
/*
 * Seller: adds up what is in the basket. What a buyer can afford, it does not know.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <shop/Seller.edl.h>

struct Counter {
        struct shop_ICounter base;
        nk_uint32_t basket;
};

static nk_err_t take(struct shop_ICounter *self, const shop_ICounter_Take_req *req,
        const struct nk_arena *req_arena, shop_ICounter_Take_res *res, struct nk_arena *res_arena) {
        (void)req_arena;
        (void)res;
        (void)res_arena;
        ((struct Counter *)self)->basket += req->price;
        return NK_EOK;
}

static nk_err_t pay(struct shop_ICounter *self, const shop_ICounter_Pay_req *req,
        const struct nk_arena *req_arena, shop_ICounter_Pay_res *res, struct nk_arena *res_arena) {
        struct Counter *counter = (struct Counter *)self;

        (void)req;
        (void)req_arena;
        (void)res_arena;
        res->sum = counter->basket;
        counter->basket = 0;
        return NK_EOK;
}

static nk_err_t put_back(struct shop_ICounter *self, const shop_ICounter_PutBack_req *req,
        const struct nk_arena *req_arena, shop_ICounter_PutBack_res *res, struct nk_arena *res_arena) {
        (void)req;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        ((struct Counter *)self)->basket = 0;
        return NK_EOK;
}

int main(void) {
        static const struct shop_ICounter_ops ops = {.Take = take, .Pay = pay, .PutBack = put_back};
        struct Counter counter = {.base = {.ops = &ops}, .basket = 0};
        shop_Seller_entity entity;
        shop_Seller_entity_req req;
        shop_Seller_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("counter", NULL, 0, &id);

        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"counter\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        shop_Seller_entity_init(&entity, &counter.base);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)shop_Seller_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
