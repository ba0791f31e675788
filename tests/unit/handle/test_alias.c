/* SPDX-License-Identifier: MIT */
/*
 * Other numbers of handles (handle/handle_alias.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "handle/handle_alias.h"

#define NUMBER (HND_KERNELS | 5u)

static int n_closed, n_freed;

static void note_close(void *object) {
        (void)object;
        n_closed++;
}

static void note_free(void *object) {
        (void)object;
        n_freed++;
}

static const HndKind kind = {.name = "thing", .close = note_close, .free = note_free};
static const HndKind other = {.name = "other", .close = note_close, .free = note_free};

static Handle open_one(void) {
        static int object;
        Handle handle;

        assert_int_equal(hnd_open(&kind, &object, NULL, &handle), 0);
        return handle;
}

static int begin(void **state) {
        (void)state;
        n_closed = n_freed = 0;
        return 0;
}

static void a_kernels_number_finds_the_object(void **state) {
        Handle own = open_one();
        HndEntry *entry;

        (void)state;
        assert_null(hnd_get(NUMBER, &kind));
        assert_false(hnd_is_open(NUMBER));
        assert_true(hnd_alias_put(NUMBER, own, true));
        entry = hnd_get(NUMBER, &kind);
        assert_non_null(entry);
        hnd_put(entry);
        assert_null(hnd_get(NUMBER, &other));
        assert_true(hnd_is_open(NUMBER));
        assert_int_equal(hnd_alias_get(NUMBER), own);
        hnd_alias_drop(NUMBER);
        assert_int_equal(n_freed, 1);
        assert_false(hnd_is_open(own));
}

static void a_number_has_one_meaning(void **state) {
        Handle first = open_one(), second = open_one();

        (void)state;
        assert_true(hnd_alias_put(NUMBER, first, true));
        assert_false(hnd_alias_put(NUMBER, second, true));
        assert_int_equal(hnd_alias_get(NUMBER), first);
        hnd_alias_drop(NUMBER);
        assert_int_equal(hnd_close(second), 0);
        assert_int_equal(n_freed, 2);
}

static void who_only_borrows_closes_nothing(void **state) {
        Handle own = open_one();

        (void)state;
        assert_true(hnd_alias_put(NUMBER, own, false));
        hnd_alias_drop(NUMBER);
        assert_int_equal(n_closed, 0);
        assert_true(hnd_is_open(own));
        assert_int_equal(hnd_close(own), 0);
}

static void a_stale_number_finds_nothing(void **state) {
        Handle own = open_one();

        (void)state;
        assert_true(hnd_alias_put(NUMBER, own, true));
        assert_int_equal(hnd_alias_get(NUMBER + HND_ALIASES), INVALID_HANDLE);
        assert_null(hnd_get(NUMBER + HND_ALIASES, &kind));
        hnd_alias_drop(NUMBER + HND_ALIASES);
        assert_true(hnd_is_open(NUMBER));
        hnd_alias_drop(NUMBER);
        hnd_alias_drop(NUMBER);
        assert_int_equal(n_closed, 1);
}

/* The kernel gave the place anew: its old number was closed there, and nobody here had heard. */
static void a_new_number_takes_the_place_of_an_old_one(void **state) {
        Handle old = open_one(), new = open_one();

        (void)state;
        assert_true(hnd_alias_put(NUMBER, old, true));
        assert_true(hnd_alias_put(NUMBER + HND_ALIASES, new, true));
        assert_false(hnd_is_open(old));
        assert_int_equal(hnd_alias_get(NUMBER), INVALID_HANDLE);
        hnd_alias_drop(NUMBER + HND_ALIASES);
        assert_int_equal(n_freed, 2);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(a_kernels_number_finds_the_object, begin),
                cmocka_unit_test_setup(a_number_has_one_meaning, begin),
                cmocka_unit_test_setup(who_only_borrows_closes_nothing, begin),
                cmocka_unit_test_setup(a_stale_number_finds_nothing, begin),
                cmocka_unit_test_setup(a_new_number_takes_the_place_of_an_old_one, begin),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
