/* SPDX-License-Identifier: MIT */
/*
 * Device: would do whatever the text says. Here it only takes the text for what it is.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <lamp/Device.edl.h>

static nk_err_t execute(struct lamp_IConsole *self, const lamp_IConsole_Execute_req *req,
        const struct nk_arena *req_arena, lamp_IConsole_Execute_res *res, struct nk_arena *res_arena) {
        nk_uint32_t size = 0;
        const char *command = nk_arena_get(char, req_arena, &req->command, &size);

        (void)self;
        (void)res;
        (void)res_arena;
        return command != NULL ? NK_EOK : NK_EINVAL;
}

int main(void) {
        static const struct lamp_IConsole_ops ops = {.Execute = execute};
        struct lamp_IConsole console = {.ops = &ops};
        lamp_Device_entity entity;
        lamp_Device_entity_req req;
        lamp_Device_entity_res res;
        char buffer[lamp_Device_entity_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("console", NULL, 0, &id);

        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"console\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        lamp_Device_entity_init(&entity, &console);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&arena);
                if (nk_transport_recv(&transport.base, &req.base_, &arena) != NK_EOK)
                        return EXIT_FAILURE;
                (void)lamp_Device_entity_dispatch(&entity, &req.base_, &arena, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
