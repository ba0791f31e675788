/* SPDX-License-Identifier: MIT */
/*
 * Player: receives the ball from one side and plays it to the other, until the last stroke.
 *
 * Shows a process that serves and calls. A call blocks until it is answered, so a player first
 * answers the stroke it received and only then plays: two players that called each other from
 * inside a method would wait for each other for ever.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Short names: IBall_... and Player_... instead of ping_IBall_... and ping_Player_... */
#define NK_USE_UNQUALIFIED_NAMES
#include <ping/IBall.idl.h>
#include <ping/Player.edl.h>

struct Racket {
        struct IBall base;
        nk_uint32_t received; /* number of the last stroke that came in; 0 before the first */
};

static nk_err_t play(struct IBall *self, const IBall_Play_req *req, const struct nk_arena *req_arena,
        IBall_Play_res *res, struct nk_arena *res_arena) {
        struct Racket *racket = (struct Racket *)self;

        (void)req_arena;
        (void)res;
        (void)res_arena;
        racket->received = req->stroke;
        return NK_EOK;
}

static int hit(IBall_proxy *other, nk_uint32_t stroke) {
        IBall_Play_req req;
        IBall_Play_res res;

        req.stroke = stroke;
        if (IBall_Play(&other->base, &req, NULL, &res, NULL) != NK_EOK) {
                fprintf(stderr, "stroke %u went astray\n", stroke);
                return -1;
        }
        fprintf(stderr, "played stroke %u\n", stroke);
        return 0;
}

/* Receives one stroke and answers it. No message of this game needs an arena. */
static int receive(NkKosTransport *transport, Player_entity *entity) {
        Player_entity_req req;
        Player_entity_res res;

        nk_req_reset(&req);
        if (nk_transport_recv(&transport->base, &req.base_, NULL) != NK_EOK)
                return -1;
        if (Player_entity_dispatch(entity, &req.base_, NULL, &res.base_, NULL) != NK_EOK)
                return -1;
        return nk_transport_reply(&transport->base, &res.base_, NULL) == NK_EOK ? 0 : -1;
}

/* Ends when the last stroke was played or received. */
static int rally(NkKosTransport *inbound, IBall_proxy *other, nk_uint32_t first_stroke) {
        static const struct IBall_ops ops = {.Play = play};
        struct Racket racket = {.base = {.ops = &ops}, .received = 0};
        Player_entity entity;

        Player_entity_init(&entity, &racket.base);
        if (first_stroke != 0 && hit(other, first_stroke) != 0)
                return -1;

        for (;;) {
                nk_uint32_t before = racket.received;

                if (receive(inbound, &entity) != 0)
                        return -1;
                if (before != 0 && racket.received != before + 2) {
                        fprintf(stderr, "stroke %u came after stroke %u\n", racket.received, before);
                        return -1;
                }
                if (racket.received == IBall_LastStroke)
                        return 0;
                if (hit(other, racket.received + 1) != 0)
                        return -1;
                if (racket.received + 1 == IBall_LastStroke)
                        return 0;
        }
}

int main(int argc, const char *argv[]) {
        NkKosTransport outbound;
        NkKosTransport inbound;
        IBall_proxy other;
        ServiceId id;
        Handle to_other;
        Handle to_me;

        if (argc < 3) {
                fprintf(stderr, "usage: Player CHANNEL_OUT CHANNEL_IN [serve]\n");
                return EXIT_FAILURE;
        }
        to_me = ServiceLocatorRegister(argv[2], NULL, 0, &id);
        to_other = ServiceLocatorConnect(argv[1]);
        if (to_me == INVALID_HANDLE || to_other == INVALID_HANDLE) {
                fprintf(stderr, "channels \"%s\" and \"%s\" are not both there\n", argv[1], argv[2]);
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&outbound, to_other, NK_NULL, 0);
        NkKosTransport_Init(&inbound, to_me, NK_NULL, 0);
        IBall_proxy_init(&other, &outbound.base, ServiceLocatorGetRiid(to_other, "ball"));

        return rally(&inbound, &other, argc > 3 && strcmp(argv[3], "serve") == 0) == 0 ? EXIT_SUCCESS
                                                                                       : EXIT_FAILURE;
}
