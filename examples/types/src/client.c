/* SPDX-License-Identifier: MIT */
/*
 * Client: sends a value of every type to the server and checks that the same value comes back.
 *
 * The requests are built from samples.c at the limits of the description, and compared part by
 * part with the replies by same.c.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include "same.h"
#include "samples.h"

#define CHECK(what)                                                                                          \
        do {                                                                                                 \
                if (!(what)) {                                                                               \
                        fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);                   \
                        exit(EXIT_FAILURE);                                                                  \
                }                                                                                            \
        } while (0)

/* Everything a call needs. Big enough for every method; emptied before each. */
struct Call {
        struct types_IMirror_proxy mirror;
        struct nk_arena req_arena;
        struct nk_arena res_arena;
        struct Pair pair;
};

#define BEGIN_CALL(method)                                                                                   \
        types_IMirror_##method##_req req;                                                                    \
        types_IMirror_##method##_res res;                                                                    \
                                                                                                             \
        nk_arena_reset(&call->req_arena);                                                                    \
        nk_arena_reset(&call->res_arena)

#define SEND(method)                                                                                         \
        types_IMirror_##method(&call->mirror.base, &req, &call->req_arena, &res, &call->res_arena)

static void check_nothing(struct Call *call) {
        BEGIN_CALL(Nothing);

        CHECK(SEND(Nothing) == NK_EOK);
        fprintf(stderr, "nothing: ok\n");
}

static void check_unsigned(struct Call *call) {
        BEGIN_CALL(Unsigned);

        req.a = 0xff;
        req.b = 0xffff;
        req.c = 0xffffffffu;
        req.d = 0xffffffffffffffffu;
        CHECK(SEND(Unsigned) == NK_EOK);
        CHECK(res.a2 == req.a && res.b2 == req.b && res.c2 == req.c && res.d2 == req.d);
        fprintf(stderr, "unsigned numbers: ok\n");
}

static void check_signed(struct Call *call) {
        BEGIN_CALL(Signed);

        req.a = -128;
        req.b = -32768;
        req.c = -2147483647 - 1;
        req.d = -9223372036854775807 - 1;
        CHECK(SEND(Signed) == NK_EOK);
        CHECK(res.a2 == req.a && res.b2 == req.b && res.c2 == req.c && res.d2 == req.d);
        fprintf(stderr, "signed numbers: ok\n");
}

static void check_text(struct Call *call, const char *text, nk_size_t n_raw) {
        BEGIN_CALL(Text);

        sample_text(&call->req_arena, &req.text, text);
        CHECK(nk_arena_alloc(nk_uint8_t, &call->req_arena, &req.raw, n_raw) != NULL);
        CHECK(SEND(Text) == NK_EOK);
        CHECK(same_bytes(&call->pair, &req.text, &res.text2));
        CHECK(same_bytes(&call->pair, &req.raw, &res.raw2));
        fprintf(stderr, "string \"%s\" and %u bytes: ok\n", text, (unsigned)n_raw);
}

static void check_numbers(struct Call *call, nk_size_t n) {
        BEGIN_CALL(Numbers);

        sample_numbers(&call->req_arena, &req.numbers, n);
        CHECK(SEND(Numbers) == NK_EOK);
        CHECK(same_numbers(&call->pair, &req.numbers, &res.numbers2));
        fprintf(stderr, "sequence of %u numbers: ok\n", (unsigned)n);
}

static void check_words(struct Call *call) {
        static const char *const words[] = {"one", "", "eight ch"};
        BEGIN_CALL(Words);

        sample_words(&call->req_arena, &req.words, words, 3);
        CHECK(SEND(Words) == NK_EOK);
        CHECK(same_rows(&call->pair, &req.words, &res.words2));
        fprintf(stderr, "sequence of strings: ok\n");
}

static void check_rows(struct Call *call) {
        BEGIN_CALL(Rows);

        sample_rows(&call->req_arena, &req.rows, 3);
        CHECK(SEND(Rows) == NK_EOK);
        CHECK(same_rows(&call->pair, &req.rows, &res.rows2));
        fprintf(stderr, "sequence of sequences: ok\n");
}

