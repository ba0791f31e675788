/* SPDX-License-Identifier: MIT */
/*
 * Tower: serves citizens over the channel that they have to it, and calls one of them back by the handle that
 * he has sent.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <bell/IEar.idl.h>
#include <bell/Tower.edl.h>

static Handle ear = INVALID_HANDLE;
static nk_uint32_t strokes;
static bool is_closed;

static nk_err_t subscribe_method(struct bell_ITower *self, const struct bell_ITower_Subscribe_req *req,
        const struct nk_arena *req_arena, struct bell_ITower_Subscribe_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        if (ear != INVALID_HANDLE)
                (void)KnHandleClose(ear);
        ear = nk_get_handle(&req->ear);
        return NK_EOK;
}

/* The handle knows which endpoint of the citizen it is for. */
static nk_err_t ring_method(struct bell_ITower *self, const struct bell_ITower_Ring_req *req,
        const struct nk_arena *req_arena, struct bell_ITower_Ring_res *res, struct nk_arena *res_arena) {
        struct bell_IEar_proxy proxy;
        NkKosTransport transport;
        bell_IEar_Hear_req hear = {.stroke = ++strokes};
        bell_IEar_Hear_res heard;

        (void)self;
        (void)req;
        (void)req_arena;
        (void)res_arena;
        NkKosTransport_Init(&transport, ear, NK_NULL, 0);
        bell_IEar_proxy_init(&proxy, &transport.base, INVALID_RIID);
        res->result = (nk_uint16_t)bell_IEar_Hear(&proxy.base, &hear, NULL, &heard, NULL);
        return NK_EOK;
}

static nk_err_t close_method(struct bell_ITower *self, const struct bell_ITower_Close_req *req,
        const struct nk_arena *req_arena, struct bell_ITower_Close_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        is_closed = true;
        return NK_EOK;
}

int main(void) {
        static const struct bell_ITower_ops ops = {
                .Subscribe = subscribe_method, .Ring = ring_method, .Close = close_method};
        struct bell_ITower impl = {.ops = &ops};
        bell_CTower_component component;
        bell_Tower_entity entity;
        bell_Tower_entity_req req;
        bell_Tower_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("tower", NULL, 0, &id);

        if (NkKosTransport_Init(&transport, listener, NK_NULL, 0) != NK_EOK)
                return EXIT_FAILURE;
        bell_CTower_component_init(&component, &impl);
        bell_Tower_entity_init(&entity, &component);
        while (!is_closed) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)bell_Tower_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
        return EXIT_SUCCESS;
}
