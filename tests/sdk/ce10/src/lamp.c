/* SPDX-License-Identifier: MIT */
/*
 * The lamp: Recv(), the generated dispatcher, Reply().
 */
#include <coresrv/sl/sl_api.h>
#include <coresrv/syscalls.h>
#include <services/rtl/nk_msg.h>
#include <stdio.h>
#include <stdlib.h>

#include <Lamp.edl.h>

#include "lamp.h"

static nk_err_t Turn(struct Switch *self, const Switch_Turn_req *req, const struct nk_arena *reqArena,
        Switch_Turn_res *res, struct nk_arena *resArena) {
        static nk_uint32_t times;

        (void)self;
        (void)reqArena;
        (void)resArena;
        fprintf(stderr, "%s\n", req->on ? "light" : "dark");
        res->times = ++times;
        return NK_EOK;
}

int main(void) {
        static const struct Switch_ops ops = {.Turn = Turn};
        struct Switch impl = {&ops};
        ServiceId iid;
        Handle handle = ServiceLocatorRegister(LAMP_CONNECTION, NULL, 0, &iid);
        Bulb_component component;
        Lamp_entity entity;
        Lamp_entity_req req;
        Lamp_entity_res res;
        SMsgHdr in, out;

        Bulb_component_init(&component, &impl);
        Lamp_entity_init(&entity, &component);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                PackInMsg(&in, &req.base_, NULL);
                if (Recv(handle, &in) != rcOk)
                        return EXIT_FAILURE;
                Lamp_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                PackOutMsg(&out, &res.base_, NULL);
                if (Reply(handle, &out) != rcOk)
                        return EXIT_FAILURE;
        }
}
