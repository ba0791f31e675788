/* SPDX-License-Identifier: MIT */
/*
 * Server: starts late, and serves a channel that is there from the beginning.
 */
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/sl/sl_api.h>

#include <stdlib.h>

#include <tasks/Server.edl.h>

static nk_err_t add(struct tasks_IServer *self, const tasks_IServer_Add_req *req,
        const struct nk_arena *req_arena, tasks_IServer_Add_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res_arena;
        res->result = req->value + 1;
        return NK_EOK;
}

static nk_err_t add_little(struct tasks_IServer *self, const tasks_IServer_AddLittle_req *req,
        const struct nk_arena *req_arena, tasks_IServer_AddLittle_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res_arena;
        res->result = req->value + 1;
        return NK_EOK;
}

int main(void) {
        static const struct tasks_IServer_ops ops = {.Add = add, .AddLittle = add_little};
        struct tasks_IServer impl = {.ops = &ops};
        tasks_Server_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(tasks_Server, entity);
        ServiceId id;

        tasks_Server_entity_init(&entity, &impl);
        return NkKosDoDispatch(ServiceLocatorRegister("server", NULL, 0, &id), &info) == NK_EOK
                       ? EXIT_SUCCESS
                       : EXIT_FAILURE;
}
