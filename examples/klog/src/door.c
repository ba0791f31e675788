/* SPDX-License-Identifier: MIT */
/*
 * Door: opens for whoever gets through to it.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <house/Door.edl.h>

static nk_err_t open_door(struct house_IDoor *self, const house_IDoor_Open_req *req,
        const struct nk_arena *req_arena, house_IDoor_Open_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        fprintf(stderr, "opened with key %u\n", req->key);
        return NK_EOK;
}

int main(void) {
        static const struct house_IDoor_ops ops = {.Open = open_door};
        struct house_IDoor door = {.ops = &ops};
        house_Door_entity entity;
        house_Door_entity_req req;
        house_Door_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("door", NULL, 0, &id);

        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"door\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        house_Door_entity_init(&entity, &door);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)house_Door_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
