/* SPDX-License-Identifier: MIT */
/*
 * Server: takes every value apart and builds the same value in its reply.
 *
 * Shows how each type of the language is read and written in C: numbers and arrays are members of
 * the message, strings, bytes and sequences are descriptors of chunks in the arena.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <types/Server.edl.h>

#include "copy.h"

/* Every method has the same five parameters; the names of the types differ. */
#define METHOD(name)                                                                                         \
        static nk_err_t name(struct types_IMirror *self, const struct types_IMirror_##name##_req *req,       \
                const struct nk_arena *req_arena, struct types_IMirror_##name##_res *res,                    \
                struct nk_arena *res_arena)

METHOD(Nothing) {
        (void)self, (void)req, (void)req_arena, (void)res, (void)res_arena;
        return NK_EOK;
}

METHOD(Unsigned) {
        (void)self, (void)req_arena, (void)res_arena;
        res->a2 = req->a;
        res->b2 = req->b;
        res->c2 = req->c;
        res->d2 = req->d;
        return NK_EOK;
}

METHOD(Signed) {
        (void)self, (void)req_arena, (void)res_arena;
        res->a2 = req->a;
        res->b2 = req->b;
        res->c2 = req->c;
        res->d2 = req->d;
        return NK_EOK;
}

METHOD(Text) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        copy_bytes(&copy, &req->text, &res->text2);
        copy_bytes(&copy, &req->raw, &res->raw2);
        return copy.err;
}

METHOD(Numbers) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        copy_numbers(&copy, &req->numbers, &res->numbers2);
        return copy.err;
}

METHOD(Words) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        copy_rows(&copy, &req->words, &res->words2);
        return copy.err;
}

METHOD(Rows) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        copy_rows(&copy, &req->rows, &res->rows2);
        return copy.err;
}

METHOD(Arrays) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        memcpy(res->row2, req->row, sizeof(res->row2));
        memcpy(res->grid2, req->grid, sizeof(res->grid2));
        copy_bytes(&copy, &req->words[0], &res->words2[0]);
        copy_bytes(&copy, &req->words[1], &res->words2[1]);
        return copy.err;
}

METHOD(Record) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        copy_drawing(&copy, &req->drawing, &res->drawing2);
        return copy.err;
}

METHOD(Album) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        copy_drawings(&copy, &req->drawings, &res->drawings2);
        return copy.err;
}

METHOD(Choice) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        copy_shape(&copy, &req->shape, &res->shape2);
        return copy.err;
}

METHOD(Choices) {
        struct Copy copy = {.from = req_arena, .to = res_arena};

        (void)self;
        copy_shapes(&copy, &req->shapes, &res->shapes2);
        return copy.err;
}

METHOD(Nobody) {
        (void)self, (void)req_arena, (void)res_arena;
        res->handle2 = nk_handle_desc(nk_get_handle(&req->handle));
        return NK_EOK;
}

/* An error of the application: the client gets the number, and no `out` parameter. */
METHOD(Divide) {
        (void)self, (void)req_arena, (void)res_arena;
        if (req->by == 0)
                return NK_ELOGIC_MAKE(33);
        res->quotient = 1000 / req->by;
        return NK_EOK;
}

static const struct types_IMirror_ops mirror_ops = {
        .Nothing = Nothing,
        .Unsigned = Unsigned,
        .Signed = Signed,
        .Text = Text,
        .Numbers = Numbers,
        .Words = Words,
        .Rows = Rows,
        .Arrays = Arrays,
        .Record = Record,
        .Album = Album,
        .Choice = Choice,
        .Choices = Choices,
        .Nobody = Nobody,
        .Divide = Divide,
};

int main(void) {
        static char req_buffer[types_Server_entity_req_arena_size];
        static char res_buffer[types_Server_entity_res_arena_size];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof(req_buffer));
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(res_buffer, res_buffer + sizeof(res_buffer));
        struct types_IMirror mirror = {.ops = &mirror_ops};
        struct types_Server_entity entity;
        types_Server_entity_req req;
        types_Server_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener;

        listener = ServiceLocatorRegister("mirror", NULL, 0, &id);
        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"mirror\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        types_Server_entity_init(&entity, &mirror);

        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&req_arena);
                nk_arena_reset(&res_arena);
                if (nk_transport_recv(&transport.base, &req.base_, &req_arena) != NK_EOK)
                        break;
                (void)types_Server_entity_dispatch(&entity, &req.base_, &req_arena, &res.base_, &res_arena);
                (void)nk_transport_reply(&transport.base, &res.base_, &res_arena);
        }
        return EXIT_FAILURE;
}
