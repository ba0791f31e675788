/* SPDX-License-Identifier: MIT */
/*
 * Giver: gives handles of one resource, and says what it got.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <services/ocap.h>

#include <stdlib.h>

#include <hand/Giver.edl.h>

#define RIGHTS  (OCAP_HANDLE_FULL | 0xff)
#define CONTEXT 0x77
#define BADGE   0x88

static Handle resource, badge;

static nk_err_t give(struct hand_IHand *self, const struct hand_IHand_Give_req *req,
        const struct nk_arena *req_arena, struct hand_IHand_Give_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res_arena;
        res->given = nk_handle_desc(resource, req->rights, badge);
        return NK_EOK;
}

static nk_err_t give_in_vain(struct hand_IHand *self, const struct hand_IHand_GiveInVain_req *req,
        const struct nk_arena *req_arena, struct hand_IHand_GiveInVain_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req;
        (void)req_arena;
        (void)res_arena;
        res->given = nk_handle_desc(resource);
        return NK_EOK;
}

static nk_err_t take(struct hand_IHand *self, const struct hand_IHand_Take_req *req,
        const struct nk_arena *req_arena, struct hand_IHand_Take_res *res, struct nk_arena *res_arena) {
        Handle taken = nk_get_handle(&req->taken);
        nk_badge_t context = 0;

        (void)self;
        (void)req_arena;
        (void)res_arena;
        if (nk_get_badge_op(&req->taken, 0, &context) == NK_EOK)
                res->kind = taken == resource ? 2 : 3;
        else if (taken == INVALID_HANDLE)
                res->kind = 0;
        else
                res->kind = KnHandleClose(taken) == rcOk ? 1 : 4;
        res->context = context;
        return NK_EOK;
}

static nk_err_t take_many(struct hand_IHand *self, const struct hand_IHand_TakeMany_req *req,
        const struct nk_arena *req_arena, struct hand_IHand_TakeMany_res *res, struct nk_arena *res_arena) {
        const nk_handle_desc_t *all[] = {&req->first, &req->pair.both[0], &req->pair.both[1]};

        (void)self;
        (void)req_arena;
        (void)res_arena;
        res->count = 0;
        for (int i = 0; i < 3; i++) /* the same one twice could be closed only once */
                res->count += KnHandleClose(nk_get_handle(all[i])) == rcOk;
        return NK_EOK;
}

int main(void) {
        static const struct hand_IHand_ops ops = {
                .Give = give, .Take = take, .TakeMany = take_many, .GiveInVain = give_in_vain};
        struct hand_IHand impl = {.ops = &ops};
        hand_CHand_component component;
        hand_Giver_entity entity;
        hand_Giver_entity_req req;
        hand_Giver_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("hands", NULL, 0, &id);

        if (KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, RIGHTS, (void *)CONTEXT, &resource) != rcOk ||
                KnHandleCreateBadge(INVALID_HANDLE, 0, (void *)BADGE, &badge) != rcOk)
                return EXIT_FAILURE;
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        hand_CHand_component_init(&component, &impl);
        hand_Giver_entity_init(&entity, &component);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) == NK_ENOTCONN)
                        return EXIT_FAILURE;
                (void)hand_Giver_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
