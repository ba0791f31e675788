/* SPDX-License-Identifier: MIT */
/*
 * The lock-free FIFO and stack of numbers: against a plain model, and by many threads at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/runner.h"
#include "sync/fifo.h"

#define N_MAX     64u
#define N_STEPS   200000
#define N_THREADS 4u
#define N_ROUNDS  20000u
#define N_SEEN    100

typedef struct Box {
        Fifo fifo;
        Spares spares;
        FifoNode nodes[N_MAX + 1];
        uint32_t spare[N_MAX];
        _Atomic uint32_t next[N_MAX];
} Box;

static Box box;

static void box_init(uint32_t n) {
        fifo_init(&box.fifo, n, box.nodes, box.spare);
        spares_init(&box.spares, n, box.next);
}

static void all_numbers_are_there_once(void **state) {
        (void)state;
        for (uint32_t n = 1; n <= N_MAX; n++) {
                box_init(n);
                assert_int_equal(fifo_pop(&box.fifo), FIFO_NONE);
                for (uint32_t i = 0; i < n; i++)
                        assert_int_equal(spares_pop(&box.spares), i);
                assert_int_equal(spares_pop(&box.spares), FIFO_NONE);
        }
}

static void all_numbers_fit_and_keep_their_order(void **state) {
        (void)state;
        for (uint32_t n = 1; n <= N_MAX; n++) {
                box_init(n);
                for (int round = 0; round < 3; round++) {
                        for (uint32_t i = 0; i < n; i++)
                                fifo_push(&box.fifo, n - 1 - i);
                        for (uint32_t i = 0; i < n; i++)
                                assert_int_equal(fifo_pop(&box.fifo), n - 1 - i);
                        assert_int_equal(fifo_pop(&box.fifo), FIFO_NONE);
                }
        }
}

/* What a thread saw before it slept must not come back: it would take the words for unchanged. */
static void words_never_come_back(void **state) {
        static uint64_t heads[N_SEEN], tails[N_SEEN], tops[N_SEEN], nexts[N_SEEN];

        (void)state;
        box_init(1);
        for (int i = 0; i < N_SEEN; i++) {
                heads[i] = atomic_load(&box.fifo.head);
                tails[i] = atomic_load(&box.fifo.tail);
                tops[i] = atomic_load(&box.spares.top);
                nexts[i] = atomic_load(&box.nodes[0].next);
                for (int k = 0; k < i; k++) {
                        assert_true(heads[k] != heads[i] && tails[k] != tails[i] && tops[k] != tops[i]);
                        assert_true(i - k < 2 || nexts[k] != nexts[i]); /* two nodes take turns */
                }
                fifo_push(&box.fifo, spares_pop(&box.spares));
                spares_push(&box.spares, fifo_pop(&box.fifo));
        }
}

static uint32_t next_random(uint32_t *seed) {
        *seed = *seed * 1664525u + 1013904223u;
        return *seed >> 8;
}

/* Numbers go round: stack, outside, FIFO, outside. */
static void random_steps_agree_with_a_model(void **state) {
        uint32_t seed = 4711, fifo[N_MAX], stack[N_MAX], held[N_MAX];
        uint32_t n_fifo = 0, n_stack = N_MAX, n_held = 0;

        (void)state;
        box_init(N_MAX);
        for (uint32_t i = 0; i < N_MAX; i++)
                stack[i] = N_MAX - 1 - i;
        for (int step = 0; step < N_STEPS; step++) {
                uint32_t what = next_random(&seed) % 4, i = n_held ? next_random(&seed) % n_held : 0;

                if (what == 0) {
                        uint32_t got = spares_pop(&box.spares);

                        assert_int_equal(got, n_stack ? stack[n_stack - 1] : FIFO_NONE);
                        if (n_stack)
                                held[n_held++] = stack[--n_stack];
                } else if (what == 1) {
                        uint32_t got = fifo_pop(&box.fifo);

                        assert_int_equal(got, n_fifo ? fifo[0] : FIFO_NONE);
                        if (!n_fifo)
                                continue;
                        held[n_held++] = got;
                        n_fifo--;
                        for (uint32_t k = 0; k < n_fifo; k++)
                                fifo[k] = fifo[k + 1];
                } else if (n_held && what == 2) {
                        spares_push(&box.spares, held[i]);
                        stack[n_stack++] = held[i];
                        held[i] = held[--n_held];
                } else if (n_held) {
                        fifo_push(&box.fifo, held[i]);
                        fifo[n_fifo++] = held[i];
                        held[i] = held[--n_held];
                }
        }
}

/* --- many threads --- */

static _Atomic uint32_t n_owners[N_MAX]; /* of each number: 0 or 1 */
static _Atomic uint32_t n_twice;

static void own(uint32_t number) {
        n_twice += atomic_fetch_add(&n_owners[number], 1) != 0;
}

static void disown(uint32_t number) {
        (void)atomic_fetch_sub(&n_owners[number], 1);
}

static void carry_round(void *unused) {
        (void)unused;
        for (uint32_t i = 0; i < N_ROUNDS; i++) {
                uint32_t number = spares_pop(&box.spares);

                if (number != FIFO_NONE) {
                        own(number);
                        disown(number);
                        fifo_push(&box.fifo, number);
                }
                number = fifo_pop(&box.fifo);
                if (number != FIFO_NONE) {
                        own(number);
                        disown(number);
                        spares_push(&box.spares, number);
                }
        }
}

/* With fewer numbers than threads as well: then almost every swap is contended, and numbers come back at
 * once. */
static void nothing_is_lost_or_doubled(void **state) {
        static const uint32_t sizes[] = {1, 2, 3, N_MAX};
        char unused[N_THREADS];

        (void)state;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                uint32_t n = 0;

                box_init(sizes[i]);
                t_run_all(N_THREADS, carry_round, unused, 1);
                assert_int_equal(n_twice, 0);
                while (fifo_pop(&box.fifo) != FIFO_NONE)
                        n++;
                while (spares_pop(&box.spares) != FIFO_NONE)
                        n++;
                assert_int_equal(n, sizes[i]);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_numbers_are_there_once),
                cmocka_unit_test(all_numbers_fit_and_keep_their_order),
                cmocka_unit_test(words_never_come_back),
                cmocka_unit_test(random_steps_agree_with_a_model),
                cmocka_unit_test(nothing_is_lost_or_doubled),
        };

        return cmocka_run_group_tests_name("fifo", tests, NULL, NULL);
}
