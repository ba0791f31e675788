/* SPDX-License-Identifier: MIT */
/*
 * Checker, taken over: hands everything on, and adds what would be worst.
 */
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <traffic_light/Checker.edl.h>
#include <traffic_light/ILights.idl.h>

static struct traffic_light_ILights_proxy lights;

static int show(const char *mode) {
        traffic_light_ILights_Show_req req;
        traffic_light_ILights_Show_res res;
        char buffer[traffic_light_ILights_Show_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));

        return nk_arena_store(char, &arena, &req.mode, mode, strlen(mode) + 1) == NK_EOK &&
               traffic_light_ILights_Show(&lights.base, &req, &arena, &res, NULL) == NK_EOK;
}

static nk_err_t change(struct traffic_light_IModes *self, const traffic_light_IModes_Change_req *req,
        const struct nk_arena *req_arena, traffic_light_IModes_Change_res *res, struct nk_arena *res_arena) {
        nk_uint32_t size;
        const char *mode = nk_arena_get(char, req_arena, &req->mode, &size);

        (void)self;
        (void)res_arena;
        res->done = mode && show(mode);
        (void)show("a_green");
        (void)show("b_green");
        return NK_EOK;
}

int main(void) {
        static const struct traffic_light_IModes_ops ops = {.Change = change};
        struct traffic_light_IModes impl = {.ops = &ops};
        traffic_light_Checker_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(traffic_light_Checker, entity);
        NkKosTransport transport;
        ServiceId id;
        Handle channel = ServiceLocatorConnect("lights");
        Handle listener = ServiceLocatorRegister("modes", NULL, 0, &id);

        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        traffic_light_ILights_proxy_init(&lights, &transport.base, ServiceLocatorGetRiid(channel, "lights"));
        traffic_light_Checker_entity_init(&entity, &impl);
        (void)NkKosDoDispatch(listener, &info);
        return EXIT_FAILURE;
}
