/* SPDX-License-Identifier: MIT */
/*
 * Application: writes two lines, is taken over, and tries to read what others wrote. It has a channel to the
 * logger, so nothing but the policy is in its way.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logger/IRead.idl.h>
#include <logger/IWrite.idl.h>

static nk_err_t write_line(NkKosTransport *transport, nk_iid_t riid, const char *line) {
        logger_IWrite_proxy logger;
        logger_IWrite_Write_req req;
        logger_IWrite_Write_res res;
        char buffer[logger_IWrite_Write_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        nk_err_t err = nk_arena_store(char, &arena, &req.line, line, strlen(line) + 1);

        logger_IWrite_proxy_init(&logger, &transport->base, riid);
        return err == NK_EOK ? logger_IWrite_Write(&logger.base, &req, &arena, &res, NULL) : err;
}

static nk_err_t steal_line(NkKosTransport *transport, nk_iid_t riid) {
        logger_IRead_proxy logger;
        logger_IRead_Read_req req = {.index = 0};
        logger_IRead_Read_res res;
        char buffer[logger_IRead_Read_res_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));

        logger_IRead_proxy_init(&logger, &transport->base, riid);
        return logger_IRead_Read(&logger.base, &req, NULL, &res, &arena);
}

int main(void) {
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("logger");
        nk_iid_t write_riid = ServiceLocatorGetRiid(channel, "write");
        nk_iid_t read_riid = ServiceLocatorGetRiid(channel, "read");

        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"logger\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        if (write_line(&transport, write_riid, "the pressure is 3 bar") != NK_EOK ||
                write_line(&transport, write_riid, "the password is swordfish") != NK_EOK)
                return EXIT_FAILURE;
        fprintf(stderr, "wrote two lines\n");
        if (steal_line(&transport, read_riid) != NK_EPERM)
                return EXIT_FAILURE;
        fprintf(stderr, "taken over, it cannot read them back\n");
        return EXIT_SUCCESS;
}
