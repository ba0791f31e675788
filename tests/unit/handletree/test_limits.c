/* SPDX-License-Identifier: MIT */
/*
 * The limits of handles: one below, at, and one above each.
 */
#include "world.h"

static void a_process_has_so_many_handles(void **state) {
        uint32_t first = t_thing(w.a, 1);
        HtreeObjectSpec spec = {.kind = &t_thing_kind, .data = &w.thing, .rights = T_RIGHTS};
        uint32_t number = HTREE_INVALID;
        uint32_t other;

        (void)state;
        for (uint32_t i = 1; i < HTREE_HANDLES_MAX; i++)
                number = t_copy(w.a, first, NKX_RIGHTS_ALL);
        assert_int_equal(htree_space_count(w.a), HTREE_HANDLES_MAX);
        assert_int_equal(htree_copy(w.a, first, 0, HTREE_INVALID, &other), HTREE_E_FULL);
        assert_int_equal(htree_create(w.a, &spec, &other), HTREE_E_FULL);
        assert_int_equal(t_try(w.b, w.a, nk_handle_desc(t_thing(w.b, 2))), HTREE_E_FULL);
        assert_int_equal(t_use(w.b, t_give(w.a, w.b, nk_handle_desc(number))), 0); /* others go on */

        assert_int_equal(htree_close(w.a, number), 0);
        assert_int_equal(htree_copy(w.a, first, 0, HTREE_INVALID, &other), 0);
        assert_int_equal(htree_copy(w.a, first, 0, HTREE_INVALID, &other), HTREE_E_FULL);
}

static void dereferencing_takes_no_room(void **state) {
        uint32_t first = t_thing(w.a, 1);
        uint32_t theirs = t_give(w.a, w.b, nk_handle_desc(first));

        (void)state;
        while (htree_space_count(w.a) < HTREE_HANDLES_MAX)
                (void)t_copy(w.a, first, 0);
        assert_int_equal(t_try(w.b, w.a, nk_handle_desc(theirs)), 0);
}

static void a_message_for_a_full_process_leaves_nothing(void **state) {
        uint32_t first = t_thing(w.a, 1);
        nk_handle_desc_t sent[2] = {nk_handle_desc(t_thing(w.b, 2)), nk_handle_desc(t_thing(w.b, 3))};
        nk_handle_desc_t received[2];

        (void)state;
        while (htree_space_count(w.a) < HTREE_HANDLES_MAX - 1)
                (void)t_copy(w.a, first, 0);
        assert_int_equal(htree_transfer(w.b, w.a, sent, 2, received), HTREE_E_FULL);
        assert_int_equal(htree_space_count(w.a), HTREE_HANDLES_MAX - 1);
        assert_int_equal(htree_transfer(w.b, w.a, sent, 1, received), 0);
}

static void revoked_handles_count_until_they_are_closed(void **state) {
        uint32_t mine = t_thing(w.b, 1);
        uint32_t number = HTREE_INVALID;

        (void)state;
        for (uint32_t i = 0; i < HTREE_HANDLES_MAX; i++)
                number = t_give(w.b, w.a, nk_handle_desc(mine));
        assert_int_equal(htree_revoke(w.b, mine), 0);
        mine = t_thing(w.b, 2);
        assert_int_equal(t_try(w.b, w.a, nk_handle_desc(mine)), HTREE_E_FULL);
        assert_int_equal(htree_close(w.a, number), 0);
        assert_int_equal(t_try(w.b, w.a, nk_handle_desc(mine)), 0);
}

static void a_closed_number_rests(void **state) {
        uint32_t first = t_thing(w.a, 1);
        uint32_t closed = t_copy(w.a, first, 0);
        uint32_t entry = closed & 0x3fff;
        uint32_t n = 0;
        uint32_t number;

        (void)state;
        assert_int_equal(htree_close(w.a, closed), 0);
        for (;; n++) {
                number = t_copy(w.a, first, 0);
                if ((number & 0x3fff) == entry)
                        break;
                assert_int_equal(htree_close(w.a, number), 0);
        }
        assert_int_equal(n, HTREE_REST - 1);
        assert_int_not_equal(number, closed);
        assert_int_equal(t_use(w.a, closed), HTREE_E_INVALID);
}

