/* SPDX-License-Identifier: MIT */
/*
 * Valve: does what it is told.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <plant/Valve.edl.h>

static nk_err_t set(struct plant_IValve *self, const plant_IValve_Set_req *req,
        const struct nk_arena *req_arena, plant_IValve_Set_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        fprintf(stderr, "at %u percent\n", req->percent);
        return NK_EOK;
}

int main(void) {
        static const struct plant_IValve_ops ops = {.Set = set};
        struct plant_IValve valve = {.ops = &ops};
        plant_Valve_entity entity;
        plant_Valve_entity_req req;
        plant_Valve_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("valve", NULL, 0, &id);

        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"valve\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        plant_Valve_entity_init(&entity, &valve);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)plant_Valve_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
