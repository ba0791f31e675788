/* SPDX-License-Identifier: MIT */
/*
 * Ends that come before their listener is known: below, at and above their limit, and that a place which is
 * free again is used before an end gives way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kos/early.h"

#define TAG   7u
#define OTHER 8u

static Early early;

/* The end is known by its descriptor. */
static int put(uint32_t tag, int fd) {
        const MailLetter letter = {.id = MAIL_UNASKED | tag};
        const MailFds fds = {.list = {fd}, .n = 1};
        MailFds lost;

        early_put(&early, &letter, &fds, &lost);
        return lost.n ? lost.list[0] : -1;
}

static int take(uint32_t tag) {
        EarlyEnd end;

        return early_take(&early, tag, &end) ? end.fds.list[0] : -1;
}

static int set_up(void **state) {
        (void)state;
        early = (Early){.n_used = 0};
        return 0;
}

static void as_many_as_fit_come_back_in_their_order(void **state) {
        (void)state;
        assert_int_equal(take(TAG), -1);
        for (int i = 0; i < (int)EARLY_MAX; i++)
                assert_int_equal(put(i % 2 ? TAG : OTHER, i), -1);
        for (int i = 0; i < (int)EARLY_MAX; i++)
                assert_int_equal(take(i % 2 ? TAG : OTHER), i);
        assert_int_equal(take(TAG), -1);
        assert_int_equal(take(OTHER), -1);
}

static void one_more_is_taken_in_place_of_the_oldest(void **state) {
        (void)state;
        for (int i = 0; i < (int)EARLY_MAX; i++)
                assert_int_equal(put(TAG, i), -1);
        assert_int_equal(put(OTHER, 1000), 0);
        assert_int_equal(put(OTHER, 1001), 1);
        assert_int_equal(take(TAG), 2);
        assert_int_equal(take(OTHER), 1000);
        assert_int_equal(take(OTHER), 1001);
}

static void free_place_is_used_before_one_gives_way(void **state) {
        (void)state;
        assert_int_equal(put(OTHER, 1), -1); /* its listener takes long */
        for (int i = 0; i < 3 * (int)EARLY_MAX; i++) {
                assert_int_equal(put(TAG, 100 + i), -1);
                assert_int_equal(take(TAG), 100 + i);
        }
        assert_int_equal(early.n_used, 2);
        assert_int_equal(take(OTHER), 1);
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(as_many_as_fit_come_back_in_their_order),
                CASE(one_more_is_taken_in_place_of_the_oldest),
                CASE(free_place_is_used_before_one_gives_way),
        };

        return cmocka_run_group_tests_name("early", tests, NULL, NULL);
}
