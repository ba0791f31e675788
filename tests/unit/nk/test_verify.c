/* SPDX-License-Identifier: MIT */
/*
 * Structural check of messages: each rule at, below and above its limit.
 *
 * A case has one method with one request whose nodes it lists. Places in the constant part are
 * numbered from the end of the header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <nk/arena.h>

#include "nk/verify.h"
#include "shape_block.h"

#define HEADER    24u
#define AT(n)     (HEADER + (n))
#define ROOM      64u /* bytes of parameters */
#define ARENA_MAX 4096u

/* A request under test. The arena is a heap block of exactly the used size, so that a sanitizer sees
 * every byte read beyond it. */
typedef struct Case {
        ShapeTable *table;
        union {
                struct nk_message base_;
                uint8_t bytes[HEADER + ROOM];
        } msg;
        uint8_t fill[ARENA_MAX];
        VerifyScratch scratch;
} Case;

static Case *case_new(const ShapeNode *nodes, uint32_t n_nodes, uint32_t n_own, uint32_t n_handles) {
        const ShapeEndpoint endpoint = {.n_methods = 1};
        const ShapeMethod method = {
                .req = {HEADER + ROOM, ARENA_MAX, n_handles, 0, n_own},
                .res = {HEADER, 0, 0, 0, 0},
                .err = {HEADER, 0, 0, 0, 0},
        };
        Case *c = calloc(1, sizeof(*c));

        assert_non_null(c);
        c->table = shape_block_new(&(ShapeParts){&endpoint, 1, &method, 1, nodes, n_nodes});
        assert_int_equal(verify_table(c->table, c->table->size), 0);
        nk_message_make_req(&c->msg.base_, HEADER + ROOM);
        nk_message_set_ncaps(&c->msg.base_, n_handles);
        return c;
}

static void case_free(Case *c) {
        verify_scratch_deinit(&c->scratch);
        free(c->table);
        free(c);
}

static void set_ptr(uint8_t *place, uint32_t offset, uint32_t size) {
        const nk_ptr_t ptr = {offset, size};

        memcpy(place, &ptr, sizeof(ptr));
}

/* The parameter at `at` becomes this chunk. */
static void set_param(Case *c, uint32_t at, uint32_t offset, uint32_t size) {
        set_ptr(c->msg.bytes + AT(at), offset, size);
}

static int check(Case *c, uint32_t arena_size) {
        uint8_t *arena = malloc(arena_size + (arena_size == 0));
        int r;

        assert_non_null(arena);
        memcpy(arena, c->fill, arena_size);
        c->scratch.reason = NULL;
        r = verify_request(c->table, &c->msg.base_, HEADER + ROOM, arena, arena_size, &c->scratch);
        free(arena);
        assert_true((r != 0) == (c->scratch.reason != NULL));
        return r;
}

#define assert_passes(c, arena_size)  assert_int_equal(check(c, arena_size), 0)
#define assert_refused(c, arena_size) assert_int_equal(check(c, arena_size), VERIFY_E_SHAPE)

/* --- header --- */

static void request_has_exactly_the_size_of_its_method(void **state) {
        Case *c = case_new(NULL, 0, 0, 0);
        VerifyScratch *s = &c->scratch;
        (void)state;

        assert_int_equal(verify_request(c->table, &c->msg.base_, HEADER + ROOM, NULL, 0, s), 0);
        assert_int_equal(
                verify_request(c->table, &c->msg.base_, HEADER + ROOM - 1, NULL, 0, s), VERIFY_E_SHAPE);
        assert_int_equal(
                verify_request(c->table, &c->msg.base_, HEADER + ROOM + 1, NULL, 0, s), VERIFY_E_SHAPE);
        c->msg.base_.size = HEADER + ROOM - 1;
        assert_int_equal(verify_request(c->table, &c->msg.base_, HEADER + ROOM, NULL, 0, s), VERIFY_E_SHAPE);
        assert_int_equal(
                verify_request(c->table, &c->msg.base_, HEADER + ROOM - 1, NULL, 0, s), VERIFY_E_SHAPE);
        case_free(c);
}