static void handles_have_so_many_generations(void **state) {
        uint32_t number = t_thing(w.a, 1);
        uint32_t root = number;
        uint32_t copied;

        (void)state;
        for (uint32_t i = 1; i < HTREE_DEPTH_MAX; i++)
                number = t_copy(w.a, number, NKX_RIGHTS_ALL);
        assert_int_equal(htree_copy(w.a, number, 0, HTREE_INVALID, &copied), HTREE_E_DEPTH);
        assert_int_equal(t_try(w.a, w.b, nk_handle_desc(number)), HTREE_E_DEPTH);
        assert_int_equal(htree_close(w.a, root), 0); /* one generation less */
        assert_int_equal(htree_copy(w.a, number, 0, HTREE_INVALID, &copied), 0);
}

static void so_much_is_bound_to_the_badges_of_a_process(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t badge = t_badge(w.a, 1);
        uint32_t last = HTREE_INVALID;
        uint32_t number;

        (void)state;
        for (uint32_t i = 0; i < HTREE_BOUND_MAX; i++)
                last = t_give(w.a, i % 2 ? w.b : w.c, nk_handle_desc(mine, 1, badge));
        assert_int_equal(htree_copy(w.a, mine, 1, badge, &number), HTREE_E_BOUND);
        assert_int_equal(t_try(w.a, w.a, nk_handle_desc(mine, 1, badge)), 0); /* dereferenced: not bound */
        assert_int_equal(htree_copy(w.a, mine, 1, HTREE_INVALID, &number), 0);
        assert_int_equal(htree_close(w.b, last), 0);
        assert_int_equal(htree_copy(w.a, mine, 1, badge, &number), 0);
        assert_int_equal(htree_copy(w.a, mine, 1, badge, &number), HTREE_E_BOUND);
}

static void what_is_bound_ends_with_its_handle(void **state) {
        uint32_t mine = t_thing(w.a, 1);
        uint32_t badge = t_badge(w.a, 1);

        (void)state;
        for (uint32_t i = 0; i < HTREE_BOUND_MAX + 10; i++)
                assert_int_equal(htree_close(w.b, t_give(w.a, w.b, nk_handle_desc(mine, 1, badge))), 0);
        assert_int_equal(w.badge.n_unbound, HTREE_BOUND_MAX + 10);
}

static void a_message_has_so_many_handles(void **state) {
        nk_handle_desc_t sent[HTREE_MESSAGE_MAX + 1], received[HTREE_MESSAGE_MAX + 1];
        uint32_t sids[HTREE_MESSAGE_MAX + 1];
        uint32_t number = t_thing(w.a, 1);

        (void)state;
        for (uint32_t i = 0; i <= HTREE_MESSAGE_MAX; i++)
                sent[i] = nk_handle_desc(number);
        for (uint32_t n = HTREE_MESSAGE_MAX - 1; n <= HTREE_MESSAGE_MAX; n++) {
                assert_int_equal(htree_check(w.a, w.b, sent, n, sids), 0);
                assert_int_equal(htree_transfer(w.a, w.b, sent, n, received), 0);
        }
        assert_int_equal(htree_check(w.a, w.b, sent, HTREE_MESSAGE_MAX + 1, sids), HTREE_E_MESSAGE);
        assert_int_equal(htree_transfer(w.a, w.b, sent, HTREE_MESSAGE_MAX + 1, received), HTREE_E_MESSAGE);
        assert_int_equal(htree_space_count(w.b), 2 * HTREE_MESSAGE_MAX - 1);
}

static void every_code_has_a_text(void **state) {
        (void)state;
        for (int code = HTREE_E_INVALID; code <= HTREE_E_MESSAGE; code++)
                assert_non_null(htree_error_text(code));
        assert_non_null(htree_error_text(-12));
        assert_null(htree_error_text(HTREE_E_MESSAGE + 1));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, t_setup, t_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_process_has_so_many_handles),
                CASE(dereferencing_takes_no_room),
                CASE(a_message_for_a_full_process_leaves_nothing),
                CASE(revoked_handles_count_until_they_are_closed),
                CASE(a_closed_number_rests),
                CASE(handles_have_so_many_generations),
                CASE(so_much_is_bound_to_the_badges_of_a_process),
                CASE(what_is_bound_ends_with_its_handle),
                CASE(a_message_has_so_many_handles),
                CASE(every_code_has_a_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
