/* SPDX-License-Identifier: MIT */
/*
 * The worked example of the language reference, as a program sees it: every name, value, offset and
 * message byte. Compiled as C and as C++ against the generated headers; a transport that hands the
 * request straight to the dispatcher stands in for a channel.
 * Exit code: the line that failed, modulo 255, plus 1.
 */
#include <demo/CStore.cdl.h>
#include <demo/IStore.idl.h>
#include <demo/Keeper.edl.h>

#include <string.h>

#define CHECK(condition)                                                                                     \
        do {                                                                                                 \
                if (!(condition))                                                                            \
                        return __LINE__ % 255 + 1;                                                           \
        } while (0)

#define SAME(a, b) nk_static_assert((a) == (b), not_as_in_the_worked_example)

/* ---- Layout ------------------------------------------------------------------------------ */

SAME(sizeof(struct nk_message), 24);
SAME(nk_alignof(struct nk_message), 8);

SAME(sizeof(demo_IStore_Item), 24);
SAME(nk_alignof(demo_IStore_Item), 8);
SAME(nk_offsetof(demo_IStore_Item, kind), 0);
SAME(nk_offsetof(demo_IStore_Item, stamp), 8);
SAME(nk_offsetof(demo_IStore_Item, key), 16);

SAME(sizeof(demo_IStore_Put_req), 56);
SAME(nk_alignof(demo_IStore_Put_req), 8);
SAME(nk_offsetof(demo_IStore_Put_req, base_), 0);
SAME(nk_offsetof(demo_IStore_Put_req, item), 24);
SAME(nk_offsetof(demo_IStore_Put_req, tags), 48);

SAME(sizeof(demo_IStore_Put_err), 32);
SAME(nk_alignof(demo_IStore_Put_err), 8);
SAME(nk_offsetof(demo_IStore_Put_err, status), 24);

SAME(sizeof(demo_IStore_Put_res), 32);
SAME(nk_alignof(demo_IStore_Put_res), 8);
SAME(nk_offsetof(demo_IStore_Put_res, base_), 0);
SAME(nk_offsetof(demo_IStore_Put_res, slot), 24);
SAME(nk_offsetof(demo_IStore_Put_res, res_.slot), 24);
SAME(nk_offsetof(demo_IStore_Put_res, err_.status), 24);

SAME(sizeof(demo_IStore_Drop_req), 32);
SAME(nk_offsetof(demo_IStore_Drop_req, slot), 24);
SAME(sizeof(demo_IStore_Drop_res), 24);
SAME(sizeof(demo_IStore_Drop_err), 24);

SAME(sizeof(demo_IStore_req), 56);
SAME(sizeof(demo_IStore_res), 32);
SAME(sizeof(demo_Keeper_entity_req), 56);
SAME(sizeof(demo_Keeper_entity_res), 32);

/* ---- Numbers ----------------------------------------------------------------------------- */

SAME(demo_IStore_MaxKey, 15);
SAME(sizeof(demo_IStore_MaxKey), 4);

SAME(demo_IStore_Put_mid, 0);
SAME(demo_IStore_Drop_mid, 1);
SAME(demo_IStore_mid_max, 2);
SAME(demo_IStore_Put_req_item_key_size, 16);
SAME(demo_IStore_Put_req_tags_size, 4);
SAME(demo_IStore_Put_req_arena_size, 32);
SAME(demo_IStore_Put_res_arena_size, 0);
SAME(demo_IStore_Drop_req_arena_size, 0);
SAME(demo_IStore_Drop_res_arena_size, 0);
SAME(demo_IStore_req_arena_size, 32);
SAME(demo_IStore_res_arena_size, 0);
SAME(demo_IStore_arena_size, 32);

SAME(demo_IStore_Put_req_handles, 0);
SAME(demo_IStore_Put_res_handles, 0);
SAME(demo_IStore_Put_err_handles, 0);
SAME(demo_IStore_Drop_req_handles, 0);
SAME(demo_IStore_Drop_res_handles, 0);
SAME(demo_IStore_Drop_err_handles, 0);
SAME(demo_IStore_req_handles, 0);
SAME(demo_IStore_res_handles, 0);
SAME(demo_IStore_err_handles, 0);

SAME(demo_CStore_store_iid, 0);
SAME(demo_CStore_iidMax, 1);
SAME(demo_CStore_iidOffset, 0);
SAME(demo_CStore_securityIidMax, 0);
SAME(demo_CStore_component_req_arena_size, 32);
SAME(demo_CStore_component_res_arena_size, 0);
SAME(demo_CStore_component_arena_size, 32);
SAME(demo_CStore_component_req_handles, 0);
SAME(demo_CStore_component_res_handles, 0);
SAME(demo_CStore_component_err_handles, 0);

