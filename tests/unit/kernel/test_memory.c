/* SPDX-License-Identifier: MIT */
/*
 * Blocks of shared memory on this host: what an opening of one allows, and when one is open.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/memory.h"

#define SIZE (2 * MDL_PAGE)

static int block;

static int setup(void **state) {
        (void)state;
        return memory_host.make(SIZE, &block);
}

static int teardown(void **state) {
        (void)state;
        memory_host.free(block);
        return 0;
}

static int open_it(bool is_writable) {
        int fd = -1;

        assert_int_equal(memory_host.open(block, is_writable, &fd), 0);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        return fd;
}

static char *map_it(int fd, int protection) {
        char *at = mmap(NULL, SIZE, protection, MAP_SHARED, fd, 0);

        assert_ptr_not_equal(at, MAP_FAILED);
        return at;
}

static void what_one_writes_the_other_reads(void **state) {
        int writer = open_it(true), reader = open_it(false);
        char *to = map_it(writer, PROT_READ | PROT_WRITE), *from = map_it(reader, PROT_READ);

        (void)state;
        assert_int_equal(from[SIZE - 1], 0);
        to[SIZE - 1] = 'x';
        assert_int_equal(from[SIZE - 1], 'x');
        (void)munmap(to, SIZE);
        (void)munmap(from, SIZE);
        (void)close(writer);
        (void)close(reader);
}

static void nobody_changes_its_size_or_its_seals(void **state) {
        int fd = open_it(true);

        (void)state;
        assert_int_equal(ftruncate(fd, SIZE - MDL_PAGE), -1);
        assert_int_equal(ftruncate(fd, SIZE + MDL_PAGE), -1);
        assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
        assert_int_equal(lseek(fd, 0, SEEK_END), SIZE);
        (void)close(fd);
}

static void reader_gets_no_way_to_write(void **state) {
        int fd = open_it(false);
        char *at;

        (void)state;
        assert_ptr_equal(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
        assert_int_equal(errno, EACCES);
        assert_int_equal(write(fd, "x", 1), -1);
        at = map_it(fd, PROT_READ);
        assert_int_equal(mprotect(at, SIZE, PROT_READ | PROT_WRITE), -1);
        (void)munmap(at, SIZE);
        (void)close(fd);
}

static void openings_have_nothing_in_common_but_the_memory(void **state) {
        int a = open_it(true), b = open_it(false);

        (void)state;
        assert_int_equal(lseek(a, 17, SEEK_SET), 17);
        assert_int_equal(lseek(b, 0, SEEK_CUR), 0);
        assert_int_equal(fcntl(b, F_SETFL, O_NONBLOCK), 0);
        assert_false(fcntl(a, F_GETFL) & O_NONBLOCK);
        (void)close(a);
        (void)close(b);
}

static void it_is_open_for_as_long_as_somebody_can_touch_it(void **state) {
        (void)state;
        assert_false(memory_host.is_open(block));
        for (int is_writable = 0; is_writable < 2; is_writable++) {
                int fd = open_it(is_writable);
                char *at;

                assert_true(memory_host.is_open(block));
                at = map_it(fd, is_writable ? PROT_READ | PROT_WRITE : PROT_READ);
                (void)close(fd);
                assert_true(memory_host.is_open(block));
                (void)munmap(at, MDL_PAGE);
                assert_true(memory_host.is_open(block));
                (void)munmap(at + MDL_PAGE, MDL_PAGE);
                assert_false(memory_host.is_open(block));
        }
}

static void size_that_no_file_has_is_an_error(void **state) {
        int other;

        (void)state;
        assert_in_range(-memory_host.make(1ull << 63, &other), 1, 4095);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(what_one_writes_the_other_reads),
                CASE(nobody_changes_its_size_or_its_seals),
                CASE(reader_gets_no_way_to_write),
                CASE(openings_have_nothing_in_common_but_the_memory),
                CASE(it_is_open_for_as_long_as_somebody_can_touch_it),
                CASE(size_that_no_file_has_is_an_error),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
