/* SPDX-License-Identifier: MIT */
/*
 * Handles of messages: a request with a handle of its own, one in a struct, and an array of two in
 * elements of a struct, each with other things around it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <services/ocap.h>

#include "../nk/shape_block.h"
#include "core/carry.h"

#define N_HANDLES 4
#define RIGHTS    (OCAP_HANDLE_FULL | 7)

typedef struct Element {
        uint64_t number;
        nk_handle_desc_t handle;
} Element;

typedef struct Message {
        struct nk_message base_;
        nk_handle_desc_t first;
        uint64_t number;
        nk_handle_desc_t inner;
        Element elements[2];
} Message;

static const ShapeNode nodes[] = {
        {.kind = SHAPE_HANDLE, .offset = offsetof(Message, first)},
        {.kind = SHAPE_HANDLE, .offset = offsetof(Message, inner)},
        {.kind = SHAPE_ARRAY,
                .offset = offsetof(Message, elements),
                .max = 2,
                .stride = sizeof(Element),
                .first_child = 3,
                .n_children = 1},
        {.kind = SHAPE_HANDLE, .offset = offsetof(Element, handle)},
};

static ShapeTable *table;
static const ShapeMessage *shape;
static Htree *tree;
static HtreeSpace *from, *to;
static const HtreeKind thing = {.name = "thing"};

static int setup(void **state) {
        const ShapeEndpoint endpoint = {.n_methods = 1};
        const ShapeMethod method = {.req = {sizeof(Message), 0, N_HANDLES, 0, 3},
                .res = {24, 0, 0, 0, 0},
                .err = {24, 0, 0, 0, 0}};

        (void)state;
        table = shape_block_new(&(ShapeParts){&endpoint, 1, &method, 1, nodes, 4});
        shape = &shape_block_methods(table)->req;
        tree = htree_new();
        from = htree_space_new(tree);
        to = htree_space_new(tree);
        return tree && from && to ? 0 : -1;
}

static int teardown(void **state) {
        (void)state;
        tree = htree_free(tree);
        free(table);
        return 0;
}

static uint32_t create(uint32_t sid, uint32_t rights) {
        HtreeObjectSpec spec = {.kind = &thing, .sid = sid, .context = sid, .rights = rights};
        uint32_t number;

        assert_int_equal(htree_create(from, &spec, &number), 0);
        return number;
}

/* Handles to objects with the SIDs 11, 12, none, 14. */
static Message message_with_three(void) {
        Message m;

        memset(&m, 0x5a, sizeof(m));
        m.first = nk_handle_desc(create(11, RIGHTS));
        m.inner = nk_handle_desc(create(12, RIGHTS), 5);
        m.elements[0].handle = nk_handle_desc(HTREE_INVALID);
        m.elements[1].handle = nk_handle_desc(create(14, RIGHTS));
        return m;
}

static void every_place_is_found(void **state) {
        uint32_t places[PLACES_MAX];

        (void)state;
        assert_int_equal(places_find(table, shape, places), N_HANDLES);
        assert_int_equal(places[0], offsetof(Message, first));
        assert_int_equal(places[1], offsetof(Message, inner));
        assert_int_equal(places[2], offsetof(Message, elements[0].handle));
        assert_int_equal(places[3], offsetof(Message, elements[1].handle));
}

static void the_policy_learns_the_sids(void **state) {
        Message m = message_with_three();
        Message before = m;
        Carry c;

        (void)state;
        carry_take(&c, table, shape, &m);
        assert_int_equal(carry_check(&c, from, to), 0);
        assert_int_equal(c.sids[0], 11);
        assert_int_equal(c.sids[1], 12);
        assert_int_equal(c.sids[2], 0);
        assert_int_equal(c.sids[3], 14);
        assert_memory_equal(&m, &before, sizeof(m));
        assert_int_equal(htree_space_count(to), 0);
}