SAME(demo_Keeper_main_store_iid, 0);
SAME(demo_Keeper_iidOffset, 0);
SAME(demo_Keeper_main_iidOffset, 0);
SAME(demo_Keeper_iidMax, 1);
SAME(demo_Keeper_component_arena_size, 32);
SAME(demo_Keeper_entity_req_arena_size, 32);
SAME(demo_Keeper_entity_res_arena_size, 0);
SAME(demo_Keeper_entity_arena_size, 32);
SAME(demo_Keeper_entity_req_handles, 0);
SAME(demo_Keeper_entity_res_handles, 0);
SAME(demo_Keeper_entity_err_handles, 0);

/* ---- The server -------------------------------------------------------------------------- */

struct Store {
        struct demo_IStore base;
        nk_uint16_t n_items;
        nk_uint16_t dropped;
        nk_uint8_t kind;
        nk_uint64_t stamp;
        char key[demo_IStore_Put_req_item_key_size];
        nk_uint32_t tags[demo_IStore_Put_req_tags_size];
        nk_size_t n_tags;
};

/* The second item finds no room. */
static nk_err_t put(struct demo_IStore *self, const struct demo_IStore_Put_req *req,
        const struct nk_arena *req_arena, struct demo_IStore_Put_res *res, struct nk_arena *res_arena) {
        struct Store *store = (struct Store *)self;
        nk_size_t n_key;
        const char *key = nk_arena_get(const char, req_arena, &req->item.key, &n_key);
        const nk_uint32_t *tags = nk_arena_get(const nk_uint32_t, req_arena, &req->tags, &store->n_tags);

        (void)res_arena;
        if (store->n_items == 1)
                return NK_ELOGIC_MAKE(77);
        if (!key || !tags || n_key > sizeof(store->key) || store->n_tags > demo_IStore_Put_req_tags_size)
                return NK_EINVAL;
        store->kind = req->item.kind;
        store->stamp = req->item.stamp;
        memcpy(store->key, key, n_key);
        memcpy(store->tags, tags, store->n_tags * sizeof(*tags));
        res->slot = ++store->n_items;
        return NK_EOK;
}

static nk_err_t drop(struct demo_IStore *self, const struct demo_IStore_Drop_req *req,
        const struct nk_arena *req_arena, struct demo_IStore_Drop_res *res, struct nk_arena *res_arena) {
        (void)req_arena;
        (void)res;
        (void)res_arena;
        ((struct Store *)self)->dropped = req->slot;
        return NK_EOK;
}

static const struct demo_IStore_ops store_ops = {put, drop};

/* ---- The transport ----------------------------------------------------------------------- */

/* Keeps what was sent and dispatches it. */
struct Line {
        struct nk_transport base;
        demo_Keeper_entity *entity;
        nk_uint8_t sent[64];
        nk_uint8_t sent_arena[64];
        nk_size_t n_sent_arena;
};

static nk_err_t line_call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        struct Line *line = (struct Line *)self;

        memcpy(line->sent, req, req->size);
        line->n_sent_arena = nkx_arena_used(req_arena);
        if (line->n_sent_arena)
                memcpy(line->sent_arena, req_arena->start, line->n_sent_arena);
        return demo_Keeper_entity_dispatch(line->entity, req, req_arena, res, res_arena);
}

static const struct nk_transport_ops line_ops = {line_call, NK_NULL, NK_NULL};

/* ---- The conversation -------------------------------------------------------------------- */

struct Session {
        struct Store store;
        demo_CStore_component component;
        demo_Keeper_entity entity;
        struct Line line;
        demo_IStore_proxy proxy;
};

static void begin(struct Session *s) {
        memset(s, 0, sizeof(*s));
        s->store.base.ops = &store_ops;
        demo_CStore_component_init(&s->component, &s->store.base);
        demo_Keeper_entity_init(&s->entity, &s->component);
        s->line.base.ops = &line_ops;
        s->line.entity = &s->entity;
        demo_IStore_proxy_init(&s->proxy, &s->line.base, demo_Keeper_main_store_iid);
}