static void message_without_a_whole_header_is_not_read(void **state) {
        Case *c = case_new(NULL, 0, 0, 0);
        struct nk_message *short_message = malloc(HEADER - 1);
        (void)state;

        assert_non_null(short_message);
        assert_int_equal(
                verify_request(c->table, short_message, HEADER - 1, NULL, 0, &c->scratch), VERIFY_E_SHAPE);
        assert_int_equal(
                verify_reply(c->table, 0, 0, short_message, 0, NULL, 0, &c->scratch), VERIFY_E_SHAPE);
        free(short_message);
        case_free(c);
}

static void unknown_endpoint_and_method_have_their_own_code(void **state) {
        Case *c = case_new(NULL, 0, 0, 0);
        (void)state;

        c->msg.base_.mid = 1;
        assert_int_equal(check(c, 0), VERIFY_E_METHOD);
        c->msg.base_.mid = UINT16_MAX;
        assert_int_equal(check(c, 0), VERIFY_E_METHOD);
        c->msg.base_.mid = 0;
        c->msg.base_.iid = 1;
        assert_int_equal(check(c, 0), VERIFY_E_METHOD);
        c->msg.base_.iid = INVALID_RIID;
        assert_int_equal(check(c, 0), VERIFY_E_METHOD);
        c->msg.base_.iid = 0;
        assert_passes(c, 0);
        case_free(c);
}

static void request_has_no_error_flag_and_no_unknown_one(void **state) {
        Case *c = case_new(NULL, 0, 0, 0);
        (void)state;

        c->msg.base_.flags = NKX_MESSAGE_ERROR;
        assert_refused(c, 0);
        c->msg.base_.flags = 4;
        assert_refused(c, 0);
        c->msg.base_.flags = NKX_MESSAGE_ORDINARY | NKX_MESSAGE_MARKED;
        assert_passes(c, 0);
        c->msg.base_.reserved = 1;
        assert_refused(c, 0);
        case_free(c);
}

static void handle_count_is_that_of_the_method(void **state) {
        const ShapeNode handle = {.kind = SHAPE_HANDLE, .offset = AT(0)};
        Case *c = case_new(&handle, 1, 1, 1);
        (void)state;

        assert_passes(c, 0);
        c->msg.base_.ncaps = 0;
        assert_refused(c, 0);
        c->msg.base_.ncaps = 2;
        assert_refused(c, 0);
        case_free(c);
}

/* --- chunks --- */

static void string_has_at_most_its_size_and_ends_with_zero(void **state) {
        const ShapeNode string = {.kind = SHAPE_STRING, .offset = AT(4), .max = 4};
        Case *c = case_new(&string, 1, 1, 0);
        (void)state;

        memcpy(c->fill, "abc\0\0", 5);
        set_param(c, 4, 0, 4);
        assert_passes(c, 4);
        set_param(c, 4, 0, 5);
        assert_refused(c, 5);
        set_param(c, 4, 0, 3);
        assert_refused(c, 4);
        set_param(c, 4, 3, 1);
        assert_passes(c, 4);
        set_param(c, 4, 0, 0);
        assert_passes(c, 0);
        case_free(c);
}

static void text_with_a_zero_inside_passes(void **state) {
        const ShapeNode string = {.kind = SHAPE_STRING, .offset = AT(0), .max = 8};
        Case *c = case_new(&string, 1, 1, 0);
        (void)state;

        memcpy(c->fill, "a\0b", 4);
        set_param(c, 0, 0, 4);
        assert_passes(c, 4);
        case_free(c);
}

static void bytes_have_at_most_their_size(void **state) {
        const ShapeNode bytes = {.kind = SHAPE_BYTES, .offset = AT(0), .max = 100};
        Case *c = case_new(&bytes, 1, 1, 0);
        (void)state;

        memset(c->fill, 0xff, sizeof(c->fill));
        set_param(c, 0, 0, 99);
        assert_passes(c, 200);
        set_param(c, 0, 0, 100);
        assert_passes(c, 200);
        set_param(c, 0, 0, 101);
        assert_refused(c, 200);
        case_free(c);
}

