/* SPDX-License-Identifier: MIT */
/*
 * Contents of a file in memory: against a plain array under random operations, and at its limits.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ramdata.h"

#define MODEL_SIZE (6u * RAMDATA_CHUNK)
#define STEPS      20000

static uint32_t seed = 12345;

static uint32_t dice(uint32_t n) {
        seed = seed * 1664525u + 1013904223u;
        return (seed >> 8) % n;
}

static void random_operations_agree_with_an_array(void **state) {
        static unsigned char model[MODEL_SIZE], buffer[MODEL_SIZE];
        RamBudget budget = {.max = UINT64_MAX}, tables = {.max = UINT64_MAX};
        RamData d;
        size_t size = 0;

        (void)state;
        ramdata_init(&d, &budget, &tables);
        for (int i = 0; i < STEPS; i++) {
                uint32_t at = dice(MODEL_SIZE), n = dice(dice(4) ? 5000 : MODEL_SIZE), what = dice(10);
                size_t put = 0;

                n = n < MODEL_SIZE - at ? n : MODEL_SIZE - at;
                if (what < 5) {
                        memset(buffer, (int)dice(255) + 1, n);
                        assert_int_equal(ramdata_write(&d, buffer, n, at, &put), 0);
                        assert_int_equal(put, n);
                        memcpy(model + at, buffer, n);
                        size = n && at + n > size ? at + n : size;
                } else if (what < 9) {
                        size_t want = at >= size ? 0 : (n < size - at ? n : size - at);

                        memset(buffer, 0xaa, n);
                        assert_int_equal(ramdata_read(&d, buffer, n, at), want);
                        assert_memory_equal(buffer, model + at, want);
                } else {
                        at = dice(3) ? at : 0;
                        assert_int_equal(ramdata_truncate(&d, at), 0);
                        if (at < size)
                                memset(model + at, 0, size - at);
                        size = at;
                }
                assert_int_equal(d.size, size);
                assert_int_equal(d.n_bytes, budget.used);
        }
        ramdata_deinit(&d);
        assert_int_equal(budget.used, 0);
}

static void a_hole_takes_no_memory(void **state) {
        RamBudget budget = {.max = UINT64_MAX}, tables = {.max = UINT64_MAX};
        RamData d;
        char text[4] = "xxxx";
        size_t put;

        (void)state;
        ramdata_init(&d, &budget, &tables);
        assert_int_equal(ramdata_write(&d, "end", 3, 1ull << 40, &put), 0);
        assert_int_equal(d.size, (1ull << 40) + 3);
        assert_true(budget.used <= RAMDATA_CHUNK);
        assert_int_equal(ramdata_read(&d, text, 4, (1ull << 39)), 4);
        assert_memory_equal(text, "\0\0\0\0", 4);
        ramdata_deinit(&d);
}

static void a_small_file_takes_little_memory(void **state) {
        RamBudget budget = {.max = UINT64_MAX}, tables = {.max = UINT64_MAX};
        RamData d;
        char text[100] = {0};
        size_t put;

        (void)state;
        ramdata_init(&d, &budget, &tables);
        assert_int_equal(ramdata_write(&d, text, sizeof text, 0, &put), 0);
        assert_int_equal(budget.used, 2 * RAMDATA_GRAIN);
        assert_null(d.leaves);
        ramdata_deinit(&d);
}

/* A page more than a chunk, up to the chunk from which on there are whole ones only. */
static void a_file_takes_an_eighth_more_at_most(void **state) {
        static char text[RAMDATA_CHUNK];
        RamBudget budget = {.max = UINT64_MAX}, tables = {.max = UINT64_MAX};
        RamData d;
        size_t put;

        (void)state;
        ramdata_init(&d, &budget, &tables);
        for (uint32_t i = 1; i <= RAMDATA_SHORT; i++) {
                uint64_t more = i < RAMDATA_SHORT ? RAMDATA_PAGE : RAMDATA_CHUNK;

                assert_int_equal(
                        ramdata_write(&d, text, sizeof text, (i - 1) * (uint64_t)RAMDATA_CHUNK, &put), 0);
                assert_int_equal(budget.used, i * (uint64_t)RAMDATA_CHUNK);
                assert_int_equal(ramdata_write(&d, text, RAMDATA_PAGE, i * (uint64_t)RAMDATA_CHUNK, &put), 0);
                assert_int_equal(budget.used, i * (uint64_t)RAMDATA_CHUNK + more);
        }
        ramdata_deinit(&d);
        assert_int_equal(budget.used, 0);
}

static void the_budget_is_kept_to_the_byte(void **state) {
        RamBudget budget = {.max = 2 * RAMDATA_GRAIN}, tables = {.max = UINT64_MAX};
        RamData d;
        char text[3 * RAMDATA_GRAIN] = {0};
        size_t put;

        (void)state;
        ramdata_init(&d, &budget, &tables);
        assert_int_equal(ramdata_write(&d, text, 2 * RAMDATA_GRAIN + 1, 0, &put), -ENOSPC);
        assert_int_equal(put, 0);
        assert_int_equal(ramdata_write(&d, text, 2 * RAMDATA_GRAIN, 0, &put), 0);
        assert_int_equal(ramdata_write(&d, text, 1, 2 * RAMDATA_GRAIN, &put), -ENOSPC);
        assert_int_equal(d.size, 2 * RAMDATA_GRAIN);
        ramdata_deinit(&d);
}

static void what_fits_is_written(void **state) {
        RamBudget budget = {.max = RAMDATA_CHUNK}, tables = {.max = UINT64_MAX};
        RamData d;
        char *text = calloc(2, RAMDATA_CHUNK);
        size_t put;

        (void)state;
        assert_non_null(text);
        ramdata_init(&d, &budget, &tables);
        assert_int_equal(ramdata_write(&d, text, 2 * RAMDATA_CHUNK, 0, &put), 0);
        assert_int_equal(put, RAMDATA_CHUNK);
        assert_int_equal(d.size, RAMDATA_CHUNK);
        ramdata_deinit(&d);
        free(text);
}

static void files_end_at_the_limit(void **state) {
        RamBudget budget = {.max = UINT64_MAX}, tables = {.max = UINT64_MAX};
        RamData d;
        size_t put;

        (void)state;
        ramdata_init(&d, &budget, &tables);
        assert_int_equal(ramdata_write(&d, "x", 1, RAMDATA_MAX - 1, &put), 0);
        assert_int_equal(d.size, RAMDATA_MAX);
        assert_int_equal(ramdata_write(&d, "x", 1, RAMDATA_MAX, &put), -EFBIG);
        assert_int_equal(ramdata_write(&d, "xy", 2, RAMDATA_MAX - 1, &put), 0);
        assert_int_equal(put, 1);
        assert_int_equal(ramdata_truncate(&d, RAMDATA_MAX), 0);
        assert_int_equal(ramdata_truncate(&d, RAMDATA_MAX + 1), -EFBIG);
        ramdata_deinit(&d);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(random_operations_agree_with_an_array),
                cmocka_unit_test(a_hole_takes_no_memory),
                cmocka_unit_test(a_small_file_takes_little_memory),
                cmocka_unit_test(a_file_takes_an_eighth_more_at_most),
                cmocka_unit_test(the_budget_is_kept_to_the_byte),
                cmocka_unit_test(what_fits_is_written),
                cmocka_unit_test(files_end_at_the_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
