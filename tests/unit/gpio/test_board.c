/* SPDX-License-Identifier: MIT */
/*
 * The board: modules, their configurations, and what is wrong with a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"

static Board board;

static int setup(void **state) {
        (void)state;
        board_init(&board, "b1");
        return 0;
}

static void nothing_said_is_a_usual_board(void **state) {
        (void)state;
        assert_true(board_complete(&board));
        assert_int_equal(board_configure(&board, "i2c1", "b1.p2-3"), 0);
        assert_int_equal(board_configure(&board, "uart2", "b1.default"), 0);
}

static void modules_are_enabled_and_configured(void **state) {
        (void)state;
        assert_true(board_line(&board, "module x one two # three"));
        assert_int_equal(board_enable(&board, "x"), 0);
        assert_true(board_find(&board, "x")->is_enabled);
        assert_int_equal(board_find(&board, "x")->config, 2); /* none yet */
        assert_int_equal(board_configure(&board, "x", "b1.two"), 0);
        assert_int_equal(board_find(&board, "x")->config, 1);
        assert_int_equal(board_configure(&board, "x", "b1.three"), BOARD_E_CONFIG);
        assert_int_equal(board_configure(&board, "x", "b1two"), BOARD_E_CONFIG);
        assert_int_equal(board_configure(&board, "x", "b11.two"), BOARD_E_CONFIG);
        assert_int_equal(board_configure(&board, "y", "b1.two"), BOARD_E_MODULE);
        assert_int_equal(board_enable(&board, "y"), BOARD_E_MODULE);
}

static void wrong_lines_are_explained(void **state) {
        static const char text[] = "module a default\n\nmodul b default\n";
        unsigned line;

        (void)state;
        assert_false(board_text(&board, text, strlen(text), &line));
        assert_int_equal(line, 3);
        assert_non_null(strstr(board.error, "write: module"));
        assert_false(board_line(&board, "module a default"));
        assert_non_null(strstr(board.error, "two modules 'a'"));
        assert_false(board_line(&board, "module c"));
        assert_false(board_line(&board, "module d 0 1 2 3 4 5 6 7 8"));
        assert_true(board_line(&board, "module e 0 1 2 3 4 5 6 7"));
}

static void names_have_a_limit(void **state) {
        char line[128] = "module ";

        (void)state;
        memset(line + 7, 'n', BOARD_NAME_MAX + 1);
        (void)snprintf(line + 7 + BOARD_NAME_MAX + 1, 16, " default");
        assert_false(board_line(&board, line));
        memmove(line + 7, line + 8, strlen(line + 7));
        assert_true(board_line(&board, line));
}

static void modules_have_a_limit(void **state) {
        char line[64];

        (void)state;
        for (unsigned i = 0; i <= BOARD_MODULES_MAX; i++) {
                (void)snprintf(line, sizeof line, "module m%u default", i);
                assert_int_equal(board_line(&board, line), i < BOARD_MODULES_MAX);
        }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, NULL)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(nothing_said_is_a_usual_board),
                CASE(modules_are_enabled_and_configured),
                CASE(wrong_lines_are_explained),
                CASE(names_have_a_limit),
                CASE(modules_have_a_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
