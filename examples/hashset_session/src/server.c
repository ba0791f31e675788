/* SPDX-License-Identifier: MIT */
/*
 * Server: numbers sessions, and does not ask whose they are.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <session/Server.edl.h>

#define MAX_SESSIONS 16

struct Desk {
        struct session_IDesk base;
        nk_uint32_t n_sessions;
        nk_uint32_t times[MAX_SESSIONS + 1]; /* by number */
};

static nk_err_t open_session(struct session_IDesk *self, const session_IDesk_Open_req *req,
        const struct nk_arena *req_arena, session_IDesk_Open_res *res, struct nk_arena *res_arena) {
        struct Desk *desk = (struct Desk *)self;

        (void)req;
        (void)req_arena;
        (void)res_arena;
        if (desk->n_sessions == MAX_SESSIONS)
                return NK_ENOMEM;
        res->number = ++desk->n_sessions;
        return NK_EOK;
}

static nk_err_t use_session(struct session_IDesk *self, const session_IDesk_Use_req *req,
        const struct nk_arena *req_arena, session_IDesk_Use_res *res, struct nk_arena *res_arena) {
        struct Desk *desk = (struct Desk *)self;

        (void)req_arena;
        (void)res_arena;
        if (req->number > MAX_SESSIONS)
                return NK_EINVAL;
        res->times = ++desk->times[req->number];
        return NK_EOK;
}

static nk_err_t close_session(struct session_IDesk *self, const session_IDesk_Close_req *req,
        const struct nk_arena *req_arena, session_IDesk_Close_res *res, struct nk_arena *res_arena) {
        struct Desk *desk = (struct Desk *)self;

        (void)req_arena;
        (void)res;
        (void)res_arena;
        if (req->number > MAX_SESSIONS)
                return NK_EINVAL;
        desk->times[req->number] = 0;
        return NK_EOK;
}

int main(void) {
        static const struct session_IDesk_ops ops = {
                .Open = open_session, .Use = use_session, .Close = close_session};
        struct Desk desk = {.base = {.ops = &ops}};
        session_Server_entity entity;
        session_Server_entity_req req;
        session_Server_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("desk", NULL, 0, &id);

        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"desk\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        session_Server_entity_init(&entity, &desk.base);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)session_Server_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
