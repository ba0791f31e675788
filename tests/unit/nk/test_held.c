/* SPDX-License-Identifier: MIT */
/*
 * The table of held handles: what it says of a container, what it must not say, what it is when somebody
 * writes at the same moment, and which memory is no table.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <handle/handletype.h>

#include "nk/held.h"
#include "shape_block.h"

#define SEATS   3u
#define SERVER  0u
#define HOLDER  1u
#define OTHER   2u
#define RIGHTS  0x70fu
#define CONTEXT 0xfeedfacecafef00du

/* Numbers: flag, generation, index. */
#define NUMBER(generation, index) (1u << 31 | (uint32_t)(generation) << HELD_INDEX_BITS | (index))
#define OWN                       NUMBER(5, 40)
#define HELD                      NUMBER(9, HELD_ROW - 1)

static void *memory;
static HeldTable table;

static int make_table(void **state) {
        (void)state;
        memory = calloc(1, held_size(SEATS));
        if (!memory)
                return -1;
        table = held_make(memory, SEATS, SERVER);
        return 0;
}

static int free_table(void **state) {
        (void)state;
        free(memory);
        return 0;
}

static const HeldUse use = {.seat = HOLDER,
        .number = HELD,
        .id = 101,
        .own_number = OWN,
        .own_id = 100,
        .context = CONTEXT,
        .rights = RIGHTS};

static bool finds(uint32_t seat, nk_handle_desc_t sent) {
        nk_handle_desc_t received;

        return held_find(&table, seat, &sent, &received);
}

/* --- what it says --- */

static void handle_is_the_servers_own_with_context_and_rights(void **state) {
        nk_handle_desc_t sent = nk_handle_desc(HELD), received;
        nk_badge_t context = 0;

        (void)state;
        held_put(&table, &use);
        assert_true(held_find(&table, HOLDER, &sent, &received));
        assert_true(nk_is_handle_dereferenced(&received));
        assert_int_equal(nk_get_handle(&received), OWN);
        assert_int_equal(nk_get_rights(&received), RIGHTS);
        assert_int_equal(nk_get_badge_op(&received, RIGHTS, &context), NK_EOK);
        assert_true(context == CONTEXT);
        assert_int_not_equal(nk_get_badge_op(&received, RIGHTS | 0x8000, &context), NK_EOK);
}

static void fewer_rights_may_be_sent_and_more_are_not_known(void **state) {
        nk_handle_desc_t sent = nk_handle_desc(HELD, 1), received;

        (void)state;
        held_put(&table, &use);
        assert_true(held_find(&table, HOLDER, &sent, &received));
        assert_int_equal(nk_get_rights(&received), 1);
        sent = nk_handle_desc(HELD, RIGHTS);
        assert_true(held_find(&table, HOLDER, &sent, &received));
        assert_false(finds(HOLDER, nk_handle_desc(HELD, RIGHTS | 0x8000)));
        assert_false(finds(HOLDER, nk_handle_desc(HELD, 0x8000)));
}

static void what_a_sender_says_of_himself_means_nothing(void **state) {
        nk_handle_desc_t sent = nkx_handle_desc_dereferenced(HELD, 1, 0), received;

        (void)state;
        held_put(&table, &use);
        assert_true(held_find(&table, HOLDER, &sent, &received));
        assert_true(received.badge == CONTEXT);
        assert_int_equal(nk_get_handle(&received), OWN);
        sent.badge = 77; /* a badge of his, maybe: the kernel process looks */
        assert_false(held_find(&table, HOLDER, &sent, &received));
        sent.badge = INVALID_HANDLE;
        assert_true(held_find(&table, HOLDER, &sent, &received));
}

