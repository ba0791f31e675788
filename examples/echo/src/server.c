/* SPDX-License-Identifier: MIT */
/*
 * Server: answers each line with the same line.
 *
 * Shows the server's half of a call: implement the interface, put it into the component and the
 * component into the class, then receive, dispatch and reply for ever. Every message was checked
 * against echo/IEcho.idl before the method sees it.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <echo/Server.edl.h>

/* The interface comes first, so that a method finds the whole from its `self`. */
struct Wall {
        struct echo_IEcho base;
        nk_uint32_t n_lines;
};

static nk_err_t say(struct echo_IEcho *self, const struct echo_IEcho_Say_req *req,
        const struct nk_arena *req_arena, struct echo_IEcho_Say_res *res, struct nk_arena *res_arena) {
        struct Wall *wall = (struct Wall *)self;
        nk_uint32_t size = 0;
        const char *line = nk_arena_get(char, req_arena, &req->line, &size);

        if (line == NULL)
                return NK_EINVAL;

        res->before = wall->n_lines++;
        return nk_arena_store(char, res_arena, &res->reply, line, size);
}

int main(void) {
        static const struct echo_IEcho_ops ops = {.Say = say};
        struct Wall wall = {.base = {.ops = &ops}};
        struct echo_CEcho_component component;
        struct echo_Server_entity entity;
        echo_Server_entity_req req;
        echo_Server_entity_res res;
        char req_buffer[echo_Server_entity_req_arena_size];
        char res_buffer[echo_Server_entity_res_arena_size];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof(req_buffer));
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(res_buffer, res_buffer + sizeof(res_buffer));
        NkKosTransport transport;
        ServiceId id;
        Handle listener;

        listener = ServiceLocatorRegister("server_connection", NULL, 0, &id);
        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"server_connection\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        echo_CEcho_component_init(&component, &wall.base);
        echo_Server_entity_init(&entity, &component);

        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&req_arena);
                nk_arena_reset(&res_arena);
                if (nk_transport_recv(&transport.base, &req.base_, &req_arena) != NK_EOK)
                        break;
                /* When the dispatch fails, `res` is still empty, and so is the answer: the call fails. */
                (void)echo_Server_entity_dispatch(&entity, &req.base_, &req_arena, &res.base_, &res_arena);
                (void)nk_transport_reply(&transport.base, &res.base_, &res_arena);
        }
        return EXIT_FAILURE;
}
