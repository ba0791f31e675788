/* SPDX-License-Identifier: MIT */
/*
 * Free places without locks: each number is somebody's or free, never both, also with many threads.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ids.h"

#define N         8u
#define N_THREADS 4
#define N_ROUNDS  20000

static _Atomic uint32_t links[N];
static Ids ids;

static int set_up(void **state) {
        (void)state;
        ids = (Ids)IDS_FULL(links);
        return 0;
}

static void all_numbers_come_once(void **state) {
        uint32_t seen = 0;

        (void)state;
        for (uint32_t i = 0; i < N; i++)
                seen |= 1u << ids_take(&ids);
        assert_int_equal(seen, (1u << N) - 1);
        assert_int_equal(ids_take(&ids), IDS_NONE);
        ids_put(&ids, 5);
        assert_int_equal(ids_take(&ids), 5);
        assert_int_equal(ids_take(&ids), IDS_NONE);
}

static void an_empty_stack_gives_what_was_put(void **state) {
        Ids empty = {.below = links};

        (void)state;
        assert_int_equal(ids_take(&empty), IDS_NONE);
        ids_put(&empty, 3);
        ids_put(&empty, 7);
        assert_int_equal(ids_take(&empty), 7);
        assert_int_equal(ids_take(&empty), 3);
        assert_int_equal(ids_take(&empty), IDS_NONE);
}

static _Atomic uint32_t owners[N];
static _Atomic uint32_t n_shared;

static void *take_and_put(void *arg) {
        for (int i = 0; i < N_ROUNDS; i++) {
                uint32_t id = ids_take(&ids);

                if (id == IDS_NONE)
                        continue;
                if (atomic_fetch_add(&owners[id], 1) != 0)
                        atomic_fetch_add(&n_shared, 1);
                atomic_fetch_sub(&owners[id], 1);
                ids_put(&ids, id);
        }
        return arg;
}

static void threads_never_have_the_same_number(void **state) {
        pthread_t threads[N_THREADS];
        uint32_t n = 0;

        (void)state;
        for (int i = 0; i < N_THREADS; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, take_and_put, NULL), 0);
        for (int i = 0; i < N_THREADS; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(n_shared, 0);
        while (ids_take(&ids) != IDS_NONE)
                n++;
        assert_int_equal(n, N);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(all_numbers_come_once, set_up),
                cmocka_unit_test_setup(an_empty_stack_gives_what_was_put, set_up),
                cmocka_unit_test_setup(threads_never_have_the_same_number, set_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
