/* SPDX-License-Identifier: MIT */
/*
 * Journal: keeps the last note.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>

#include <plant/Journal.edl.h>

struct Pages {
        struct plant_IJournal base;
        nk_uint32_t last;
};

static nk_err_t note(struct plant_IJournal *self, const plant_IJournal_Note_req *req,
        const struct nk_arena *req_arena, plant_IJournal_Note_res *res, struct nk_arena *res_arena) {
        (void)req_arena;
        (void)res;
        (void)res_arena;
        ((struct Pages *)self)->last = req->event;
        return NK_EOK;
}

static nk_err_t last(struct plant_IJournal *self, const plant_IJournal_Last_req *req,
        const struct nk_arena *req_arena, plant_IJournal_Last_res *res, struct nk_arena *res_arena) {
        (void)req;
        (void)req_arena;
        (void)res_arena;
        res->event = ((struct Pages *)self)->last;
        return NK_EOK;
}

int main(void) {
        static const struct plant_IJournal_ops ops = {.Note = note, .Last = last};
        struct Pages pages = {.base = {.ops = &ops}, .last = 0};
        plant_Journal_entity entity;
        plant_Journal_entity_req req;
        plant_Journal_entity_res res;
        NkKosTransport transport;
        ServiceId id;
        Handle listener = ServiceLocatorRegister("journal", NULL, 0, &id);

        if (listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"journal\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, listener, NK_NULL, 0);
        plant_Journal_entity_init(&entity, &pages.base);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)plant_Journal_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                /* An answer that is refused is refused to its client; the journal goes on. */
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}