static void check_arrays(struct Call *call) {
        unsigned i;
        BEGIN_CALL(Arrays);

        for (i = 0; i < 4; i++)
                req.row[i] = (nk_uint16_t)(i * 1000);
        for (i = 0; i < 6; i++)
                req.grid[i / 2][i % 2] = (nk_uint8_t)i;
        sample_text(&call->req_arena, &req.words[0], "left");
        sample_text(&call->req_arena, &req.words[1], "right");
        CHECK(SEND(Arrays) == NK_EOK);
        for (i = 0; i < 4; i++)
                CHECK(res.row2[i] == req.row[i]);
        for (i = 0; i < 6; i++)
                CHECK(res.grid2[i / 2][i % 2] == req.grid[i / 2][i % 2]);
        CHECK(same_bytes(&call->pair, &req.words[0], &res.words2[0]));
        CHECK(same_bytes(&call->pair, &req.words[1], &res.words2[1]));
        fprintf(stderr, "arrays: ok\n");
}

static void check_record(struct Call *call) {
        BEGIN_CALL(Record);

        sample_drawing(&call->req_arena, &req.drawing, 7);
        CHECK(SEND(Record) == NK_EOK);
        CHECK(same_drawing(&call->pair, &req.drawing, &res.drawing2));
        fprintf(stderr, "struct with everything inside: ok\n");
}

static void check_album(struct Call *call) {
        BEGIN_CALL(Album);

        sample_drawings(&call->req_arena, &req.drawings, 2);
        CHECK(SEND(Album) == NK_EOK);
        CHECK(same_drawings(&call->pair, &req.drawings, &res.drawings2));
        fprintf(stderr, "sequence of such structs: ok\n");
}

static void check_choice(struct Call *call, nk_uint32_t tag, const char *name) {
        BEGIN_CALL(Choice);

        sample_shape(&call->req_arena, &req.shape, tag);
        CHECK(SEND(Choice) == NK_EOK);
        CHECK(same_shape(&call->pair, &req.shape, &res.shape2));
        fprintf(stderr, "union with member %s: ok\n", name);
}

static void check_choices(struct Call *call) {
        BEGIN_CALL(Choices);

        sample_shapes(&call->req_arena, &req.shapes, 4);
        CHECK(SEND(Choices) == NK_EOK);
        CHECK(same_shapes(&call->pair, &req.shapes, &res.shapes2));
        fprintf(stderr, "sequence of unions: ok\n");
}

static void check_handle(struct Call *call) {
        BEGIN_CALL(Nobody);

        req.handle = nk_handle_desc(INVALID_HANDLE);
        CHECK(SEND(Nobody) == NK_EOK);
        CHECK(nk_get_handle(&res.handle2) == INVALID_HANDLE);
        fprintf(stderr, "handle of nothing: ok\n");
}

static void check_error(struct Call *call) {
        nk_err_t err;
        BEGIN_CALL(Divide);

        req.by = 8;
        CHECK(SEND(Divide) == NK_EOK);
        CHECK(res.quotient == 125);

        req.by = 0;
        err = SEND(Divide);
        CHECK(NK_ELOGIC_CHECK(err));
        fprintf(stderr, "error of the application: status %d\n", (int)NK_ELOGIC_GET(err));
}

static void check_everything(struct Call *call) {
        check_nothing(call);
        check_unsigned(call);
        check_signed(call);
        check_text(call, "fifteen letters", 16);
        check_text(call, "", 0);
        check_numbers(call, 6);
        check_numbers(call, 0);
        check_words(call);
        check_rows(call);
        check_arrays(call);
        check_record(call);
        check_album(call);
        check_choice(call, types_Shapes_Shape_dot_tag, "dot");
        check_choice(call, types_Shapes_Shape_path_tag, "path");
        check_choice(call, types_Shapes_Shape_caption_tag, "caption");
        check_choice(call, types_Shapes_Shape_radius_tag, "radius");
        check_choices(call);
        check_handle(call);
        check_error(call);
}

int main(void) {
        static char req_buffer[types_IMirror_req_arena_size];
        static char res_buffer[types_IMirror_res_arena_size];
        struct Call call = {
                .req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof(req_buffer)),
                .res_arena = NK_ARENA_INITIALIZER(res_buffer, res_buffer + sizeof(res_buffer)),
        };
        NkKosTransport transport;
        Handle channel;

        call.pair.sent = &call.req_arena;
        call.pair.back = &call.res_arena;
        channel = ServiceLocatorConnect("mirror");
        if (channel == INVALID_HANDLE) {
                fprintf(stderr, "no channel \"mirror\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        types_IMirror_proxy_init(&call.mirror, &transport.base, ServiceLocatorGetRiid(channel, "mirror"));

        check_everything(&call);
        return EXIT_SUCCESS;
}
