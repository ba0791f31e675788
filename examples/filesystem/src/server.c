/* SPDX-License-Identifier: MIT */
/*
 * Server: a file system of three names, served through a component.
 *
 * Shows how the generated parts fit into each other: Filesystem (the interface) into Operations
 * (the component) into Server (the class). The innermost is initialised first.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <Server.edl.h>

#define NAME_MAX_LENGTH (Filesystem_Open_req_name_size - 1)

/* The interface comes first, so that a method finds the whole from its `self`. */
struct Files {
        struct Filesystem base;
        nk_uint32_t n_opened;
};

/* A name of only x, as long as a name can be, counts as a file too. */
static int exists(const char *name, size_t length) {
        return strcmp(name, "readme.txt") == 0 || strcmp(name, "notes.txt") == 0 ||
               (length == NAME_MAX_LENGTH && strspn(name, "x") == length);
}

static nk_err_t open_file(struct Filesystem *self, const struct Filesystem_Open_req *req,
        const struct nk_arena *req_arena, struct Filesystem_Open_res *res, struct nk_arena *res_arena) {
        struct Files *files = (struct Files *)self;
        nk_uint32_t size = 0;
        const char *name = nk_arena_get(char, req_arena, &req->name, &size);

        (void)res_arena;
        if (name == NULL)
                return NK_EINVAL;

        res->h = exists(name, size - 1) ? ++files->n_opened : 0;
        fprintf(stderr, "%.20s (%u bytes): %u\n", name, size - 1, res->h);
        return NK_EOK;
}

int main(void) {
        static const struct Filesystem_ops ops = {.Open = open_file};
        struct Files files = {.base = {.ops = &ops}};
        struct Operations_component operations;
        struct Server_entity entity;
        Server_entity_req req;
        Server_entity_res res;
        char req_buffer[Server_entity_req_arena_size];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof(req_buffer));
        NkKosTransport transport;
        ServiceId id;
        Handle listener;

        listener = ServiceLocatorRegister("server_connection", NULL, 0, &id);
        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"server_connection\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        Operations_component_init(&operations, &files.base);
        Server_entity_init(&entity, &operations);

        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&req_arena);
                if (nk_transport_recv(&transport.base, &req.base_, &req_arena) != NK_EOK)
                        break;
                (void)Server_entity_dispatch(&entity, &req.base_, &req_arena, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
        return EXIT_FAILURE;
}