static void the_receiver_reads_his_own_numbers(void **state) {
        Message m = message_with_three();
        Message before = m;
        uint32_t sid, rights;
        Carry c;

        (void)state;
        carry_take(&c, table, shape, &m);
        assert_int_equal(carry_move(&c, from, to, &m), 0);
        assert_int_equal(htree_space_count(to), 3);
        assert_int_equal(htree_describe(to, m.inner.handle, 0, &sid, &rights), 0);
        assert_int_equal(sid, 12);
        assert_int_equal(rights, 5);
        assert_int_equal(htree_describe(to, m.elements[1].handle.handle, 0, &sid, NULL), 0);
        assert_int_equal(sid, 14);
        assert_int_equal(m.elements[0].handle.handle, HTREE_INVALID);
        assert_true(m.number == before.number);
        assert_true(m.elements[1].number == before.elements[1].number);
}

static void a_message_that_is_not_delivered_leaves_nothing(void **state) {
        Message m = message_with_three();
        Carry c;

        (void)state;
        carry_take(&c, table, shape, &m);
        assert_int_equal(carry_move(&c, from, to, &m), 0);
        carry_take_back(&c, to);
        assert_int_equal(htree_space_count(to), 0);
        assert_int_equal(htree_space_count(from), 3);
        carry_take_back(&c, to); /* there is nothing left to take back */
}

static void one_bad_handle_keeps_all_back(void **state) {
        Message m = message_with_three();
        Message before;
        Carry c;

        (void)state;
        m.elements[0].handle = nk_handle_desc(create(13, 7)); /* not to be handed on */
        before = m;
        carry_take(&c, table, shape, &m);
        assert_int_equal(carry_check(&c, from, to), HTREE_E_NO_RIGHT);
        assert_int_equal(carry_move(&c, from, to, &m), HTREE_E_NO_RIGHT);
        assert_memory_equal(&m, &before, sizeof(m));
        assert_int_equal(htree_space_count(to), 0);
}

static void the_kernel_reads_the_numbers_of_the_caller(void **state) {
        Message m = message_with_three();
        Carry c;

        (void)state;
        m.elements[0].handle = nk_handle_desc(77);
        carry_take(&c, table, shape, &m);
        carry_describe(&c, from);
        assert_int_equal(c.sids[0], 11);
        assert_int_equal(c.sids[2], 0);
        assert_int_equal(c.sids[3], 14);
}

static void a_message_without_handles_has_none(void **state) {
        Carry c;

        (void)state;
        carry_take(&c, table, &shape_block_methods(table)->res, table);
        assert_int_equal(c.n, 0);
        assert_int_equal(carry_check(&c, from, to), 0);
}

static void without_the_kernel_between_no_handle_arrives(void **state) {
        Message m = message_with_three();
        Message before = m;

        (void)state;
        nk_req_reset(&m);
        nk_msg_set_ncaps(&m, N_HANDLES);
        m.inner = nkx_handle_desc_dereferenced(5, 7, 0x1234);
        places_forget_request(table, &m.base_);
        assert_int_equal(m.first.handle, HTREE_INVALID);
        assert_int_equal(m.inner.handle, HTREE_INVALID);
        assert_false(nk_is_handle_dereferenced(&m.inner));
        assert_true(m.inner.badge == 0);
        assert_int_equal(m.elements[1].handle.handle, HTREE_INVALID);
        assert_true(m.elements[1].number == before.elements[1].number);
        assert_true(m.number == before.number);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(every_place_is_found),
                CASE(the_policy_learns_the_sids),
                CASE(the_receiver_reads_his_own_numbers),
                CASE(a_message_that_is_not_delivered_leaves_nothing),
                CASE(one_bad_handle_keeps_all_back),
                CASE(the_kernel_reads_the_numbers_of_the_caller),
                CASE(a_message_without_handles_has_none),
                CASE(without_the_kernel_between_no_handle_arrives),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
