/* SPDX-License-Identifier: MIT */
/*
 * Config: statements, what is said about wrong ones, and the limits of lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"

static Config config;
static char added[64]; /* the chip that was added last */

static int add_chip(Bank *bank, const char *name, const char *grant, char *error, size_t error_size) {
        (void)bank;
        (void)snprintf(added, sizeof added, "%s %s", name, grant);
        (void)snprintf(error, error_size, "no such chip");
        return strcmp(grant, "bad") == 0 ? -1 : 0;
}

static int setup(void **state) {
        const BankHost host = {.arg = NULL};

        (void)state;
        config = (Config){.bank = bank_new(&host), .add_chip = add_chip};
        config.sim = sim_new(config.bank);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        config.bank = bank_free(config.bank);
        config.sim = sim_free(config.sim);
        return 0;
}

static void nothing_said_is_one_port(void **state) {
        uint32_t port;

        (void)state;
        assert_true(conf_complete(&config));
        assert_int_equal(bank_find_port(config.bank, "gpio0", &port), 0);
        assert_int_equal(bank_count_pins(config.bank, port), 28);
}

static void a_file_is_read_line_by_line(void **state) {
        static const char text[] =
                "# a board\n\nport gpio0 28\r\nport x 256 # the largest\nwire gpio0 1 x 255\n"
                "pull x 7 up\nchip host gpiochip0";
        unsigned line;

        (void)state;
        assert_true(conf_text(&config, text, strlen(text), &line));
        assert_true(conf_complete(&config));
        assert_int_equal(bank_count_ports(config.bank), 2);
        assert_int_equal(bank_look(config.bank, 1, 7).level, 1);
        assert_string_equal(added, "host gpiochip0");
}

static void wrong_lines_are_explained(void **state) {
        static const struct {
                const char *line, *why;
        } rows[] = {
                {"prot gpio0 28", "unknown word"},
                {"port gpio0", "write: port NAME PINS"},
                {"port gpio0 28 29", "write: port NAME PINS"},
                {"port gpio0 0", "1 to 256"},
                {"port gpio0 257", "1 to 256"},
                {"port gpio0 -1", "1 to 256"},
                {"port gpio0 1x", "1 to 256"},
                {"port 01234567890123456789012345678901 1", "at most 31 bytes"},
                {"port p 1", "two ports 'p'"},
                {"wire p 0 q 0", "no port 'q'"},
                {"wire p 0 p 4", "no such pin"},
                {"wire p 0 p 0", "to itself"},
                {"wire p 0 p 256", "0 to 255"},
                {"pull p 0 sideways", "'up' or 'down'"},
                {"pull p 9 up", "no such pin"},
                {"chip c bad", "no such chip"},
                {"a b c d e f g", "no statement"},
        };

        (void)state;
        assert_true(conf_line(&config, "port p 4"));
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                assert_false(conf_line(&config, rows[i].line));
                if (!strstr(config.error, rows[i].why))
                        fail_msg("%s: %s", rows[i].line, config.error);
        }
}

static void the_line_of_a_mistake_is_told(void **state) {
        static const char text[] = "port p 4\n\nport q nine\n";
        static const char with_zero[] = "port p2 4\nport\0q 9\n";
        unsigned line;

        (void)state;
        assert_false(conf_text(&config, text, strlen(text), &line));
        assert_int_equal(line, 3);
        assert_false(conf_text(&config, with_zero, sizeof with_zero - 1, &line));
        assert_int_equal(line, 2);
}

static void a_line_has_a_limit(void **state) {
        char line[CONF_LINE_MAX + 2];

        (void)state;
        memset(line, ' ', sizeof line);
        memcpy(line, "port p 4", 8);
        line[CONF_LINE_MAX + 1] = '\0';
        assert_false(conf_line(&config, line));
        assert_non_null(strstr(config.error, "255 bytes"));
        line[CONF_LINE_MAX] = '\0';
        assert_true(conf_line(&config, line));
}

static void a_name_has_a_limit(void **state) {
        (void)state;
        assert_true(conf_line(&config, "port 0123456789012345678901234567890 1"));
}

static void a_board_may_have_no_pins(void **state) {
        (void)state;
        assert_true(conf_line(&config, "absent"));
        assert_true(conf_complete(&config));
        assert_int_equal(bank_count_ports(config.bank), 0);
        assert_true(conf_line(&config, "port p 1"));
        assert_false(conf_complete(&config));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(nothing_said_is_one_port),
                CASE(a_file_is_read_line_by_line),
                CASE(wrong_lines_are_explained),
                CASE(the_line_of_a_mistake_is_told),
                CASE(a_line_has_a_limit),
                CASE(a_name_has_a_limit),
                CASE(a_board_may_have_no_pins),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
