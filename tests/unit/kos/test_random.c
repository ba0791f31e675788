/* SPDX-License-Identifier: MIT */
/*
 * Random numbers: every byte asked for is written, no other, and not twice the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <kos/random/random_api.h>

#define SIZE 100000u /* more than the kernel gives in one uninterrupted piece */

static unsigned char a[SIZE + 1], b[SIZE + 1];

static void random_bytes_differ_each_time(void **state) {
        (void)state;
        for (size_t size = 16; size <= SIZE; size *= 5) {
                assert_int_equal(KosRandomGenerate(size, a), rcOk);
                assert_int_equal(KosRandomGenerate(size, b), rcOk);
                assert_memory_not_equal(a, b, size);
        }
}

/* A byte stays what it was in one of 256 cases; 40 times in a row it does not. */
static void every_byte_is_written_and_no_other(void **state) {
        static const size_t sizes[] = {1, 7, 256, 257, 4096, SIZE};

        (void)state;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                memset(b, 0, sizeof b);
                for (int round = 0; round < 40; round++) {
                        memset(a, 0, sizeof a);
                        assert_int_equal(KosRandomGenerate(sizes[i], a), rcOk);
                        assert_int_equal(a[sizes[i]], 0);
                        for (size_t k = 0; k < sizes[i]; k++)
                                b[k] |= a[k];
                }
                for (size_t k = 0; k < sizes[i]; k++)
                        assert_int_not_equal(b[k], 0);
        }
}

static void nothing_asked_for_is_nothing_done(void **state) {
        (void)state;
        assert_int_equal(KosRandomGenerate(0, NULL), rcOk);
        assert_int_equal(KosRandomGenerate(0, a), rcOk);
}

static void no_place_for_the_bytes_is_refused(void **state) {
        (void)state;
        assert_int_equal(KosRandomGenerate(1, NULL), rcInvalidArgument);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(random_bytes_differ_each_time),
                cmocka_unit_test(every_byte_is_written_and_no_other),
                cmocka_unit_test(nothing_asked_for_is_nothing_done),
                cmocka_unit_test(no_place_for_the_bytes_is_refused),
        };

        return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
