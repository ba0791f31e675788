/* SPDX-License-Identifier: MIT */
/*
 * The NK headers as generated and user code uses them, in C and in C++: packed messages, arena macros
 * with every kind of type and count, handle containers. Exit code: the line that failed, modulo 256.
 */
#include <nk/transport.h>
#include <rtl/retcode.h>
#include <services/ocap.h>
#include <services/rtl/nk_cstr.h>
#include <services/rtl/nk_msg.h>

#include <string.h>

#define CHECK(condition)                                                                                     \
        do {                                                                                                 \
                if (!(condition))                                                                            \
                        return __LINE__ % 255 + 1;                                                           \
        } while (0)

/* As nkc writes them. */
typedef struct __nk_packed demo_IStore_Item {
        __nk_alignas(1) nk_uint8_t kind;
        __nk_alignas(8) nk_uint64_t stamp;
        __nk_alignas(4) nk_ptr_t key;
} demo_IStore_Item;

typedef struct __nk_packed demo_IStore_Put_req {
        __nk_alignas(8) struct nk_message base_;
        __nk_alignas(8) struct demo_IStore_Item item;
        __nk_alignas(4) nk_ptr_t tags;
        __nk_alignas(8) nk_handle_desc_t handle;
        __nk_alignas(4) nk_ptr_t names[2];
} demo_IStore_Put_req;

nk_static_assert(nk_offsetof(demo_IStore_Item, stamp) == 8, bad_stamp_offset);
nk_static_assert(nk_offsetof(demo_IStore_Item, key) == 16, bad_key_offset);
nk_static_assert(sizeof(demo_IStore_Item) == 24 && nk_alignof(demo_IStore_Item) == 8, bad_item_size);
nk_static_assert(nk_offsetof(demo_IStore_Put_req, item) == 24, bad_item_offset);
nk_static_assert(nk_offsetof(demo_IStore_Put_req, tags) == 48, bad_tags_offset);
nk_static_assert(nk_offsetof(demo_IStore_Put_req, handle) == 56, bad_handle_offset);
nk_static_assert(sizeof(demo_IStore_Put_req) == 88, bad_req_size);

/* Constants work as array sizes, enumerators and case labels. */
enum { SIZE = NK_UINT16_C(256), LARGER = nk_max(3, 4), FAILURE = rcFail };
static char buffer[NK_UINT32_C(256) + LARGER];

static int arena_works_with_every_kind_of_type(void) {
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        demo_IStore_Put_req req;
        nk_uint32_t n32;
        nk_size_t n;

        nk_ptr_t *parts = nk_arena_alloc(nk_ptr_t, &arena, &req.names[0], 2);
        struct demo_IStore_Item *items = nk_arena_alloc(struct demo_IStore_Item, &arena, &req.tags, 1u);
        nk_char_t *text = nk_arena_alloc(nk_char_t, &arena, &parts[0], (nk_uint8_t)4);
        CHECK(parts && items && text);
        memcpy(text, "abc", 4);
        CHECK(NkKosCopyStringToArena(&arena, &items->key, "key") == NK_EOK);
        CHECK(nk_arena_store(const char, &arena, &parts[1], "de", 3) == NK_EOK);

        const nk_ptr_t *got = nk_arena_get(const nk_ptr_t, &arena, &req.names[0], &n32);
        CHECK(got && n32 == 2);
        const char *first = nk_arena_get(const char, &arena, &got[0], &n);
        CHECK(first && n == 4 && strcmp(first, "abc") == 0);
        demo_IStore_Item *item = nk_arena_get(demo_IStore_Item, &arena, &req.tags, &n);
        const char *key;
        CHECK(item && n == 1 && RtlArenaGetCStr(&arena, &item->key, &key) == NK_EOK &&
                strcmp(key, "key") == 0);
        return 0;
}

