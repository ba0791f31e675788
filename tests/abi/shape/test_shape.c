/* SPDX-License-Identifier: MIT */
/*
 * The shape table that nkc writes, as the runtime reads it: it passes the check of tables, its
 * numbers are those of the generated headers, and messages made by generated code fit it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include <demo/IEverything.idl.h>
#include <demo/IStore.idl.h>
#include <demo/Keeper.edl.h>
#include <nkc.h>
#include <services/rtl/nk_msg.h>

#include "nk/verify.h"

static const char *folder; /* of the descriptions */
static const ShapeTable *table;
static const NkcClass *keeper;
static NkcSession *session;

static void print_diagnostic(void *userdata, NkcSeverity severity, unsigned number, const char *text) {
        (void)userdata;
        (void)severity;
        (void)number;
        fputs(text, stderr);
}

static int load(void **state) {
        (void)state;
        session = nkc_session_new(print_diagnostic, NULL);
        if (!session)
                return -1;
        nkc_session_add_include(session, folder);
        keeper = nkc_class_load(session, "demo.Keeper");
        table = keeper ? keeper->shape : NULL;
        return table ? 0 : -1;
}

static int unload(void **state) {
        (void)state;
        session = nkc_session_free(session);
        return 0;
}

static const char *text_at(uint32_t offset) {
        return (const char *)table + offset;
}

static const ShapeEndpoint *endpoint_of(uint16_t iid) {
        assert_true(iid < table->n_endpoints);
        return (const ShapeEndpoint *)(const void *)text_at(table->endpoints_off) + iid;
}

static const ShapeMethod *method_of(uint16_t iid, uint16_t mid) {
        const ShapeEndpoint *endpoint = endpoint_of(iid);

        assert_true(mid < endpoint->n_methods);
        return (const ShapeMethod *)(const void *)text_at(table->methods_off) + endpoint->first_method + mid;
}

/* --- numbers and names --- */

static void table_of_the_compiler_passes_its_check(void **state) {
        (void)state;

        assert_int_equal(verify_table(table, keeper->shape_size), 0);
        assert_int_equal(table->size, keeper->shape_size);
        assert_string_equal(text_at(table->class_off), "demo.Keeper");
        assert_int_equal(table->n_endpoints, demo_Keeper_iidMax);
}

static void endpoints_are_in_the_order_of_their_ids(void **state) {
        static const struct {
                uint16_t iid;
                const char *path, *class_path, *interface;
        } rows[] = {
                {demo_Keeper_main_store_iid, "main.store", "demo.CStore.store", "demo.IStore"},
                {demo_Keeper_main_everything_iid, "main.everything", "demo.CStore.everything",
                        "demo.IEverything"},
                {demo_Keeper_spare_store_iid, "spare.store", "demo.CSpare.store", "demo.IStore"},
                {demo_Keeper_spare_everything_iid, "spare.everything", "demo.CSpare.everything",
                        "demo.IEverything"},
        };
        (void)state;

        for (size_t i = 0; i < nk_array_size(rows); i++) {
                const ShapeEndpoint *e = endpoint_of(rows[i].iid);

                assert_string_equal(text_at(e->path_off), rows[i].path);
                assert_string_equal(text_at(e->class_off), rows[i].class_path);
                assert_string_equal(text_at(e->iface_off), rows[i].interface);
        }
        assert_int_equal(endpoint_of(demo_Keeper_main_store_iid)->n_methods, demo_IStore_mid_max);
        assert_int_equal(endpoint_of(demo_Keeper_main_everything_iid)->n_methods, demo_IEverything_mid_max);
}