static void numbers_that_nobody_holds_are_not_known(void **state) {
        static const uint32_t wrong[] = {0, 1, HELD & ~(1u << 31), NUMBER(8, HELD_ROW - 1),
                NUMBER(10, HELD_ROW - 1), NUMBER(9, HELD_ROW - 2), NUMBER(9, HELD_ROW), NUMBER(9, 16383),
                INVALID_HANDLE, OWN};

        (void)state;
        held_put(&table, &use);
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_false(finds(HOLDER, nk_handle_desc(wrong[i])));
        assert_false(finds(OTHER, nk_handle_desc(HELD)));
        assert_false(finds(SERVER, nk_handle_desc(HELD)));
        assert_false(finds(SERVER, nk_handle_desc(OWN)));
        assert_false(finds(SEATS, nk_handle_desc(HELD)));
        assert_false(finds(HELD_NO_SEAT, nk_handle_desc(HELD)));
}

static void closed_handles_are_not_known(void **state) {
        (void)state;
        held_put(&table, &use);
        held_drop(&table, HOLDER, HELD);
        assert_false(finds(HOLDER, nk_handle_desc(HELD)));
        held_put(&table, &use);
        assert_true(finds(HOLDER, nk_handle_desc(HELD)));
        held_drop(&table, SERVER, OWN);
        assert_false(finds(HOLDER, nk_handle_desc(HELD)));
}

/* The same number may come again, for another handle. */
static void handle_of_an_earlier_own_one_does_not_come_back(void **state) {
        HeldUse later = use;

        (void)state;
        held_put(&table, &use);
        held_drop(&table, SERVER, OWN);
        later.number = NUMBER(1, 1);
        later.own_id = 200;
        later.id = 201;
        held_put(&table, &later);
        assert_true(finds(HOLDER, nk_handle_desc(later.number)));
        assert_false(finds(HOLDER, nk_handle_desc(HELD)));
}

static void rows_end_where_they_end(void **state) {
        HeldUse first = use, outside = use;

        (void)state;
        first.number = NUMBER(0, 0);
        held_put(&table, &first);
        assert_true(finds(HOLDER, nk_handle_desc(first.number)));
        outside.seat = SEATS;
        held_put(&table, &outside); /* there is no such row */
        outside.seat = OTHER;
        outside.number = NUMBER(0, HELD_ROW);
        held_put(&table, &outside);
        held_drop(&table, SEATS, HELD);
        for (uint32_t i = 0; i < SEATS * HELD_ROW; i++)
                if (i != HELD_ROW && i != 40)
                        assert_int_equal(atomic_load(&table.entries[i].id), 0);
}

static void memory_that_is_no_table_is_refused(void **state) {
        HeldHead *head = memory;
        size_t size = held_size(SEATS);
        HeldTable found;

        (void)state;
        assert_true(held_look(memory, size, &found));
        assert_int_equal(found.n_seats, SEATS);
        assert_int_equal(found.own_seat, SERVER);
        assert_false(held_look(memory, size - 1, &found));
        assert_false(held_look(memory, HELD_HEAD_SIZE - 1, &found));
        head->own_seat = SEATS;
        assert_false(held_look(memory, size, &found));
        head->own_seat = SEATS - 1;
        assert_true(held_look(memory, size, &found));
        head->n_seats = HELD_SEATS_MAX + 1;
        assert_false(held_look(memory, size, &found));
        *head = (HeldHead){.magic = HELD_MAGIC + 1, .n_seats = SEATS};
        assert_false(held_look(memory, size, &found));
}

/* --- whole requests --- */

typedef struct Request {
        struct nk_message base_;
        nk_handle_desc_t one, two;
} Request;

static ShapeTable *two_handles(void) {
        static const ShapeNode nodes[] = {{.kind = SHAPE_HANDLE, .offset = offsetof(Request, one)},
                {.kind = SHAPE_HANDLE, .offset = offsetof(Request, two)}};
        static const ShapeMethod method = {.req = {.size = sizeof(Request), .n_handles = 2, .n_nodes = 2}};
        static const ShapeEndpoint endpoint = {.n_methods = 1};

        return shape_block_new(&(ShapeParts){.endpoints = &endpoint,
                .n_endpoints = 1,
                .methods = &method,
                .n_methods = 1,
                .nodes = nodes,
                .n_nodes = 2});
}

