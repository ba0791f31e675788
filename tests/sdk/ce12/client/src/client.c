/* SPDX-License-Identifier: MIT */
/* Stores a value under the name of its second argument, asks for two names, lists all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <meters/Client.edl.h>
#include <meters/Gauge.idl.h>

static void Ask(struct meters_Gauge_proxy *proxy, const char *name) {
        struct meters_Gauge_Get_req req;
        struct meters_Gauge_Get_res res;
        char buffer[meters_Gauge_Get_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_err_t err;

        nk_arena_store(char, &arena, &req.name, name, (nk_uint32_t)strlen(name) + 1);
        err = meters_Gauge_Get(&proxy->base, &req, &arena, &res, NULL);
        if (NK_ELOGIC_CHECK(err))
                fprintf(stderr, "%s: unknown (%d)\n", name, (int)NK_ELOGIC_GET(err));
        else if (err == NK_EOK)
                fprintf(stderr, "%s: %d\n", name, (int)res.value);
        else
                fprintf(stderr, "%s: error %d\n", name, (int)err);
}

static void List(struct meters_Gauge_proxy *proxy) {
        struct meters_Gauge_List_req req;
        struct meters_Gauge_List_res res;
        char buffer[meters_Gauge_List_res_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_uint32_t count = 0, size = 0;

        if (meters_Gauge_List(&proxy->base, &req, NULL, &res, &arena) != NK_EOK)
                return;
        meters_Gauge_Reading *readings = nk_arena_get(meters_Gauge_Reading, &arena, &res.readings, &count);

        for (nk_uint32_t i = 0; i < count; i++)
                fprintf(stderr, "%u. %s = %d\n", (unsigned)i + 1,
                        nk_arena_get(char, &arena, &readings[i].name, &size), (int)readings[i].value);
}

int main(int argc, const char *argv[]) {
        NkKosTransport transport;
        struct meters_Gauge_proxy proxy;
        Handle handle = ServiceLocatorConnect("meters_connection");

        NkKosTransport_Init(&transport, handle, NK_NULL, 0);
        nk_iid_t riid = ServiceLocatorGetRiid(handle, "hall.gauge");
        meters_Gauge_proxy_init(&proxy, &transport.base, riid);

        struct meters_Gauge_Set_req req;
        struct meters_Gauge_Set_res res;
        char buffer[meters_Gauge_Set_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));

        if (argc != 3) {
                fprintf(stderr, "%d arguments\n", argc);
                return EXIT_FAILURE;
        }
        fprintf(stderr, "option %s\n", argv[1]);
        nk_arena_store(char, &arena, &req.name, argv[2], (nk_uint32_t)strlen(argv[2]) + 1);
        req.value = -5;
        if (meters_Gauge_Set(&proxy.base, &req, &arena, &res, NULL) != NK_EOK) {
                fprintf(stderr, "Set failed\n");
                return EXIT_FAILURE;
        }
        Ask(&proxy, "cellar");
        Ask(&proxy, "attic");
        List(&proxy);
        return EXIT_SUCCESS;
}
