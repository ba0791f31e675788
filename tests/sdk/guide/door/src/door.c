/* SPDX-License-Identifier: MIT */
/*
 * A door that agrees to everything: what may be done with it, the policy says.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <stdlib.h>

#include <demo/Door.edl.h>

static nk_err_t set(struct demo_Control *self, const struct demo_Control_Set_req *req,
        const struct nk_arena *req_arena, struct demo_Control_Set_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req, (void)req_arena, (void)res, (void)res_arena;
        return NK_EOK;
}

static nk_err_t open_it(struct demo_Control *self, const struct demo_Control_Open_req *req,
        const struct nk_arena *req_arena, struct demo_Control_Open_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req, (void)req_arena, (void)res, (void)res_arena;
        return NK_EOK;
}

static nk_err_t use(struct demo_Control *self, const struct demo_Control_Use_req *req,
        const struct nk_arena *req_arena, struct demo_Control_Use_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req, (void)req_arena, (void)res, (void)res_arena;
        return NK_EOK;
}

int main(void) {
        static const struct demo_Control_ops ops = {.Set = set, .Open = open_it, .Use = use};
        struct demo_Control control = {.ops = &ops};
        struct demo_Panel_component panel;
        struct demo_Door_entity entity;
        demo_Door_entity_req req;
        demo_Door_entity_res res;
        NkKosTransport transport;
        ServiceId id;

        NkKosTransport_Init(&transport, ServiceLocatorRegister("door", NULL, 0, &id), NK_NULL, 0);
        demo_Panel_component_init(&panel, &control);
        demo_Door_entity_init(&entity, &panel);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)demo_Door_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