static void sequence_has_at_most_its_elements(void **state) {
        const ShapeNode sequence = {.kind = SHAPE_SEQUENCE, .offset = AT(0), .max = 3, .stride = 4};
        Case *c = case_new(&sequence, 1, 1, 0);
        (void)state;

        set_param(c, 0, 0, 8);
        assert_passes(c, 100);
        set_param(c, 0, 0, 12);
        assert_passes(c, 100);
        set_param(c, 0, 0, 16);
        assert_refused(c, 100);
        case_free(c);
}

static void half_an_element_is_refused(void **state) {
        static const uint32_t strides[] = {2, 3, 4, 8, 12, 24, 1000};
        (void)state;

        for (size_t i = 0; i < nk_array_size(strides); i++) {
                uint32_t stride = strides[i];
                const ShapeNode sequence = {
                        .kind = SHAPE_SEQUENCE, .offset = AT(0), .max = 3, .stride = stride};
                Case *c = case_new(&sequence, 1, 1, 0);

                set_param(c, 0, 0, stride);
                assert_passes(c, ARENA_MAX);
                set_param(c, 0, 0, stride - 1);
                assert_refused(c, ARENA_MAX);
                set_param(c, 0, 0, stride + 1);
                assert_refused(c, ARENA_MAX);
                set_param(c, 0, 0, stride * 2 + stride / 2);
                assert_refused(c, ARENA_MAX);
                case_free(c);
        }
}

static void capacity_beyond_32_bits_does_not_wrap(void **state) {
        const ShapeNode sequence = {.kind = SHAPE_SEQUENCE, .offset = AT(0), .max = 0x80000000u, .stride = 2};
        Case *c = case_new(&sequence, 1, 1, 0);
        (void)state;

        set_param(c, 0, 0, 4);
        assert_passes(c, 4);
        case_free(c);
}

static void chunk_lies_inside_the_used_arena(void **state) {
        const ShapeNode bytes = {.kind = SHAPE_BYTES, .offset = AT(0), .max = UINT32_MAX};
        Case *c = case_new(&bytes, 1, 1, 0);
        (void)state;

        set_param(c, 0, 60, 4);
        assert_passes(c, 64);
        set_param(c, 0, 61, 4);
        assert_refused(c, 64);
        set_param(c, 0, 64, 1);
        assert_refused(c, 64);
        set_param(c, 0, 63, 1);
        assert_passes(c, 64);
        set_param(c, 0, 0, 1);
        assert_refused(c, 0);
        case_free(c);
}

static void offset_that_wraps_is_refused(void **state) {
        const ShapeNode nodes[] = {
                {.kind = SHAPE_STRING, .offset = AT(0), .max = UINT32_MAX},
        };
        Case *c = case_new(nodes, 1, 1, 0);
        (void)state;

        set_param(c, 0, UINT32_MAX, 1);
        assert_refused(c, 64);
        set_param(c, 0, UINT32_MAX, 2);
        assert_refused(c, 64);
        set_param(c, 0, 0xfffffff0u, 0x20);
        assert_refused(c, 64);
        set_param(c, 0, 0x20, 0xfffffff0u);
        assert_refused(c, 64);
        set_param(c, 0, UINT32_MAX, UINT32_MAX);
        assert_refused(c, 64);
        case_free(c);
}

static void empty_chunk_may_have_any_offset(void **state) {
        const ShapeNode nodes[] = {
                {.kind = SHAPE_STRING, .offset = AT(0), .max = 4},
                {.kind = SHAPE_BYTES, .offset = AT(8), .max = 4},
                {.kind = SHAPE_SEQUENCE, .offset = AT(16), .max = 4, .stride = 4},
        };
        Case *c = case_new(nodes, 3, 3, 0);
        (void)state;

        for (uint32_t at = 0; at < 24; at += 8)
                set_param(c, at, UINT32_MAX, 0);
        assert_passes(c, 0);
        case_free(c);
}

