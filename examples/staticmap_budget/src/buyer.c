/* SPDX-License-Identifier: MIT */
/*
 * Buyer: takes things until the policy says that the money is gone.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <shop/ICounter.idl.h>

static int take(shop_ICounter_proxy *counter, nk_uint32_t price) {
        shop_ICounter_Take_req req = {.price = price};
        shop_ICounter_Take_res res;
        nk_err_t err = shop_ICounter_Take(&counter->base, &req, NULL, &res, NULL);

        if (err == NK_EOK)
                fprintf(stderr, "took something for %u\n", price);
        else if (err == NK_EPERM)
                fprintf(stderr, "may not take anything for %u\n", price);
        return err == NK_EOK || err == NK_EPERM ? 0 : -1;
}

static int pay(shop_ICounter_proxy *counter) {
        shop_ICounter_Pay_req req;
        shop_ICounter_Pay_res res;

        nk_req_reset(&req);
        if (shop_ICounter_Pay(&counter->base, &req, NULL, &res, NULL) != NK_EOK)
                return -1;
        fprintf(stderr, "paid %u\n", res.sum);
        return 0;
}

static int put_back(shop_ICounter_proxy *counter) {
        shop_ICounter_PutBack_req req;
        shop_ICounter_PutBack_res res;

        nk_req_reset(&req);
        fprintf(stderr, "puts all back\n");
        return shop_ICounter_PutBack(&counter->base, &req, NULL, &res, NULL) == NK_EOK ? 0 : -1;
}

int main(void) {
        shop_ICounter_proxy counter;
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("counter");
        int failed = 0;

        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"counter\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        shop_ICounter_proxy_init(&counter, &transport.base, ServiceLocatorGetRiid(channel, "counter"));

        failed |= take(&counter, 50) | take(&counter, 51);
        failed |= put_back(&counter);
        failed |= take(&counter, 60) | pay(&counter);
        failed |= take(&counter, 41) | take(&counter, 40) | pay(&counter);
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