#define COMPARE(iid, P, M)                                                                                   \
        do {                                                                                                 \
                const ShapeMethod *m = method_of(iid, P##_##M##_mid);                                        \
                                                                                                             \
                assert_string_equal(text_at(m->name_off), #M);                                               \
                assert_int_equal(m->req.size, sizeof(P##_##M##_req));                                        \
                assert_int_equal(m->res.size, sizeof(P##_##M##_res));                                        \
                assert_int_equal(m->err.size, sizeof(P##_##M##_err));                                        \
                assert_int_equal(m->req.arena_max, P##_##M##_req_arena_size);                                \
                assert_int_equal(nk_max(m->res.arena_max, m->err.arena_max), P##_##M##_res_arena_size);      \
                assert_int_equal(m->req.n_handles, P##_##M##_req_handles);                                   \
                assert_int_equal(m->res.n_handles, P##_##M##_res_handles);                                   \
                assert_int_equal(m->err.n_handles, P##_##M##_err_handles);                                   \
        } while (0)

static void sizes_are_those_of_the_generated_headers(void **state) {
        (void)state;

        COMPARE(demo_Keeper_main_store_iid, demo_IStore, Put);
        COMPARE(demo_Keeper_main_store_iid, demo_IStore, Drop);
        COMPARE(demo_Keeper_spare_store_iid, demo_IStore, Put);
        COMPARE(demo_Keeper_main_everything_iid, demo_IEverything, List);
        COMPARE(demo_Keeper_main_everything_iid, demo_IEverything, Choose);
        COMPARE(demo_Keeper_main_everything_iid, demo_IEverything, Give);
        COMPARE(demo_Keeper_spare_everything_iid, demo_IEverything, Nothing);
}

/* The worked example of the reference: item.key at 40, tags at 48. */
static void nodes_of_the_worked_example_are_its_two_chunks(void **state) {
        const ShapeMessage *put = &method_of(demo_Keeper_main_store_iid, demo_IStore_Put_mid)->req;
        const ShapeNode *nodes = (const ShapeNode *)(const void *)text_at(table->nodes_off) + put->first_node;
        (void)state;

        assert_int_equal(put->size, 56);
        assert_int_equal(put->arena_max, 32);
        assert_int_equal(put->n_nodes, 2);
        assert_int_equal(nodes[0].kind, SHAPE_STRING);
        assert_int_equal(nodes[0].offset, 40);
        assert_int_equal(nodes[0].max, 16);
        assert_int_equal(nodes[1].kind, SHAPE_SEQUENCE);
        assert_int_equal(nodes[1].offset, 48);
        assert_int_equal(nodes[1].max, 4);
        assert_int_equal(nodes[1].stride, 4);
        assert_int_equal(nodes[1].n_children, 0);
}

/* --- messages --- */

/* A transport that checks the request as a server's runtime does, and answers with an empty response. */
static nk_err_t check_call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        VerifyScratch scratch = VERIFY_SCRATCH_NULL;
        int r = verify_request(table, req, req->size, req_arena ? req_arena->start : NULL,
                (uint32_t)nkx_arena_used(req_arena), &scratch);

        (void)self;
        (void)res_arena;
        verify_scratch_deinit(&scratch);
        nkx_message_set_method_id(res, req->iid, req->mid);
        return r == 0 ? NK_EOK : NK_EINVAL;
}

static const struct nk_transport_ops check_ops = {.call = check_call};
static struct nk_transport checker = {.ops = &check_ops};

static void worked_example_fits(void **state) {
        char buffer[demo_IStore_Put_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        const nk_uint32_t tags[] = {7, 9};
        demo_IStore_proxy proxy;
        demo_IStore_Put_req req;
        demo_IStore_Put_res res;
        (void)state;

        demo_IStore_proxy_init(&proxy, &checker, demo_Keeper_spare_store_iid);
        memset(&req, 0, sizeof(req));
        assert_int_equal(NkKosCopyStringToArena(&arena, &req.item.key, "abc"), NK_EOK);
        assert_int_equal(nk_arena_store(nk_uint32_t, &arena, &req.tags, tags, 2), NK_EOK);
        assert_int_equal(demo_IStore_Put(&proxy.base, &req, &arena, &res, NULL), NK_EOK);

        req.tags.size = 7;
        assert_int_equal(demo_IStore_Put(&proxy.base, &req, &arena, &res, NULL), NK_EINVAL);
        req.tags.size = 8;
        req.item.key.size = 3;
        assert_int_equal(demo_IStore_Put(&proxy.base, &req, &arena, &res, NULL), NK_EINVAL);
        proxy.iid = demo_Keeper_iidMax;
        assert_int_equal(demo_IStore_Put(&proxy.base, &req, &arena, &res, NULL), NK_EINVAL);
}

static nk_ptr_t *alloc_ptrs(struct nk_arena *arena, nk_ptr_t *dst, nk_uint32_t n) {
        nk_ptr_t *ptrs = nk_arena_alloc(nk_ptr_t, arena, dst, n);

        assert_non_null(ptrs);
        return ptrs;
}

static void full_nested_sequences_fit_their_arena(void **state) {
        char buffer[demo_IEverything_List_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        demo_IEverything_proxy proxy;
        demo_IEverything_List_req req;
        demo_IEverything_List_res res;
        nk_ptr_t *rows, *words = NULL;
        (void)state;

        demo_IEverything_proxy_init(&proxy, &checker, demo_Keeper_main_everything_iid);
        memset(&req, 0, sizeof(req));
        rows = alloc_ptrs(&arena, &req.words, demo_IEverything_List_req_words_size);
        for (int i = 0; i < demo_IEverything_List_req_words_size; i++) {
                words = alloc_ptrs(&arena, &rows[i], demo_IEverything_List_req_words_elem_size);
                for (int k = 0; k < demo_IEverything_List_req_words_elem_size; k++)
                        assert_int_equal(NkKosCopyStringToArena(&arena, &words[k], "12345678"), NK_EOK);
        }
        assert_int_equal(demo_IEverything_List(&proxy.base, &req, &arena, &res, NULL), NK_EOK);

        words[2].size--; /* its last byte is no zero then */
        assert_int_equal(demo_IEverything_List(&proxy.base, &req, &arena, &res, NULL), NK_EINVAL);
}

static void members_of_unions_are_checked_by_their_tag(void **state) {
        char buffer[demo_IEverything_Choose_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof(buffer));
        demo_IEverything_proxy proxy;
        demo_IEverything_Choose_req req;
        demo_IEverything_Choose_res res;
        demo_IEverything_Entry *entry;
        (void)state;

        demo_IEverything_proxy_init(&proxy, &checker, demo_Keeper_main_everything_iid);
        memset(&req, 0, sizeof(req));
        req.values[0].tag_ = demo_IEverything_Value_number_tag;
        req.values[0].number = UINT64_MAX;
        req.values[1].tag_ = demo_IEverything_Value_entries_tag;
        entry = nk_arena_alloc(demo_IEverything_Entry, &arena, &req.values[1].entries, 1);
        assert_non_null(entry);
        memset(entry, 0, sizeof(*entry));
        assert_int_equal(NkKosCopyStringToArena(&arena, &entry->name, "name"), NK_EOK);
        assert_int_equal(demo_IEverything_Choose(&proxy.base, &req, &arena, &res, NULL), NK_EOK);

        req.values[0].tag_ = demo_IEverything_Value_text_tag;
        assert_int_equal(demo_IEverything_Choose(&proxy.base, &req, &arena, &res, NULL), NK_EINVAL);
        req.values[0].tag_ = demo_IEverything_Value_pair_tag + 1;
        assert_int_equal(demo_IEverything_Choose(&proxy.base, &req, &arena, &res, NULL), NK_EINVAL);
        req.values[0].tag_ = demo_IEverything_Value_number_tag;
        entry->name.size--;
        assert_int_equal(demo_IEverything_Choose(&proxy.base, &req, &arena, &res, NULL), NK_EINVAL);
}

static void handles_are_counted(void **state) {
        demo_IEverything_proxy proxy;
        demo_IEverything_Give_req req;
        demo_IEverything_Give_res res;
        VerifyScratch scratch = VERIFY_SCRATCH_NULL;
        (void)state;

        demo_IEverything_proxy_init(&proxy, &checker, demo_Keeper_main_everything_iid);
        memset(&req, 0, sizeof(req));
        assert_int_equal(demo_IEverything_Give(&proxy.base, &req, NULL, &res, NULL), NK_EOK);
        assert_int_equal(req.base_.ncaps, 3);
        nk_msg_set_ncaps(&req, 2);
        assert_int_equal(verify_request(table, &req.base_, sizeof(req), NULL, 0, &scratch), VERIFY_E_SHAPE);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(table_of_the_compiler_passes_its_check),
                cmocka_unit_test(endpoints_are_in_the_order_of_their_ids),
                cmocka_unit_test(sizes_are_those_of_the_generated_headers),
                cmocka_unit_test(nodes_of_the_worked_example_are_its_two_chunks),
                cmocka_unit_test(worked_example_fits),
                cmocka_unit_test(full_nested_sequences_fit_their_arena),
                cmocka_unit_test(members_of_unions_are_checked_by_their_tag),
                cmocka_unit_test(handles_are_counted),
        };

        if (argc != 2) {
                fprintf(stderr, "usage: test_shape FOLDER_OF_THE_DESCRIPTIONS\n");
                return 2;
        }
        folder = argv[1];
        return cmocka_run_group_tests(tests, load, unload);
}
