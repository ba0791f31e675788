/* SPDX-License-Identifier: MIT */
/*
 * Numbers of objects: never used twice, found while they live, ended once by whoever uses them last.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vobj.h"

#define THREADS 4
#define TURNS   20000

static _Atomic uint32_t n_ended;
static Handle last_badge;

static void end(void *object, Handle badge) {
        (void)object;
        last_badge = badge;
        atomic_fetch_add(&n_ended, 1);
}

static void an_object_is_found_by_its_number_and_kind(void **state) {
        int thing;
        uint64_t own = 0, number = vobj_new(VOBJ_FILE, &thing, end, &own);

        (void)state;
        assert_int_equal(own, number);
        assert_true(number != 0);
        vobj_set_badge(number, 77);
        assert_ptr_equal(vobj_get(number, VOBJ_FILE), &thing);
        assert_null(vobj_get(number, VOBJ_SESSION));
        assert_null(vobj_get(number + 1, VOBJ_FILE));
        assert_null(vobj_get(number + (UINT64_C(1) << 32), VOBJ_FILE));
        assert_null(vobj_get(0, VOBJ_FILE));
        assert_null(vobj_get(UINT64_MAX, VOBJ_FILE));
        n_ended = 0;
        vobj_kill(number);
        assert_int_equal(n_ended, 0); /* somebody still uses it */
        assert_null(vobj_get(number, VOBJ_FILE));
        vobj_kill(number); /* harmless */
        vobj_put(number);
        assert_int_equal(n_ended, 1);
        assert_int_equal(last_badge, 77);
        vobj_kill(number);
        assert_int_equal(n_ended, 1);
}

static void a_place_is_used_again_but_not_its_number(void **state) {
        uint64_t old = vobj_new(VOBJ_FILE, &n_ended, end, NULL), number;

        (void)state;
        vobj_kill(old);
        number = vobj_new(VOBJ_SESSION, &n_ended, end, NULL);
        assert_int_equal((uint32_t)number, (uint32_t)old);
        assert_true(number != old);
        assert_null(vobj_get(old, VOBJ_FILE));
        vobj_kill(old); /* not the new one */
        assert_ptr_equal(vobj_get(number, VOBJ_SESSION), &n_ended);
        vobj_put(number);
        vobj_kill(number);
}

static void what_is_disowned_was_never_there(void **state) {
        uint64_t number = vobj_new(VOBJ_FILE, &n_ended, end, NULL);

        (void)state;
        n_ended = 0;
        vobj_disown(number);
        assert_null(vobj_get(number, VOBJ_FILE));
        assert_int_equal(n_ended, 0);
}

static void there_are_so_many_and_no_more(void **state) {
        static uint64_t numbers[VOBJ_MAX];

        (void)state;
        for (uint32_t i = 0; i < VOBJ_MAX; i++) {
                numbers[i] = vobj_new(VOBJ_FILE, &n_ended, end, NULL);
                assert_true(numbers[i] != 0);
        }
        assert_int_equal(vobj_new(VOBJ_FILE, &n_ended, end, NULL), 0);
        vobj_kill(numbers[5]);
        assert_true((numbers[5] = vobj_new(VOBJ_FILE, &n_ended, end, NULL)) != 0);
        for (uint32_t i = 0; i < VOBJ_MAX; i++)
                vobj_kill(numbers[i]);
}

static _Atomic uint64_t current;

/* Uses whatever number is there, while it is being taken away. */
static void *use(void *arg) {
        for (int i = 0; i < TURNS; i++) {
                uint64_t number = atomic_load(&current);
                _Atomic int *thing = vobj_get(number, VOBJ_FILE);

                if (!thing)
                        continue;
                if (atomic_load(thing) != 1)
                        *(_Atomic int *)arg = 1; /* it had ended */
                vobj_put(number);
        }
        return NULL;
}

static void end_thing(void *object, Handle badge) {
        (void)badge;
        atomic_store((_Atomic int *)object, 0);
}

static void nobody_uses_what_has_ended(void **state) {
        static _Atomic int things[TURNS];
        static _Atomic int is_wrong;
        pthread_t threads[THREADS];

        (void)state;
        for (int i = 0; i < THREADS; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, use, &is_wrong), 0);
        for (int i = 0; i < TURNS; i++) {
                uint64_t number;

                atomic_store(&things[i], 1);
                number = vobj_new(VOBJ_FILE, &things[i], end_thing, NULL);
                atomic_store(&current, number);
                vobj_kill(number);
        }
        for (int i = 0; i < THREADS; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(is_wrong, 0);
        for (int i = 0; i < TURNS; i++)
                assert_int_equal(things[i], 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_object_is_found_by_its_number_and_kind),
                cmocka_unit_test(a_place_is_used_again_but_not_its_number),
                cmocka_unit_test(what_is_disowned_was_never_there),
                cmocka_unit_test(there_are_so_many_and_no_more),
                cmocka_unit_test(nobody_uses_what_has_ended),
        };

        return cmocka_run_group_tests_name("vfs_server vobj", tests, NULL, NULL);
}