/* --- overlap --- */

static const ShapeNode three_bytes[] = {
        {.kind = SHAPE_BYTES, .offset = AT(0), .max = ARENA_MAX},
        {.kind = SHAPE_BYTES, .offset = AT(8), .max = ARENA_MAX},
        {.kind = SHAPE_BYTES, .offset = AT(16), .max = ARENA_MAX},
};

static void chunks_pass_in_any_order(void **state) {
        static const unsigned orders[6][3] = {
                {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        Case *c = case_new(three_bytes, 3, 3, 0);
        (void)state;

        for (size_t i = 0; i < nk_array_size(orders); i++) {
                for (unsigned k = 0; k < 3; k++)
                        set_param(c, 8 * orders[i][k], 100 * k, 100);
                assert_passes(c, 300);
        }
        case_free(c);
}

static void growing_chunks_need_no_map(void **state) {
        Case *c = case_new(three_bytes, 3, 3, 0);
        (void)state;

        set_param(c, 0, 0, 64);
        set_param(c, 8, 64, 64);
        set_param(c, 16, 200, 56);
        assert_passes(c, 256);
        assert_null(c->scratch.bits);
        set_param(c, 0, 128, 64);
        assert_passes(c, 256);
        assert_non_null(c->scratch.bits);
        case_free(c);
}

static void one_shared_byte_is_an_overlap(void **state) {
        /* first: start, size; second: start, size; overlap */
        static const struct {
                uint32_t a, a_size, b, b_size;
                int overlap;
        } rows[] = {
                {0, 64, 63, 64, 1},
                {0, 64, 64, 64, 0},
                {0, 65, 64, 64, 1},
                {10, 1, 10, 1, 1},
                {10, 1, 11, 1, 0},
                {0, 1000, 500, 1, 1},
                {0, 1000, 999, 1, 1},
                {0, 1000, 1000, 1, 0},
                {500, 1, 0, 1000, 1},
                {63, 1, 64, 1, 0},
                {63, 2, 64, 1, 1},
                {0, 128, 127, 1, 1},
                {128, 64, 64, 64, 0},
                {128, 64, 64, 65, 1},
                {0, 4096, 0, 4096, 1},
                {64, 4032, 0, 64, 0},
                {1, 126, 0, 1, 0},
                {1, 126, 127, 1, 0},
                {1, 127, 127, 1, 1},
        };
        Case *c = case_new(three_bytes, 3, 3, 0);
        (void)state;

        for (size_t i = 0; i < nk_array_size(rows); i++) {
                set_param(c, 0, rows[i].a, rows[i].a_size);
                set_param(c, 8, rows[i].b, rows[i].b_size);
                assert_int_equal(check(c, ARENA_MAX), rows[i].overlap);
                set_param(c, 8, rows[i].a, rows[i].a_size);
                set_param(c, 0, rows[i].b, rows[i].b_size);
                assert_int_equal(check(c, ARENA_MAX), rows[i].overlap);
        }
        case_free(c);
}

static void map_is_clean_for_each_message_and_grows(void **state) {
        Case *c = case_new(three_bytes, 3, 3, 0);
        (void)state;

        set_param(c, 0, 10, 10);
        set_param(c, 8, 0, 10);
        assert_passes(c, 20);
        assert_passes(c, 20);
        set_param(c, 0, 2000, 2000);
        set_param(c, 8, 0, 2000);
        assert_passes(c, 4000);
        assert_passes(c, 4000);
        set_param(c, 0, 10, 10);
        assert_refused(c, 4000);
        set_param(c, 8, 0, 10);
        assert_passes(c, 20);
        case_free(c);
}

/* --- nesting --- */

static const ShapeNode sequence_of_strings[] = {
        {.kind = SHAPE_SEQUENCE, .offset = AT(0), .max = 8, .stride = 8, .first_child = 1, .n_children = 1},
        {.kind = SHAPE_STRING, .offset = 0, .max = 16},
};

static void sequence_of_strings_passes_in_both_orders(void **state) {
        Case *c = case_new(sequence_of_strings, 2, 1, 0);
        (void)state;

        /* The array first, as the library stores it. */
        set_param(c, 0, 0, 24);
        memcpy(c->fill + 24, "one\0two\0four", 13);
        set_ptr(c->fill, 24, 4);
        set_ptr(c->fill + 8, 28, 4);
        set_ptr(c->fill + 16, 32, 5);
        assert_passes(c, 37);
        assert_null(c->scratch.bits);

        /* The strings first, and the last one before the others. */
        memset(c->fill, 0, sizeof(c->fill));
        memcpy(c->fill, "four\0one\0two", 13);
        set_param(c, 0, 16, 24);
        set_ptr(c->fill + 16, 5, 4);
        set_ptr(c->fill + 24, 9, 4);
        set_ptr(c->fill + 32, 0, 5);
        assert_passes(c, 40);
        case_free(c);
}

static void every_element_is_checked(void **state) {
        Case *c = case_new(sequence_of_strings, 2, 1, 0);
        (void)state;

        set_param(c, 0, 0, 64);
        memset(c->fill + 64, 0, 64);
        for (uint32_t i = 0; i < 8; i++)
                set_ptr(c->fill + 8 * i, 64 + 4 * i, 4);
        assert_passes(c, 128);
        for (uint32_t i = 0; i < 8; i++) {
                c->fill[64 + 4 * i + 3] = 'x';
                assert_refused(c, 128);
                c->fill[64 + 4 * i + 3] = 0;
        }
        assert_passes(c, 128);
        case_free(c);
}

static void element_cannot_reach_back_into_its_array(void **state) {
        Case *c = case_new(sequence_of_strings, 2, 1, 0);
        (void)state;

        set_param(c, 0, 0, 8);
        set_ptr(c->fill, 4, 1); /* a zero byte of the descriptor itself */
        assert_refused(c, 8);
        set_ptr(c->fill, 8, 1);
        assert_passes(c, 9);
        case_free(c);
}

static void array_elements_are_all_checked(void **state) {
        const ShapeNode nodes[] = {
                {.kind = SHAPE_ARRAY,
                        .offset = AT(0),
                        .max = 4,
                        .stride = 16,
                        .first_child = 1,
                        .n_children = 1},
                {.kind = SHAPE_BYTES, .offset = 8, .max = 4},
        };
        Case *c = case_new(nodes, 2, 1, 0);
        (void)state;

        for (uint32_t i = 0; i < 4; i++)
                set_param(c, 16 * i + 8, 4 * i, 4);
        assert_passes(c, 16);
        assert_refused(c, 15);
        for (uint32_t i = 0; i < 4; i++) {
                set_param(c, 16 * i + 8, 4 * i, 5);
                assert_refused(c, 64);
                set_param(c, 16 * i + 8, 4 * i, 4);
        }
        case_free(c);
}

static void union_tag_names_a_member_and_only_that_is_checked(void **state) {
        const ShapeNode nodes[] = {
                {.kind = SHAPE_UNION, .offset = AT(8), .max = 3, .first_child = 1, .n_children = 3},
                {.kind = SHAPE_GROUP, .offset = AT(16), .first_child = 4, .n_children = 1},
                {.kind = SHAPE_GROUP, .offset = AT(16)},
                {.kind = SHAPE_GROUP, .offset = AT(16), .first_child = 5, .n_children = 2},
                {.kind = SHAPE_STRING, .offset = 0, .max = 4},
                {.kind = SHAPE_BYTES, .offset = 4, .max = 4},
                {.kind = SHAPE_BYTES, .offset = 12, .max = 4},
        };
        Case *c = case_new(nodes, 7, 1, 0);
        (void)state;

        memset(c->msg.bytes + AT(16), 0xff, 16);
        c->msg.bytes[AT(8)] = 1;
        assert_passes(c, 8);
        c->msg.bytes[AT(8)] = 0;
        assert_refused(c, 8);
        set_param(c, 16, 0, 4);
        assert_passes(c, 8);
        c->msg.bytes[AT(8)] = 2;
        set_param(c, 20, 0, 4);
        set_param(c, 28, 4, 4);
        assert_passes(c, 8);
        assert_refused(c, 7);
        c->msg.bytes[AT(8)] = 3;
        assert_refused(c, 8);
        c->msg.bytes[AT(8) + 3] = 0x80;
        assert_refused(c, 8);
        case_free(c);
}

static void unaligned_buffers_are_read_correctly(void **state) {
        Case *c = case_new(sequence_of_strings, 2, 1, 0);
        uint8_t *bytes = malloc(64);
        (void)state;

        assert_non_null(bytes);
        set_param(c, 0, 3, 8);
        set_ptr(c->fill + 3, 11, 4);
        memcpy(bytes + 1, c->fill, 15);
        assert_int_equal(
                verify_request(c->table, &c->msg.base_, HEADER + ROOM, bytes + 1, 15, &c->scratch), 0);
        free(bytes);
        case_free(c);
}

/* --- replies --- */

/* One method: out string<7> at 24, error bytes<3> at 32 in a message of 40 bytes; 2 handles in errors. */
static ShapeTable *reply_table(void) {
        const ShapeEndpoint endpoints[] = {{.n_methods = 1}, {.n_methods = 1}};
        const ShapeNode nodes[] = {
                {.kind = SHAPE_STRING, .offset = 24, .max = 8},
                {.kind = SHAPE_BYTES, .offset = 32, .max = 3},
                {.kind = SHAPE_ARRAY,
                        .offset = 40,
                        .max = 2,
                        .stride = 16,
                        .first_child = 3,
                        .n_children = 1},
                {.kind = SHAPE_HANDLE, .offset = 0},
        };
        const ShapeMethod method = {
                .req = {24, 0, 0, 0, 0},
                .res = {80, 8, 0, 0, 1},
                .err = {72, 3, 2, 1, 2},
        };
        ShapeTable *t = shape_block_new(&(ShapeParts){endpoints, 2, &method, 1, nodes, 4});

        assert_int_equal(verify_table(t, t->size), 0);
        return t;
}

static void response_has_the_ids_of_its_request(void **state) {
        ShapeTable *t = reply_table();
        VerifyScratch s = VERIFY_SCRATCH_NULL;
        uint64_t msg[10] = {0};
        struct nk_message *m = (struct nk_message *)msg;
        (void)state;

        nk_message_make_req(m, 80);
        nkx_message_set_method_id(m, 1, 0);
        assert_int_equal(verify_reply(t, 1, 0, m, 80, NULL, 0, &s), 0);
        assert_int_equal(verify_reply(t, 0, 0, m, 80, NULL, 0, &s), VERIFY_E_SHAPE);
        m->mid = 1;
        assert_int_equal(verify_reply(t, 1, 0, m, 80, NULL, 0, &s), VERIFY_E_SHAPE);
        assert_int_equal(verify_reply(t, 1, 1, m, 80, NULL, 0, &s), VERIFY_E_METHOD);
        assert_int_equal(verify_reply(t, 2, 0, m, 80, NULL, 0, &s), VERIFY_E_METHOD);
        free(t);
}

static void response_has_the_size_of_its_form(void **state) {
        ShapeTable *t = reply_table();
        VerifyScratch s = VERIFY_SCRATCH_NULL;
        uint64_t msg[16] = {0};
        struct nk_message *m = (struct nk_message *)msg;
        (void)state;

        for (uint32_t size = 24; size <= 88; size++) {
                nk_message_make_req(m, size);
                assert_int_equal(
                        verify_reply(t, 0, 0, m, size, NULL, 0, &s), size == 80 ? 0 : VERIFY_E_SHAPE);
                nkx_message_make_err(m, size);
                nk_message_set_ncaps(m, 2);
                assert_int_equal(verify_reply(t, 0, 0, m, size, NULL, 0, &s),
                        size == 72 || size == 80 ? 0 : VERIFY_E_SHAPE);
        }
        nk_message_make_req(m, 80);
        assert_int_equal(verify_reply(t, 0, 0, m, 72, NULL, 0, &s), VERIFY_E_SHAPE);
        m->reserved = 1;
        assert_int_equal(verify_reply(t, 0, 0, m, 80, NULL, 0, &s), VERIFY_E_SHAPE);
        free(t);
}

static void error_flag_chooses_the_shape_of_a_response(void **state) {
        ShapeTable *t = reply_table();
        VerifyScratch s = VERIFY_SCRATCH_NULL;
        uint64_t msg[10] = {0};
        struct nk_message *m = (struct nk_message *)(void *)msg;
        (void)state;

        nk_message_make_req(m, 80);
        set_ptr((uint8_t *)msg + 24, 0, 4);
        set_ptr((uint8_t *)msg + 32, 0, 4);
        assert_int_equal(verify_reply(t, 0, 0, m, 80, "abc", 4, &s), 0);
        m->flags = NKX_MESSAGE_ERROR;
        m->ncaps = 2;
        assert_int_equal(verify_reply(t, 0, 0, m, 80, "abc", 4, &s), VERIFY_E_SHAPE);
        set_ptr((uint8_t *)msg + 32, 0, 3);
        assert_int_equal(verify_reply(t, 0, 0, m, 80, "abc", 4, &s), 0);
        m->ncaps = 0;
        assert_int_equal(verify_reply(t, 0, 0, m, 80, "abc", 4, &s), VERIFY_E_SHAPE);
        m->flags = NKX_MESSAGE_ERROR | 4;
        assert_int_equal(verify_reply(t, 0, 0, m, 80, "abc", 4, &s), VERIFY_E_SHAPE);
        free(t);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(request_has_exactly_the_size_of_its_method),
                cmocka_unit_test(message_without_a_whole_header_is_not_read),
                cmocka_unit_test(unknown_endpoint_and_method_have_their_own_code),
                cmocka_unit_test(request_has_no_error_flag_and_no_unknown_one),
                cmocka_unit_test(handle_count_is_that_of_the_method),
                cmocka_unit_test(string_has_at_most_its_size_and_ends_with_zero),
                cmocka_unit_test(text_with_a_zero_inside_passes),
                cmocka_unit_test(bytes_have_at_most_their_size),
                cmocka_unit_test(sequence_has_at_most_its_elements),
                cmocka_unit_test(half_an_element_is_refused),
                cmocka_unit_test(capacity_beyond_32_bits_does_not_wrap),
                cmocka_unit_test(chunk_lies_inside_the_used_arena),
                cmocka_unit_test(offset_that_wraps_is_refused),
                cmocka_unit_test(empty_chunk_may_have_any_offset),
                cmocka_unit_test(chunks_pass_in_any_order),
                cmocka_unit_test(growing_chunks_need_no_map),
                cmocka_unit_test(one_shared_byte_is_an_overlap),
                cmocka_unit_test(map_is_clean_for_each_message_and_grows),
                cmocka_unit_test(sequence_of_strings_passes_in_both_orders),
                cmocka_unit_test(every_element_is_checked),
                cmocka_unit_test(element_cannot_reach_back_into_its_array),
                cmocka_unit_test(array_elements_are_all_checked),
                cmocka_unit_test(union_tag_names_a_member_and_only_that_is_checked),
                cmocka_unit_test(unaligned_buffers_are_read_correctly),
                cmocka_unit_test(response_has_the_ids_of_its_request),
                cmocka_unit_test(response_has_the_size_of_its_form),
                cmocka_unit_test(error_flag_chooses_the_shape_of_a_response),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
