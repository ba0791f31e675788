/* SPDX-License-Identifier: MIT */
/*
 * Verdict tables: what is filled in is looked up again, and a wrong table is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/keeper.h"
#include "transport/verdicts.h"

static uint8_t *room; /* one table, with a byte behind it */

static ChanVerdicts *table(void) {
        return (ChanVerdicts *)(void *)room;
}

/* Put straight, Drop direct, Write judged. */
static ChanWay mixed(void *arg, uint16_t riid, uint16_t mid) {
        (void)arg;
        if (riid == KEEPER_LOG_IID)
                return CHAN_WAY_JUDGED;
        return mid == KEEPER_PUT_MID ? CHAN_WAY_STRAIGHT : CHAN_WAY_DIRECT;
}

static ChanWay straight(void *arg, uint16_t riid, uint16_t mid) {
        (void)arg, (void)riid, (void)mid;
        return CHAN_WAY_STRAIGHT;
}

static void way_is_that_of_its_method(void **state) {
        (void)state;
        assert_int_equal(verdicts_fill(table(), keeper_shape(), mixed, NULL), 1);
        assert_int_equal(verdicts_way(table(), KEEPER_STORE_IID, KEEPER_PUT_MID), CHAN_WAY_STRAIGHT);
        assert_int_equal(verdicts_way(table(), KEEPER_STORE_IID, KEEPER_DROP_MID), CHAN_WAY_DIRECT);
        assert_int_equal(verdicts_way(table(), KEEPER_LOG_IID, KEEPER_WRITE_MID), CHAN_WAY_JUDGED);
        assert_int_equal(verdicts_count_all(table()), 3);
        assert_int_equal(verdicts_count(table(), CHAN_WAY_JUDGED), 1);
}

static ChanWay use(void *arg, uint16_t riid, uint16_t mid) {
        (void)arg;
        return riid == KEEPER_STORE_IID && mid == KEEPER_PUT_MID ? CHAN_WAY_USE : CHAN_WAY_STRAIGHT;
}

static void method_that_uses_handles_keeps_others_straight(void **state) {
        (void)state;
        assert_int_equal(verdicts_fill(table(), keeper_shape(), use, NULL), 1);
        assert_int_equal(verdicts_count(table(), CHAN_WAY_STRAIGHT), 2);
        assert_true(verdicts_may_be_direct(verdicts_way(table(), KEEPER_STORE_IID, KEEPER_PUT_MID)));
        assert_true(verdicts_may_be_direct(CHAN_WAY_DIRECT));
        assert_false(verdicts_may_be_direct(CHAN_WAY_STRAIGHT));
        assert_false(verdicts_may_be_direct(CHAN_WAY_JUDGED));
}

static void what_is_not_in_the_table_is_judged(void **state) {
        (void)state;
        (void)verdicts_fill(table(), keeper_shape(), mixed, NULL);
        assert_int_equal(verdicts_way(table(), KEEPER_STORE_IID, 2), CHAN_WAY_JUDGED);
        assert_int_equal(verdicts_way(table(), KEEPER_STORE_IID, UINT16_MAX), CHAN_WAY_JUDGED);
        assert_int_equal(verdicts_way(table(), 2, 0), CHAN_WAY_JUDGED);
        assert_int_equal(verdicts_way(table(), UINT16_MAX, UINT16_MAX), CHAN_WAY_JUDGED);
}

static void without_a_table_everything_is_direct(void **state) {
        (void)state;
        assert_int_equal(verdicts_way(NULL, 7, 7), CHAN_WAY_DIRECT);
}

static void without_a_direct_method_nothing_is_straight(void **state) {
        (void)state;
        assert_int_equal(verdicts_fill(table(), keeper_shape(), straight, NULL), 0);
        assert_int_equal(verdicts_count(table(), CHAN_WAY_JUDGED), 3);
}

static int check_spoilt(size_t at, uint32_t word) {
        size_t size = verdicts_size(keeper_shape());

        (void)verdicts_fill(table(), keeper_shape(), mixed, NULL);
        memcpy(room + at, &word, sizeof word);
        return verdicts_check(room, size);
}

static void wrong_tables_are_refused(void **state) {
        const size_t size = verdicts_size(keeper_shape());

        (void)state;
        (void)verdicts_fill(table(), keeper_shape(), mixed, NULL);
        assert_int_equal(verdicts_check(room, size), 0);
        for (size_t n = 0; n < size; n++)
                assert_true(verdicts_check(room, n) < 0);
        assert_true(verdicts_check(room, size + 1) < 0);
        assert_true(check_spoilt(offsetof(ChanVerdicts, magic), 0) < 0);
        assert_true(check_spoilt(offsetof(ChanVerdicts, size), 0) < 0);
        assert_true(check_spoilt(offsetof(ChanVerdicts, n_endpoints), 0) < 0);
        assert_true(check_spoilt(offsetof(ChanVerdicts, n_endpoints), 3) < 0);
        assert_true(check_spoilt(offsetof(ChanVerdicts, n_endpoints), UINT32_MAX) < 0);
        for (size_t i = 0; i < 3; i++) {
                assert_true(check_spoilt(offsetof(ChanVerdicts, first) + 4 * i, 0) < 0);
                assert_true(check_spoilt(offsetof(ChanVerdicts, first) + 4 * i, UINT32_MAX) < 0);
        }
        assert_true(check_spoilt(size - 3, 0x01010100 | CHAN_WAYS) < 0);
}

static int make_room(void **state) {
        (void)state;
        room = calloc(1, verdicts_size(keeper_shape()) + 1);
        return room ? 0 : -1;
}

static int free_room(void **state) {
        (void)state;
        free(room);
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(way_is_that_of_its_method),
                cmocka_unit_test(what_is_not_in_the_table_is_judged),
                cmocka_unit_test(without_a_table_everything_is_direct),
                cmocka_unit_test(method_that_uses_handles_keeps_others_straight),
                cmocka_unit_test(without_a_direct_method_nothing_is_straight),
                cmocka_unit_test(wrong_tables_are_refused),
        };

        return cmocka_run_group_tests_name("verdicts", tests, make_room, free_room);
}
