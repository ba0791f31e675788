/* SPDX-License-Identifier: MIT */
/*
 * Pays what its arguments name: cash, then goods.
 */
#include "connect.h"

#include <shop/Customer.edl.h>
#include <shop/ITill.idl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[]) {
        NkKosTransport transport;
        struct shop_ITill_proxy proxy;
        shop_ITill_Pay_req req;
        shop_ITill_Pay_res res;
        char buffer[shop_ITill_Pay_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        shop_Goods_Item *items;
        nk_err_t err;

        shop_ITill_proxy_init(&proxy, &transport.base, Connect(&transport, "desk.till"));
        items = nk_arena_alloc(shop_Goods_Item, &arena, &req.basket, (nk_uint32_t)argc - 2);
        for (int i = 2; i < argc; i++) {
                items[i - 2].price = 0;
                nk_arena_store(char, &arena, &items[i - 2].label, argv[i], (nk_uint32_t)strlen(argv[i]) + 1);
        }
        req.cash = (nk_uint16_t)strtoul(argv[1], NULL, 10);
        err = shop_ITill_Pay(&proxy.base, &req, &arena, &res, NULL);
        if (NK_ELOGIC_CHECK(err))
                fprintf(stderr, "%u missing\n", (unsigned)NK_ELOGIC_GET(err));
        else if (err == NK_EOK && !getenv("SHOP_QUIET"))
                fprintf(stderr, "%u back\n", res.change);
        else
                fprintf(stderr, "error %d\n", (int)err);
        return EXIT_SUCCESS;
}
