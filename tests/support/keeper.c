/* SPDX-License-Identifier: MIT */
/*
 * The class demo.Keeper: see keeper.h.
 */
#include "keeper.h"

#include <string.h>

/* --- shape table --- */

typedef struct KeeperShape {
        ShapeTable table;
        ShapeEndpoint endpoints[2];
        ShapeMethod methods[3];
        ShapeNode nodes[2];
        char class_name[12];
        char store_path[11], store_class[18], store_iface[12], put[4], drop[5];
        char log_path[4], log_class[16], log_iface[10], write[6];
} KeeperShape;

#define OFF(member) (uint32_t) offsetof(KeeperShape, member)
#define EMPTY                                                                                                \
        { .size = sizeof(struct nk_message) }

static _Alignas(8) const KeeperShape shape = {
        .table = {.magic = SHAPE_MAGIC,
                .version = SHAPE_VERSION,
                .size = sizeof(KeeperShape),
                .class_off = OFF(class_name),
                .n_endpoints = 2,
                .endpoints_off = OFF(endpoints),
                .n_methods = 3,
                .methods_off = OFF(methods),
                .n_nodes = 2,
                .nodes_off = OFF(nodes)},
        .endpoints = {{.path_off = OFF(store_path),
                              .class_off = OFF(store_class),
                              .iface_off = OFF(store_iface),
                              .first_method = 0,
                              .n_methods = 2},
                {.path_off = OFF(log_path),
                        .class_off = OFF(log_class),
                        .iface_off = OFF(log_iface),
                        .first_method = 2,
                        .n_methods = 1}},
        .methods = {{.name_off = OFF(put),
                            .req = {.size = sizeof(Keeper_Put_req),
                                    .arena_max = KEEPER_KEY_SIZE,
                                    .first_node = 0,
                                    .n_nodes = 1},
                            .res = {.size = sizeof(Keeper_Put_res),
                                    .arena_max = KEEPER_KEY_SIZE,
                                    .first_node = 1,
                                    .n_nodes = 1},
                            .err = {.size = sizeof(Keeper_Put_err)}},
                {.name_off = OFF(drop), .req = EMPTY, .res = EMPTY, .err = EMPTY},
                {.name_off = OFF(write), .req = EMPTY, .res = EMPTY, .err = EMPTY}},
        .nodes = {{.kind = SHAPE_STRING, .offset = offsetof(Keeper_Put_req, key), .max = KEEPER_KEY_SIZE},
                {.kind = SHAPE_STRING, .offset = offsetof(Keeper_Put_res, echo), .max = KEEPER_KEY_SIZE}},
        .class_name = "demo.Keeper",
        .store_path = "main.store",
        .store_class = "demo.CStore.store",
        .store_iface = "demo.IStore",
        .put = "Put",
        .drop = "Drop",
        .log_path = "log",
        .log_class = "demo.Keeper.log",
        .log_iface = "demo.ILog",
        .write = "Write",
};

const ShapeTable *keeper_shape(void) {
        return &shape.table;
}

/* --- messages and dispatcher --- */

void keeper_prepare_put(Keeper_Put_req *req, struct nk_arena *req_arena, Keeper_Put_res *res,
        nk_uint32_t value, const char *key) {
        nk_req_reset(req);
        nk_msg_set_method_id(req, KEEPER_STORE_IID, KEEPER_PUT_MID);
        nk_req_reset(res);
        req->value = value;
        req->key = (nk_ptr_t){.offset = 0};
        nk_arena_reset(req_arena);
        if (req_arena)
                (void)nk_arena_store(nk_char_t, req_arena, &req->key, key, strlen(key) + 1);
}

static nk_err_t put(struct Keeper_entity *self, const Keeper_Put_req *req, const struct nk_arena *req_arena,
        Keeper_Put_res *res, struct nk_arena *res_arena) {
        nk_uint32_t n = 0;
        const nk_char_t *key = nk_arena_get(const nk_char_t, req_arena, &req->key, &n);

        res->slot = req->value + 1;
        res->echo = (nk_ptr_t){.offset = 0};
        self->n_puts++;
        if (key && nk_arena_store(nk_char_t, res_arena, &res->echo, key, n) != NK_EOK)
                return NK_ENOMEM;
        return self->put_result;
}

nk_err_t Keeper_entity_dispatch(struct Keeper_entity *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        nk_iid_t iid = req->iid;
        nk_mid_t mid = req->mid;
        nk_uint32_t size = sizeof(struct nk_message);
        nk_err_t err = NK_EOK;

        if (iid == KEEPER_STORE_IID && mid == KEEPER_PUT_MID) {
                err = put(self, (const Keeper_Put_req *)(const void *)req, req_arena,
                        (Keeper_Put_res *)(void *)res, res_arena);
                size = sizeof(Keeper_Put_res);
        }
        if (err != NK_EOK)
                return err;
        nk_message_make_req(res, size);
        nkx_message_set_method_id(res, iid, mid);
        return NK_EOK;
}
