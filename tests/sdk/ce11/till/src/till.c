/* SPDX-License-Identifier: MIT */
/*
 * Every piece has the price that the environment says.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <shop/Till.edl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static nk_uint32_t sold;

static nk_err_t Pay(struct shop_ITill *self, const shop_ITill_Pay_req *req, const struct nk_arena *reqArena,
        shop_ITill_Pay_res *res, struct nk_arena *resArena) {
        nk_uint32_t count = 0;
        const shop_Goods_Item *items = nk_arena_get(shop_Goods_Item, reqArena, &req->basket, &count);
        unsigned sum = count * (unsigned)strtoul(getenv("SHOP_PRICE"), NULL, 10);

        (void)self;
        (void)resArena;
        for (nk_uint32_t i = 0; i < count; i++) {
                nk_uint32_t size = 0;
                const char *label = nk_arena_get(char, reqArena, &items[i].label, &size);

                if (!label || strlen(label) == 0)
                        return NK_EINVAL;
        }
        if (sum > req->cash)
                return NK_ELOGIC_MAKE((nk_uint16_t)(sum - req->cash));
        sold += count;
        res->change = (nk_uint16_t)(req->cash - sum);
        return NK_EOK;
}

static nk_err_t Sold(struct shop_IStock *self, const shop_IStock_Sold_req *req,
        const struct nk_arena *reqArena, shop_IStock_Sold_res *res, struct nk_arena *resArena) {
        (void)self;
        (void)req;
        (void)reqArena;
        (void)resArena;
        res->pieces = sold;
        return NK_EOK;
}

int main(void) {
        static const struct shop_ITill_ops till_ops = {.Pay = Pay};
        static const struct shop_IStock_ops stock_ops = {.Sold = Sold};
        struct shop_ITill till = {&till_ops};
        struct shop_IStock stock = {&stock_ops};
        shop_CTill_component component;
        shop_Till_entity entity;
        shop_Till_entity_req req;
        shop_Till_entity_res res;
        char reqBuffer[shop_Till_entity_req_arena_size];
        struct nk_arena reqArena = NK_ARENA_INITIALIZER(reqBuffer, reqBuffer + sizeof(reqBuffer));
        NkKosTransport transport;
        ServiceId iid;

        NkKosTransport_Init(&transport, ServiceLocatorRegister("till_connection", NULL, 0, &iid), NK_NULL, 0);
        shop_CTill_component_init(&component, &till, &stock);
        shop_Till_entity_init(&entity, &component);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&reqArena);
                if (nk_transport_recv(&transport.base, &req.base_, &reqArena) != NK_EOK)
                        return EXIT_FAILURE;
                shop_Till_entity_dispatch(&entity, &req.base_, &reqArena, &res.base_, NULL);
                nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
