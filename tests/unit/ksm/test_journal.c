/* SPDX-License-Identifier: MIT */
/*
 * The journal: old bytes come back in reverse order, and room is what it was said to be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ksm/journal.h"

static void undo_brings_the_oldest_bytes_back(void **state) {
        char place[] = "one";
        Journal j;

        (void)state;
        assert_int_equal(journal_init(&j, 1000), 0);
        assert_true(journal_save(&j, place, 3));
        memcpy(place, "two", 3);
        assert_true(journal_save(&j, place, 3));
        memcpy(place, "six", 3);
        journal_undo(&j, 0);
        assert_string_equal(place, "one");
        assert_int_equal(j.used, 0);
        journal_deinit(&j);
}

static void undo_stops_at_the_mark(void **state) {
        uint32_t a = 1, b = 1;
        size_t mark;
        Journal j;

        (void)state;
        assert_int_equal(journal_init(&j, 1000), 0);
        assert_true(journal_save(&j, &a, sizeof(a)));
        a = 2;
        mark = j.used;
        assert_true(journal_save(&j, &a, sizeof(a)));
        a = 3;
        assert_true(journal_save(&j, &b, sizeof(b)));
        b = 3;
        journal_undo(&j, mark);
        assert_int_equal(a, 2);
        assert_int_equal(b, 1);
        journal_undo(&j, 0);
        assert_int_equal(a, 1);
        journal_deinit(&j);
}

static void room_is_exactly_the_sum_of_the_costs(void **state) {
        char place[13];
        Journal j;

        (void)state;
        assert_int_equal(journal_init(&j, 2 * journal_cost(13)), 0);
        assert_true(journal_save(&j, place, 13));
        assert_true(journal_save(&j, place, 13));
        assert_false(journal_save(&j, place, 1));
        assert_int_equal(j.used, j.room);
        journal_deinit(&j);
        assert_int_equal(journal_init(&j, 0), 0);
        assert_false(journal_save(&j, place, 1));
        journal_deinit(&j);
}

static void a_journal_that_may_grow_does(void **state) {
        uint32_t place = 0;
        Journal j;

        (void)state;
        assert_int_equal(journal_init(&j, 0), 0);
        j.can_grow = true;
        for (uint32_t i = 1; i <= 10000; i++) {
                assert_true(journal_save(&j, &place, sizeof(place)));
                place = i;
        }
        journal_undo(&j, 5000 * journal_cost(sizeof(place)));
        assert_int_equal(place, 5000);
        journal_undo(&j, 0);
        assert_int_equal(place, 0);
        journal_deinit(&j);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(undo_brings_the_oldest_bytes_back),
                cmocka_unit_test(undo_stops_at_the_mark),
                cmocka_unit_test(room_is_exactly_the_sum_of_the_costs),
                cmocka_unit_test(a_journal_that_may_grow_does),
        };

        return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
