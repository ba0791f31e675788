/* SPDX-License-Identifier: MIT */
/*
 * The bump arena and the map that lives in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/map.h"

static bool is_zero(const char *memory, size_t size) {
        for (size_t i = 0; i < size; i++) {
                if (memory[i])
                        return false;
        }
        return true;
}

static void memory_is_zeroed_and_aligned(void **state) {
        const size_t sizes[] = {0, 1, 15, 16, 17, ARENA_BLOCK_SIZE / 4, ARENA_BLOCK_SIZE / 4 + 1,
                ARENA_BLOCK_SIZE - 1, ARENA_BLOCK_SIZE, ARENA_BLOCK_SIZE + 1, 4 * ARENA_BLOCK_SIZE};
        Arena *a = arena_new();

        (void)state;
        for (int round = 0; round < 3; round++) {
                for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
                        char *memory = arena_alloc(a, sizes[i]);

                        assert_non_null(memory);
                        assert_int_equal((uintptr_t)memory % ARENA_ALIGN, 0);
                        assert_true(is_zero(memory, sizes[i]));
                        memset(memory, 0xA5, sizes[i]);
                }
        }
        assert_null(arena_free(a));
}

static void pieces_do_not_overlap(void **state) {
        Arena *a = arena_new();
        char *pieces[1000];

        (void)state;
        for (size_t i = 0; i < 1000; i++) {
                pieces[i] = arena_alloc(a, 1 + i);
                memset(pieces[i], (int)(i & 0x7F), 1 + i);
        }
        for (size_t i = 0; i < 1000; i++) {
                for (size_t j = 0; j < 1 + i; j++)
                        assert_int_equal(pieces[i][j], i & 0x7F);
        }
        arena_free(a);
}

static void a_large_piece_leaves_the_current_block_in_use(void **state) {
        Arena *a = arena_new();
        char *before = arena_alloc(a, 16);

        (void)state;
        arena_alloc(a, 2 * ARENA_BLOCK_SIZE);

        assert_ptr_equal(arena_alloc(a, 16), before + 16);
        arena_free(a);
}

static void copies_end_in_a_nul(void **state) {
        Arena *a = arena_new();

        (void)state;
        assert_string_equal(arena_copy(a, "abcdef", 3), "abc");
        assert_string_equal(arena_copy(a, NULL, 0), "");
        assert_string_equal(arena_printf(a, "%s-%d", "x", 42), "x-42");
        arena_free(a);
}

static void free_takes_null(void **state) {
        (void)state;
        assert_null(arena_free(NULL));
}

/* Exit code of a child that asks for an array of this many pieces. */
static int exit_code_of_array(size_t n, size_t size) {
        static Arena *volatile in_child; /* still reachable when the process ends: no leak */
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                close(STDERR_FILENO);
                in_child = arena_new();
                arena_alloc_array(in_child, n, size);
                _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void impossible_sizes_end_the_process_with_code_3(void **state) {
        (void)state;
        assert_int_equal(exit_code_of_array(4, 4), 0);
        assert_int_equal(exit_code_of_array(SIZE_MAX / 2, 3), 3);
        assert_int_equal(exit_code_of_array(SIZE_MAX, 1), 3);
        assert_int_equal(exit_code_of_array(SIZE_MAX - 20, 1), 3);
}

static void map_finds_what_was_put_after_growing(void **state) {
        Arena *a = arena_new();
        Intern *names = intern_new(a);
        static int values[5000];
        Map m;

        (void)state;
        map_init(&m, a);
        assert_null(map_get(&m, intern_text(names, "n0")));
        for (int i = 0; i < 5000; i++)
                assert_null(map_put(&m, intern_printf(names, "n%d", i), &values[i]));
        for (int i = 0; i < 5000; i++)
                assert_ptr_equal(map_get(&m, intern_printf(names, "n%d", i)), &values[i]);
        assert_null(map_get(&m, intern_text(names, "n5000")));
        arena_free(a);
}

static void map_keeps_the_first_value_of_a_key(void **state) {
        Arena *a = arena_new();
        const char *key = intern_text(intern_new(a), "key");
        int first, second;
        Map m;

        (void)state;
        map_init(&m, a);
        assert_null(map_put(&m, key, &first));
        assert_ptr_equal(map_put(&m, key, &second), &first);
        assert_ptr_equal(map_get(&m, key), &first);
        arena_free(a);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(memory_is_zeroed_and_aligned),
                cmocka_unit_test(pieces_do_not_overlap),
                cmocka_unit_test(a_large_piece_leaves_the_current_block_in_use),
                cmocka_unit_test(copies_end_in_a_nul),
                cmocka_unit_test(free_takes_null),
                cmocka_unit_test(impossible_sizes_end_the_process_with_code_3),
                cmocka_unit_test(map_finds_what_was_put_after_growing),
                cmocka_unit_test(map_keeps_the_first_value_of_a_key),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
