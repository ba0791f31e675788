/* SPDX-License-Identifier: MIT */
/*
 * Reader: asks the logger for what a viewer wants to see.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <logger/IRead.idl.h>
#include <logger/Reader.edl.h>

struct Desk {
        struct logger_IRead base;
        logger_IRead_proxy logger;
};

/* The logger's answer lands in the arena of the viewer's. */
static nk_err_t read_line(struct logger_IRead *self, const logger_IRead_Read_req *req,
        const struct nk_arena *req_arena, logger_IRead_Read_res *res, struct nk_arena *res_arena) {
        struct Desk *desk = (struct Desk *)self;
        logger_IRead_Read_req ask = {.index = req->index};

        return logger_IRead_Read(&desk->logger.base, &ask, req_arena, res, res_arena);
}

int main(void) {
        static const struct logger_IRead_ops ops = {.Read = read_line};
        struct Desk desk = {.base = {.ops = &ops}};
        logger_Reader_entity entity;
        logger_Reader_entity_req req;
        logger_Reader_entity_res res;
        char buffer[logger_Reader_entity_res_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        NkKosTransport inbound, outbound;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("reader", NULL, 0, &id);
        Handle logger = ServiceLocatorConnect("logger");

        if (listener == INVALID_HANDLE || logger == INVALID_HANDLE) {
                fprintf(stderr, "the channels \"reader\" and \"logger\" are not both there\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&inbound, listener, NK_NULL, 0);
        NkKosTransport_Init(&outbound, logger, NK_NULL, 0);
        logger_IRead_proxy_init(&desk.logger, &outbound.base, ServiceLocatorGetRiid(logger, "read"));
        logger_Reader_entity_init(&entity, &desk.base);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&arena);
                if (nk_transport_recv(&inbound.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)logger_Reader_entity_dispatch(&entity, &req.base_, NULL, &res.base_, &arena);
                (void)nk_transport_reply(&inbound.base, &res.base_, &arena);
        }
}
