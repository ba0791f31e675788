/* SPDX-License-Identifier: MIT */
/*
 * Virtual memory: what can be touched when, seen by a system call that reads an address instead of dying
 * on it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <coresrv/vmm/vmm_api.h>

#define READ_WRITE (VMM_FLAG_READ | VMM_FLAG_WRITE)
#define ALL        (READ_WRITE | VMM_FLAG_RESERVE | VMM_FLAG_COMMIT)

static rtl_size_t page;
static int ends[2]; /* of a pipe */

static int set_up(void **state) {
        (void)state;
        page = (rtl_size_t)sysconf(_SC_PAGESIZE);
        return pipe(ends);
}

static int tear_down(void **state) {
        (void)state;
        return close(ends[0]) | close(ends[1]);
}

static rtl_bool can_read(const char *p) {
        char c;

        return write(ends[1], p, 1) == 1 && read(ends[0], &c, 1) == 1;
}

static rtl_bool can_write(char *p) {
        assert_int_equal(write(ends[1], "x", 1), 1);
        if (read(ends[0], p, 1) == 1)
                return rtl_true;
        assert_int_equal(read(ends[0], (char[1]){0}, 1), 1);
        return rtl_false;
}

/* Is there anything at this address, accessible or not? */
static rtl_bool is_mapped(char *p) {
        return msync(p, page, MS_ASYNC) == 0;
}

static void committed_memory_is_zero_and_writable(void **state) {
        static const int kinds[] = {ALL, ALL | VMM_FLAG_LOCKED, READ_WRITE | VMM_FLAG_COMMIT};

        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                char *memory = KnVmAllocate(RTL_NULL, 3 * page - 1, kinds[i]);

                assert_non_null(memory);
                assert_int_equal((uintptr_t)memory % page, 0);
                for (rtl_size_t k = 0; k < 3 * page; k++)
                        assert_int_equal(memory[k], 0);
                memset(memory, 1, 3 * page);
                assert_int_equal(KnVmUnmap(memory, 3 * page - 1), rcOk);
                assert_false(is_mapped(memory) || is_mapped(memory + 2 * page));
        }
}

static void reserved_memory_can_be_committed_and_given_back(void **state) {
        char *memory = KnVmAllocate(RTL_NULL, 4 * page, READ_WRITE | VMM_FLAG_RESERVE);

        (void)state;
        assert_non_null(memory);
        assert_false(can_read(memory));
        assert_int_equal(KnVmCommit(memory + page, page, READ_WRITE | VMM_FLAG_LOCKED), rcOk);
        assert_false(can_read(memory));
        assert_false(can_read(memory + 2 * page));
        assert_true(can_write(memory + page));
        assert_int_equal(memory[page], 'x');
        assert_int_equal(KnVmDecommit(memory + page, page), rcOk);
        assert_false(can_read(memory + page));
        assert_true(is_mapped(memory + page));
        assert_int_equal(KnVmCommit(memory + page, page, READ_WRITE | VMM_FLAG_COMMIT), rcOk);
        assert_int_equal(memory[page], 0);
        assert_int_equal(KnVmUnmap(memory, 4 * page), rcOk);
}

static void protection_can_be_changed(void **state) {
        char *memory = KnVmAllocate(RTL_NULL, 2 * page, ALL);

        (void)state;
        assert_non_null(memory);
        memory[0] = 'a';
        assert_int_equal(KnVmProtect(memory, page, VMM_FLAG_READ), rcOk);
        assert_true(can_read(memory));
        assert_false(can_write(memory));
        assert_true(can_write(memory + page));
        assert_int_equal(KnVmProtect(memory, page, 0), rcOk);
        assert_false(can_read(memory));
        assert_int_equal(KnVmProtect(memory, page, READ_WRITE), rcOk);
        assert_int_equal(memory[0], 'a');
        assert_int_equal(KnVmUnmap(memory, 2 * page), rcOk);
}

static void guards_can_not_be_touched_and_go_with_the_memory(void **state) {
        static const int kinds[] = {
                VMM_FLAG_LOW_GUARD, VMM_FLAG_HIGH_GUARD, VMM_FLAG_LOW_GUARD | VMM_FLAG_HIGH_GUARD};

        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                char *memory = KnVmAllocate(RTL_NULL, 2 * page, ALL | kinds[i]);
                char *low = memory - page, *high = memory + 2 * page;

                assert_non_null(memory);
                assert_true(can_write(memory) && can_write(high - 1));
                if (kinds[i] & VMM_FLAG_LOW_GUARD)
                        assert_true(is_mapped(low) && !can_read(low));
                if (kinds[i] & VMM_FLAG_HIGH_GUARD)
                        assert_true(is_mapped(high) && !can_read(high));
                assert_int_equal(KnVmUnmap(memory, page), rcOk);
                assert_int_equal(KnVmUnmap(memory + page, page), rcOk);
                if (kinds[i] & VMM_FLAG_LOW_GUARD)
                        assert_false(is_mapped(low));
                if (kinds[i] & VMM_FLAG_HIGH_GUARD)
                        assert_false(is_mapped(high));
        }
}

