/* SPDX-License-Identifier: MIT */
/*
 * Orphan: waits for its parent's death, and is there afterwards.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <tasks/IServer.idl.h>

int main(void) {
        struct tasks_IServer_proxy proxy;
        NkKosTransport transport;
        tasks_IServer_Add_req req = {.value = 1};
        tasks_IServer_Add_res res;
        Handle channel = ServiceLocatorConnect("parent");
        nk_err_t err = NK_ENOTCONN;

        if (channel != INVALID_HANDLE) { /* it may be dead already */
                NkKosTransport_Init(&transport, channel, NK_NULL, 0);
                tasks_IServer_proxy_init(&proxy, &transport.base, ServiceLocatorGetRiid(channel, "main"));
                err = tasks_IServer_Add(&proxy.base, &req, NULL, &res, NULL);
        }
        fprintf(stderr, "%s it outlives its parent\n", err == NK_ENOTCONN ? "ok" : "not ok");
        return EXIT_SUCCESS;
}
