/* SPDX-License-Identifier: MIT */
/*
 * Three relays. An index that is too high is reported with two error parameters.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <relay/Board.edl.h>
#include <stdlib.h>
#include <string.h>

static nk_uint8_t state[relay_ISwitch_Count];

static nk_err_t Set(struct relay_ISwitch *self, const relay_ISwitch_Set_req *req,
        const struct nk_arena *reqArena, relay_ISwitch_Set_res *res, struct nk_arena *resArena) {
        (void)self;
        (void)reqArena;
        (void)resArena;
        if (req->index >= relay_ISwitch_Count) {
                nk_err_reset(res);
                res->err_.wrong = req->index;
                res->err_.limit = relay_ISwitch_Count - 1;
                return NK_EOK;
        }
        state[req->index] = req->on;
        memcpy(res->state, state, sizeof(state));
        return NK_EOK;
}

static nk_err_t Get(struct relay_ISwitch *self, const relay_ISwitch_Get_req *req,
        const struct nk_arena *reqArena, relay_ISwitch_Get_res *res, struct nk_arena *resArena) {
        (void)self;
        (void)req;
        (void)reqArena;
        (void)resArena;
        memcpy(res->state, state, sizeof(state));
        return NK_EOK;
}

int main(void) {
        static const struct relay_ISwitch_ops ops = {.Set = Set, .Get = Get};
        struct relay_ISwitch impl = {&ops};
        struct relay_Board_entity entity;
        relay_Board_entity_req req;
        relay_Board_entity_res res;
        NkKosTransport transport;
        ServiceId iid;

        state[strtoul(getenv("RELAY_FIRST"), NULL, 10)] = 1;
        NkKosTransport_Init(&transport, ServiceLocatorRegister("relay.Board", NULL, 0, &iid), NK_NULL, 0);
        relay_Board_entity_init(&entity, &impl);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                relay_Board_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
