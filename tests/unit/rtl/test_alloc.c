/* SPDX-License-Identifier: MIT */
/*
 * Memory of the process: sizes, alignments, zeros, and what can't be had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <kos/alloc.h>

#include "support/no_memory.h"

static void expect_zeros(const unsigned char *memory, size_t size) {
        for (size_t i = 0; i < size; i++)
                assert_int_equal(memory[i], 0);
}

static void memory_has_its_size(void **state) {
        static const size_t sizes[] = {1, 7, 8, 100, 4096, 1u << 20};

        (void)state;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                char *memory = KosMemAlloc(sizes[i]);

                assert_non_null(memory);
                assert_true(KosMemGetSize(memory) >= sizes[i]);
                assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
                memset(memory, 0xff, sizes[i]);
                KosMemFree(memory);
                memory = KosMemZalloc(sizes[i]);
                assert_true(KosMemGetSize(memory) >= sizes[i]);
                expect_zeros((unsigned char *)memory, sizes[i]);
                KosMemFree(memory);
        }
}

static void memory_of_no_size_can_be_freed(void **state) {
        void *memory[3] = {KosMemAlloc(0), KosMemZalloc(0), KosMemAllocEx(0, 256, 1)};

        (void)state;
        for (int i = 0; i < 3; i++) {
                assert_non_null(memory[i]);
                KosMemFree(memory[i]);
        }
        KosMemFree(RTL_NULL);
        assert_int_equal(KosMemGetSize(RTL_NULL), 0);
}

static void memory_has_its_alignment(void **state) {
        (void)state;
        for (size_t align = 1; align <= 1u << 16; align *= 2) {
                for (int zeroed = 0; zeroed <= 1; zeroed++) {
                        unsigned char *memory = KosMemAllocEx(100, align, zeroed);

                        assert_non_null(memory);
                        assert_int_equal((uintptr_t)memory % align, 0);
                        assert_true(KosMemGetSize(memory) >= 100);
                        if (zeroed)
                                expect_zeros(memory, 100);
                        memset(memory, 0xff, 100);
                        KosMemFree(memory);
                }
        }
}

static void only_powers_of_two_are_alignments(void **state) {
        static const size_t wrong[] = {3, 6, 12, 4095, SIZE_MAX};
        void *memory = KosMemAllocEx(8, 0, 0);

        (void)state;
        assert_non_null(memory);
        KosMemFree(memory);
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_null(KosMemAllocEx(8, wrong[i], 0));
}

/* In a variable: the compiler warns about such numbers where it sees them. */
static volatile size_t too_much = SIZE_MAX / 2 + 1;

static void too_much_memory_is_refused(void **state) {
        (void)state;
        assert_null(KosMemAlloc(too_much));
        assert_null(KosMemZalloc(too_much));
        assert_null(KosMemAllocEx(too_much, 64, 0));
        assert_null(KosMemAllocEx(SIZE_MAX, 8, 1));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(memory_has_its_size),
                cmocka_unit_test(memory_of_no_size_can_be_freed),
                cmocka_unit_test(memory_has_its_alignment),
                cmocka_unit_test(only_powers_of_two_are_alignments),
                cmocka_unit_test(too_much_memory_is_refused),
        };

        return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
