/* SPDX-License-Identifier: MIT */
/*
 * Ring: order, limit, and where what is lost lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ring.h"

#define CAPACITY 4u

static Ring ring;

static int setup(void **state) {
        (void)state;
        return ring_init(&ring, sizeof(uint32_t), CAPACITY);
}

static int teardown(void **state) {
        (void)state;
        ring_deinit(&ring);
        return 0;
}

static void put(uint32_t from, uint32_t to) {
        for (uint32_t i = from; i <= to; i++)
                (void)ring_put(&ring, &i);
}

/* Takes up to n_max and expects from..to, and that loss. */
static void expect(uint32_t n_max, uint32_t from, uint32_t to, uint64_t lost) {
        uint32_t items[2 * CAPACITY];
        uint64_t n_lost;
        uint32_t n = ring_take(&ring, items, n_max, &n_lost);

        assert_int_equal(n, to + 1 - from);
        for (uint32_t i = 0; i < n; i++)
                assert_int_equal(items[i], from + i);
        assert_int_equal(n_lost, lost);
}

static void what_comes_first_goes_first(void **state) {
        (void)state;
        expect(8, 1, 0, 0);
        put(1, 3);
        expect(2, 1, 2, 0);
        put(4, 6); /* around the end */
        expect(8, 3, 6, 0);
        expect(8, 1, 0, 0);
}

static void a_full_ring_keeps_what_it_has(void **state) {
        uint32_t one = 1;

        (void)state;
        put(1, CAPACITY - 1);
        assert_true(ring_put(&ring, &one));
        assert_false(ring_put(&ring, &one));
        assert_int_equal(ring.n_lost, 1);
}

static void a_loss_is_told_behind_what_was_kept(void **state) {
        (void)state;
        put(1, CAPACITY + 3);
        expect(2, 1, 2, 0);
        put(100, 100); /* not kept either: it would stand before the loss */
        expect(8, 3, 4, 4);
        put(7, 8);
        expect(8, 7, 8, 0);
}

static void nothing_is_taken_from_nothing(void **state) {
        uint64_t n_lost;

        (void)state;
        put(1, CAPACITY + 1);
        assert_int_equal(ring_take(&ring, NULL, 0, &n_lost), 0);
        assert_int_equal(n_lost, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_comes_first_goes_first, setup, teardown),
                cmocka_unit_test_setup_teardown(a_full_ring_keeps_what_it_has, setup, teardown),
                cmocka_unit_test_setup_teardown(a_loss_is_told_behind_what_was_kept, setup, teardown),
                cmocka_unit_test_setup_teardown(nothing_is_taken_from_nothing, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