static int arena_writes_counts_of_every_type(void) {
        NK_ARENA_AUTO(arena, 16);
        const nk_uint16_t numbers[] = {1, 2, 3};
        nk_ptr_t ptr;
        nk_uint32_t u32;
        nk_uint64_t u64;
        nk_size_t size;
        size_t std_size;
        uint64_t std_u64;
        unsigned long ul;
        int i;

        CHECK(nk_arena_store(nk_uint16_t, &arena, &ptr, numbers, nk_array_size(numbers)) == NK_EOK);
        CHECK(nk_arena_get(nk_uint16_t, &arena, &ptr, &u32) && u32 == 3);
        CHECK(nk_arena_get(nk_uint16_t, &arena, &ptr, &u64) && u64 == 3);
        CHECK(nk_arena_get(nk_uint16_t, &arena, &ptr, &size) && size == 3);
        CHECK(nk_arena_get(nk_uint16_t, &arena, &ptr, &std_size) && std_size == 3);
        CHECK(nk_arena_get(nk_uint16_t, &arena, &ptr, &std_u64) && std_u64 == 3);
        CHECK(nk_arena_get(nk_uint16_t, &arena, &ptr, &ul) && ul == 3);
        CHECK(nk_arena_get(nk_uint16_t, &arena, &ptr, &i) && i == 3);
        CHECK(!nk_arena_get(nk_uint32_t, &arena, &ptr, &i) && i == 0);
        CHECK(nk_arena_alloc(nk_uint8_t, &arena, &ptr, i) != NK_NULL);
        CHECK(!nk_arena_alloc(nk_uint8_t, NK_NULL, &ptr, 1L));
        return 0;
}

static int header_and_handles_work(void) {
        demo_IStore_Put_req req;
        nk_badge_t badge;

        nk_req_reset(&req);
        nk_msg_set_method_id(&req, 1, 2);
        nk_msg_set_ncaps(&req, 1);
        CHECK(req.base_.size == sizeof(req) && req.base_.iid == 1 && req.base_.ncaps == 1);
        CHECK(!nk_msg_check_err(&req));
        nk_err_reset(&req);
        CHECK(nk_msg_check_err(&req));
        req.handle = nk_handle_desc(5);
        CHECK(nk_get_handle(&req.handle) == 5);
        req.handle = nk_handle_desc(5, OCAP_HANDLE_TRANSFER | OCAP_HANDLE_SPEC(3), 6);
        CHECK(nk_get_rights(&req.handle) == (OCAP_HANDLE_TRANSFER | OCAP_HANDLE_SPEC(3)));
        CHECK(!nk_is_handle_dereferenced(&req.handle));
        CHECK(nk_get_badge_op(&req.handle, 0, &badge) == NK_EINVAL);
        CHECK(NK_ELOGIC_CHECK(NK_ELOGIC_MAKE(3)) && NK_ELOGIC_GET(NK_ELOGIC_MAKE(3)) == 3);
        return 0;
}

static nk_err_t answer(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        nk_unused(self);
        nk_unused(req_arena);
        nk_unused(res_arena);
        nk_message_make_req(res, req->size);
        return NK_EOK;
}

static int transport_calls_its_operations(void) {
        const struct nk_transport_ops ops = {answer, NK_NULL, NK_NULL};
        struct nk_transport transport = {&ops};
        struct nk_message req, res;

        nk_message_make_req(&req, sizeof(req));
        CHECK(nk_transport_call(&transport, &req, NK_NULL, &res, NK_NULL) == NK_EOK && res.size == 24);
        CHECK(nk_transport_recv(&transport, &req, NK_NULL) == NK_EINVAL);
        CHECK(nk_transport_reply(&transport, &res, NK_NULL) == NK_EINVAL);
        return 0;
}

int main(void) {
        int r = SIZE == 256 && FAILURE == rcFail ? 0 : 1;

        if (r == 0)
                r = arena_works_with_every_kind_of_type();
        if (r == 0)
                r = arena_writes_counts_of_every_type();
        if (r == 0)
                r = header_and_handles_work();
        if (r == 0)
                r = transport_calls_its_operations();
        return r;
}
