/* SPDX-License-Identifier: MIT */
/*
 * Asks how much was sold until two pieces were.
 */
#include "connect.h"

#include <shop/IStock.idl.h>
#include <shop/Owner.edl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
        NkKosTransport transport;
        struct shop_IStock_proxy proxy;
        shop_IStock_Sold_req req;
        shop_IStock_Sold_res res = {.pieces = 0};

        shop_IStock_proxy_init(&proxy, &transport.base, Connect(&transport, "desk.stock"));
        while (res.pieces < 2) {
                if (shop_IStock_Sold(&proxy.base, &req, NULL, &res, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                usleep(1000);
        }
        fprintf(stderr, "%u sold\n", res.pieces);
        return EXIT_SUCCESS;
}