static void guarded_areas_have_their_limit(void **state) {
        static char *areas[NKX_VMM_GUARDED_MAX];

        (void)state;
        for (unsigned i = 0; i < NKX_VMM_GUARDED_MAX; i++) {
                areas[i] = KnVmAllocate(RTL_NULL, page, VMM_FLAG_RESERVE | VMM_FLAG_LOW_GUARD);
                assert_non_null(areas[i]);
        }
        assert_null(KnVmAllocate(RTL_NULL, page, VMM_FLAG_RESERVE | VMM_FLAG_HIGH_GUARD));
        assert_int_equal(KnVmUnmap(areas[0], page), rcOk);
        areas[0] = KnVmAllocate(RTL_NULL, page, VMM_FLAG_RESERVE | VMM_FLAG_HIGH_GUARD);
        assert_non_null(areas[0]);
        for (unsigned i = 0; i < NKX_VMM_GUARDED_MAX; i++)
                assert_int_equal(KnVmUnmap(areas[i], page), rcOk);
}

static void memory_can_be_had_at_an_address_that_is_free(void **state) {
        char *memory = KnVmAllocate(RTL_NULL, 4 * page, VMM_FLAG_RESERVE);

        (void)state;
        assert_non_null(memory);
        assert_null(KnVmAllocate(memory + page, page, ALL));
        assert_int_equal(KnVmUnmap(memory + page, 3 * page), rcOk);
        assert_null(KnVmAllocate(memory + page, page, ALL | VMM_FLAG_LOW_GUARD)); /* the guard is not */
        assert_ptr_equal(KnVmAllocate(memory + page, page, ALL), memory + page);
        assert_int_equal(KnVmUnmap(memory, 4 * page), rcOk);
}

static void wrong_arguments_are_refused(void **state) {
        char *memory = KnVmAllocate(RTL_NULL, page, ALL);

        (void)state;
        assert_null(KnVmAllocate(RTL_NULL, 0, ALL));
        assert_null(KnVmAllocate(RTL_NULL, SIZE_MAX, ALL));
        assert_null(KnVmAllocate(RTL_NULL, (rtl_size_t)PTRDIFF_MAX + 1, ALL));
        assert_null(KnVmAllocate(RTL_NULL, PTRDIFF_MAX - page, ALL));
        assert_null(KnVmAllocate(memory + 1, page, ALL));
        assert_null(KnVmAllocate(RTL_NULL, page, ALL | VMM_FLAG_CACHE_DISABLE));
        assert_null(KnVmAllocate(RTL_NULL, page, ALL | VMM_FLAG_ALIAS));
        assert_null(KnVmAllocate(RTL_NULL, page, ALL | 0x4000));
        assert_int_equal(KnVmCommit(memory, page, VMM_FLAG_ALIAS), rcInvalidArgument);
        assert_int_equal(KnVmProtect(memory, page, VMM_FLAG_COMMIT), rcInvalidArgument);
        for (int i = 0; i < 3; i++) {
                char *addr = i == 0 ? RTL_NULL : i == 1 ? memory + 1 : memory;
                rtl_size_t size = i == 2 ? 0 : page;

                assert_int_equal(KnVmCommit(addr, size, READ_WRITE), rcInvalidArgument);
                assert_int_equal(KnVmDecommit(addr, size), rcInvalidArgument);
                assert_int_equal(KnVmProtect(addr, size, VMM_FLAG_READ), rcInvalidArgument);
                assert_int_equal(KnVmUnmap(addr, size), rcInvalidArgument);
        }
        assert_int_equal(KnVmUnmap(memory, page), rcOk);
        assert_int_equal(KnVmUnmap(memory, page), rcOk);
        assert_int_equal(KnVmCommit(memory, page, READ_WRITE), rcOutOfMemory);
        assert_int_equal(KnVmDecommit(memory, page), rcOutOfMemory);
        assert_int_equal(KnVmProtect(memory, page, VMM_FLAG_READ), rcOutOfMemory);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(committed_memory_is_zero_and_writable),
                cmocka_unit_test(reserved_memory_can_be_committed_and_given_back),
                cmocka_unit_test(protection_can_be_changed),
                cmocka_unit_test(guards_can_not_be_touched_and_go_with_the_memory),
                cmocka_unit_test(guarded_areas_have_their_limit),
                cmocka_unit_test(memory_can_be_had_at_an_address_that_is_free),
                cmocka_unit_test(wrong_arguments_are_refused),
        };

        return cmocka_run_group_tests_name("vmm", tests, set_up, tear_down);
}
