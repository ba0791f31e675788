/* SPDX-License-Identifier: MIT */
/*
 * Pieces of zeroed memory: always zeros, never twice, and fields come and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "chunks.h"

#define IN_FIELD (CHUNKS_FIELD / CHUNKS_SIZE - 1) /* the head takes one */

static unsigned char *chunks[IN_FIELD + 1];

static void are_zeros(const unsigned char *chunk) {
        for (size_t i = 0; i < CHUNKS_SIZE; i++)
                assert_int_equal(chunk[i], 0);
}

static void a_chunk_is_zeros_whoever_had_it(void **state) {
        (void)state;
        for (int i = 0; i < 4; i++) {
                unsigned char *chunk = chunks_new(i % 2 == 1);

                assert_non_null(chunk);
                are_zeros(chunk);
                memset(chunk, 7, CHUNKS_SIZE);
                chunks_free(chunk);
        }
        chunks_free(NULL);
}

/* Linux does not take back what is locked. */
static void a_locked_chunk_is_zeros_too(void **state) {
        unsigned char *chunk = chunks_new(true), *again;

        (void)state;
        assert_non_null(chunk);
        memset(chunk, 7, CHUNKS_SIZE);
        assert_int_equal(mlock(chunk, 4096), 0);
        chunks_free(chunk);
        again = chunks_new(false);
        assert_ptr_equal(again, chunk);
        are_zeros(again);
        assert_int_equal(munlock(again, 4096), 0);
        chunks_free(again);
}

/* One that is written all over changes no other. */
static void no_place_is_given_twice(void **state) {
        (void)state;
        for (uint32_t i = 0; i < IN_FIELD; i++) {
                chunks[i] = chunks_new(false);
                assert_non_null(chunks[i]);
                memset(chunks[i], (int)(i % 255) + 1, CHUNKS_SIZE);
        }
        for (uint32_t i = 0; i < IN_FIELD; i++) {
                assert_int_equal(chunks[i][0], i % 255 + 1);
                assert_int_equal(chunks[i][CHUNKS_SIZE - 1], i % 255 + 1);
        }
        for (uint32_t i = 0; i < IN_FIELD; i++)
                chunks_free(chunks[i]);
}

static void a_field_is_full_then_comes_another(void **state) {
        (void)state;
        for (uint32_t i = 0; i < IN_FIELD - 1; i++)
                chunks[i] = chunks_new(false);
        assert_int_equal(chunks_count_fields(), 1);
        chunks[IN_FIELD - 1] = chunks_new(false);
        assert_int_equal(chunks_count_fields(), 1);
        chunks[IN_FIELD] = chunks_new(false);
        assert_int_equal(chunks_count_fields(), 2);
        chunks_free(chunks[IN_FIELD]); /* the only empty one: it is kept */
        assert_int_equal(chunks_count_fields(), 2);
        chunks_free(chunks[3]); /* the full one has room again */
        chunks[3] = chunks_new(false);
        chunks[IN_FIELD] = chunks_new(false);
        assert_int_equal(chunks_count_fields(), 2);
        for (uint32_t i = 0; i <= IN_FIELD; i++)
                chunks_free(chunks[i]);
        assert_int_equal(chunks_count_fields(), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_chunk_is_zeros_whoever_had_it),
                cmocka_unit_test(a_locked_chunk_is_zeros_too),
                cmocka_unit_test(no_place_is_given_twice),
                cmocka_unit_test(a_field_is_full_then_comes_another),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
