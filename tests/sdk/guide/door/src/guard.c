/* SPDX-License-Identifier: MIT */
/*
 * A guard who tries his key twice, then opens: three calls, whatever comes of them.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <stdlib.h>

#include <demo/Control.idl.h>

static void use(struct demo_Control_proxy *door, nk_uint32_t key) {
        demo_Control_Use_req req = {.key = key};
        demo_Control_Use_res res;

        (void)demo_Control_Use(&door->base, &req, NULL, &res, NULL);
}

static void open_it(struct demo_Control_proxy *door) {
        demo_Control_Open_req req = {.mode = 1};
        demo_Control_Open_res res;

        (void)demo_Control_Open(&door->base, &req, NULL, &res, NULL);
}

int main(void) {
        struct demo_Control_proxy door;
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("door");

        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        demo_Control_proxy_init(&door, &transport.base, ServiceLocatorGetRiid(channel, "panel.control"));
        use(&door, 1);
        use(&door, 2);
        open_it(&door);
        return EXIT_SUCCESS;
}
