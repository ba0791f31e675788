/* SPDX-License-Identifier: MIT */
/*
 * Logger: keeps lines, adds lines, shows lines. Who may do what it leaves to the policy.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logger/Logger.edl.h>

#define MAX_LINES 100

static char lines[MAX_LINES][logger_Types_MaxLine + 1];
static nk_uint32_t n_lines;

static nk_err_t write_line(struct logger_IWrite *self, const logger_IWrite_Write_req *req,
        const struct nk_arena *req_arena, logger_IWrite_Write_res *res, struct nk_arena *res_arena) {
        nk_uint32_t size = 0;
        const char *line = nk_arena_get(char, req_arena, &req->line, &size);

        (void)self;
        (void)res;
        (void)res_arena;
        if (line == NULL || size > sizeof(lines[0]))
                return NK_EINVAL;
        if (n_lines == MAX_LINES)
                return NK_ENOMEM;
        memcpy(lines[n_lines++], line, size);
        return NK_EOK;
}

static nk_err_t read_line(struct logger_IRead *self, const logger_IRead_Read_req *req,
        const struct nk_arena *req_arena, logger_IRead_Read_res *res, struct nk_arena *res_arena) {
        const char *line = req->index < n_lines ? lines[req->index] : "";

        (void)self;
        (void)req_arena;
        return nk_arena_store(char, res_arena, &res->line, line, strlen(line) + 1);
}

int main(void) {
        static const struct logger_IWrite_ops write_ops = {.Write = write_line};
        static const struct logger_IRead_ops read_ops = {.Read = read_line};
        struct logger_IWrite writer = {.ops = &write_ops};
        struct logger_IRead reader = {.ops = &read_ops};
        logger_Logger_entity entity;
        logger_Logger_entity_req req;
        logger_Logger_entity_res res;
        char req_buffer[logger_Logger_entity_req_arena_size];
        char res_buffer[logger_Logger_entity_res_arena_size];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof(req_buffer));
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(res_buffer, res_buffer + sizeof(res_buffer));
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("logger", NULL, 0, &id);

        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"logger\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        logger_Logger_entity_init(&entity, &writer, &reader);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&req_arena);
                nk_arena_reset(&res_arena);
                if (nk_transport_recv(&transport.base, &req.base_, &req_arena) != NK_EOK)
                        return EXIT_FAILURE;
                (void)logger_Logger_entity_dispatch(&entity, &req.base_, &req_arena, &res.base_, &res_arena);
                (void)nk_transport_reply(&transport.base, &res.base_, &res_arena);
        }
}
