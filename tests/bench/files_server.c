/* SPDX-License-Identifier: MIT */
/*
 * A loop without arenas: no method of the interface has a string or a sequence.
 */
#include "files_server.h"

#include <coresrv/handle/handle_api.h>
#include <services/ocap.h>

#define RIGHTS (OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY | 1)

static Handle resource, badge;

Retcode files_create(void) {
        Retcode rc = KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, RIGHTS, (void *)1, &resource);

        return rc == rcOk ? KnHandleCreateBadge(INVALID_HANDLE, 0, (void *)FILES_CONTEXT, &badge) : rc;
}

nk_err_t files_use(struct bench_IUse *self, const bench_IUse_Use_req *req, const struct nk_arena *req_arena,
        bench_IUse_Use_res *res, struct nk_arena *res_arena) {
        nk_badge_t context;

        (void)self, (void)req_arena, (void)res_arena;
        if (nk_get_badge_op(&req->file, 1, &context) != NK_EOK)
                return NK_EPERM;
        res->c = context;
        res->d = req->b;
        return NK_EOK;
}

nk_err_t files_get(struct bench_IUse *self, const bench_IUse_Get_req *req, const struct nk_arena *req_arena,
        bench_IUse_Get_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res_arena;
        res->c = req->a;
        res->d = req->b;
        res->file = nk_handle_desc(resource, RIGHTS, badge);
        return NK_EOK;
}

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
