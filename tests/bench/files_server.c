/* SPDX-License-Identifier: MIT */
/*
 * A loop without arenas: no method of the interface has a string or a sequence.
 */
#include "files_server.h"

nk_err_t files_judged(struct bench_IUse *self, const bench_IUse_Judged_req *req,
        const struct nk_arena *req_arena, bench_IUse_Judged_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res_arena;
        res->c = req->a;
        res->d = req->b;
        res->none = nk_handle_desc(INVALID_HANDLE);
        return NK_EOK;
}

int files_serve(NkKosTransport *transport, const bench_IUse_ops *ops) {
        bench_IUse impl = {.ops = ops};
        bench_Files_entity entity;
        bench_Files_entity_req req;
        bench_Files_entity_res res;

        bench_Files_entity_init(&entity, &impl);
        for (;;) {
                nk_req_reset(&req);
                if (nk_transport_recv(&transport->base, &req.base_, NK_NULL) != NK_EOK)
                        return 3;
                (void)bench_Files_entity_dispatch(&entity, &req.base_, NK_NULL, &res.base_, NK_NULL);
                (void)nk_transport_reply(&transport->base, &res.base_, NK_NULL);
        }
}