/* Put(kind=1, stamp=2, key="abc", tags=[7,9]), the key's chunk first. */
static nk_err_t call_put(struct Session *s, demo_IStore_Put_res *res) {
        static const nk_uint32_t tags[] = {7, 9};
        NK_ARENA_AUTO(arena, demo_IStore_Put_req_arena_size);
        demo_IStore_Put_req req;

        memset(&req, 0, sizeof(req));
        req.item.kind = 1;
        req.item.stamp = 2;
        if (nk_arena_store(char, &arena, &req.item.key, "abc", 4) != NK_EOK ||
                nk_arena_store(nk_uint32_t, &arena, &req.tags, tags, 2) != NK_EOK)
                return NK_ENOMEM;
        return demo_IStore_Put(&s->proxy.base, &req, &arena, res, NK_NULL);
}

static int the_message_has_these_bytes(void) {
        static const nk_uint8_t parameters[] = {
                1, 0, 0, 0, 0, 0, 0, 0, /* 24: kind, padding */
                2, 0, 0, 0, 0, 0, 0, 0, /* 32: stamp */
                0, 0, 0, 0, 4, 0, 0, 0, /* 40: key: offset 0, 4 bytes */
                4, 0, 0, 0, 8, 0, 0, 0, /* 48: tags: offset 4, 8 bytes */
        };
        static const nk_uint8_t arena[] = {'a', 'b', 'c', 0, 7, 0, 0, 0, 9, 0, 0, 0};
        struct Session s;
        demo_IStore_Put_res res;
        struct nk_message head;

        begin(&s);
        CHECK(call_put(&s, &res) == NK_EOK);
        memcpy(&head, s.line.sent, sizeof(head));
        CHECK(head.size == 56 && head.iid == 0 && head.mid == 0 && head.ncaps == 0);
        CHECK(!nkx_message_check_err(&head));
        CHECK(memcmp(s.line.sent + 24, parameters, sizeof(parameters)) == 0);
        CHECK(s.line.n_sent_arena == sizeof(arena));
        CHECK(memcmp(s.line.sent_arena, arena, sizeof(arena)) == 0);
        return 0;
}

static int the_call_arrives_and_its_answer_comes_back(void) {
        struct Session s;
        demo_IStore_Put_res res;

        begin(&s);
        memset(&res, 0xff, sizeof(res));
        CHECK(call_put(&s, &res) == NK_EOK);
        CHECK(res.slot == 1 && res.res_.slot == 1);
        CHECK(!nk_msg_check_err(&res));
        CHECK(res.base_.size == 32 && res.base_.iid == 0 && res.base_.mid == 0 && res.base_.ncaps == 0);
        CHECK(s.store.kind == 1 && s.store.stamp == 2 && strcmp(s.store.key, "abc") == 0);
        CHECK(s.store.n_tags == 2 && s.store.tags[0] == 7 && s.store.tags[1] == 9);
        return 0;
}

static int a_logic_error_is_the_result_and_the_status(void) {
        struct Session s;
        demo_IStore_Put_res res;
        nk_err_t err;

        begin(&s);
        CHECK(call_put(&s, &res) == NK_EOK);
        err = call_put(&s, &res);
        CHECK(NK_ELOGIC_CHECK(err) && NK_ELOGIC_GET(err) == 77);
        CHECK(nk_msg_check_err(&res) && res.err_.status == 77);
        CHECK(res.base_.size == sizeof(demo_IStore_Put_err));
        return 0;
}

static int the_second_method_needs_no_arena(void) {
        struct Session s;
        demo_IStore_Drop_req req;
        demo_IStore_Drop_res res;

        begin(&s);
        req.slot = 5;
        CHECK(demo_IStore_Drop(&s.proxy.base, &req, NK_NULL, &res, NK_NULL) == NK_EOK);
        CHECK(s.store.dropped == 5 && req.base_.mid == demo_IStore_Drop_mid && res.base_.size == 24);
        req.slot = 6;
        CHECK(demo_IStore_Drop_proxy(&s.proxy, &req, NK_NULL, &res, NK_NULL) == NK_EOK);
        CHECK(s.store.dropped == 6);
        /* A local implementation takes the place of a proxy: no message is made. */
        req.slot = 7;
        CHECK(demo_IStore_Drop(&s.store.base, &req, NK_NULL, &res, NK_NULL) == NK_EOK);
        CHECK(s.store.dropped == 7);
        return 0;
}

int main(void) {
        int (*const checks[])(void) = {
                the_message_has_these_bytes,
                the_call_arrives_and_its_answer_comes_back,
                a_logic_error_is_the_result_and_the_status,
                the_second_method_needs_no_arena,
        };

        for (unsigned i = 0; i < nk_array_size(checks); i++) {
                int failed = checks[i]();

                if (failed)
                        return failed;
        }
        return 0;
}