static void request_is_resolved_whole_or_stays_as_it_is(void **state) {
        ShapeTable *shape = two_handles();
        HeldTable nothing = HELD_NULL;
        Request req = {.base_ = {.size = sizeof req, .ncaps = 2}}, before;

        (void)state;
        held_put(&table, &use);
        req.one = nk_handle_desc(HELD, 1);
        req.two = nk_handle_desc(HELD + 1);
        before = req;
        assert_false(held_resolve(&table, HOLDER, shape, &req.base_));
        assert_memory_equal(&req, &before, sizeof req);
        req.two = nkx_handle_desc_dereferenced(INVALID_HANDLE, 5, 6);
        assert_false(held_resolve(&nothing, HOLDER, shape, &req.base_));
        assert_true(held_resolve(&table, HOLDER, shape, &req.base_));
        assert_int_equal(nk_get_handle(&req.one), OWN);
        assert_int_equal(nk_get_rights(&req.one), 1);
        assert_true(req.one.badge == CONTEXT);
        assert_int_equal(nk_get_handle(&req.two), INVALID_HANDLE);
        assert_int_equal(req.two.rights, 0);
        assert_true(req.two.badge == 0);
        free(shape);
}

static void request_without_handles_needs_no_table(void **state) {
        ShapeTable *shape = two_handles();
        HeldTable nothing = HELD_NULL;
        Request req = {.base_ = {.size = sizeof req, .ncaps = 2}};

        (void)state;
        req.one = req.two = nk_handle_desc(INVALID_HANDLE);
        assert_true(held_resolve(&nothing, HOLDER, shape, &req.base_));
        free(shape);
}

/* --- reading while it is written --- */

#define WRITES  10000000u
#define READERS 2

static HeldUse use_of(uint64_t id) {
        return (HeldUse){.seat = HOLDER,
                .number = HELD,
                .id = id,
                .own_number = NUMBER(id & 0xffff, id % 8),
                .own_id = id * 16 + id % 8,
                .context = id * 0x9e3779b97f4a7c15u,
                .rights = (uint32_t)id & 0xffffff};
}

/* Whatever a reader is told was true of one identity. */
static void *read_all(void *arg) {
        _Atomic uint32_t *n_torn = arg;
        nk_handle_desc_t sent = nk_handle_desc(HELD), received;
        uint64_t last = 0;

        while (last < WRITES) {
                HeldUse expected;

                if (!held_find(&table, HOLDER, &sent, &received))
                        continue;
                expected = use_of(received.badge * 0xf1de83e19937733du); /* the inverse */
                last = expected.id;
                if (expected.rights != nk_get_rights(&received) ||
                        expected.own_number != nk_get_handle(&received))
                        atomic_fetch_add(n_torn, 1);
        }
        return NULL;
}

static void what_is_read_was_never_written_in_parts(void **state) {
        _Atomic uint32_t n_torn = 0;
        pthread_t readers[READERS];

        (void)state;
        for (int i = 0; i < READERS; i++)
                assert_int_equal(pthread_create(readers + i, NULL, read_all, &n_torn), 0);
        for (uint64_t id = 1; id <= WRITES; id++) {
                HeldUse now = use_of(id);

                held_put(&table, &now);
                if (id % 5 == 0 && id != WRITES)
                        held_drop(&table, id % 10 ? SERVER : HOLDER, id % 10 ? now.own_number : HELD);
        }
        for (int i = 0; i < READERS; i++)
                assert_int_equal(pthread_join(readers[i], NULL), 0);
        assert_int_equal(n_torn, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_table, free_table)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(handle_is_the_servers_own_with_context_and_rights),
                CASE(fewer_rights_may_be_sent_and_more_are_not_known),
                CASE(what_a_sender_says_of_himself_means_nothing),
                CASE(numbers_that_nobody_holds_are_not_known),
                CASE(closed_handles_are_not_known),
                CASE(handle_of_an_earlier_own_one_does_not_come_back),
                CASE(rows_end_where_they_end),
                CASE(memory_that_is_no_table_is_refused),
                CASE(request_is_resolved_whole_or_stays_as_it_is),
                CASE(request_without_handles_needs_no_table),
                CASE(what_is_read_was_never_written_in_parts),
        };

        return cmocka_run_group_tests_name("nk held", tests, NULL, NULL);
}
