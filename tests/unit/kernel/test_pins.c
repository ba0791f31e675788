/* SPDX-License-Identifier: MIT */
/*
 * What `caisson gpio` makes of a driver's lines, which nobody can be trusted to have written well: pins,
 * waves, the panel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/panel.h"
#include "kernel/pins.h"
#include "kernel/vcd.h"

static Pins pins;

static int setup(void **state) {
        (void)state;
        memset(&pins, 0, sizeof pins);
        return 0;
}

static PinLine read_line(const char *text) {
        static char line[512];

        (void)snprintf(line, sizeof line, "%s", text);
        return pins_read_line(&pins, line);
}

static void lines_are_understood(void **state) {
        PinLine line;

        (void)state;
        assert_int_equal(read_line("port 1 gpio1 28").news, PIN_NOTHING);
        line = read_line("pin 7 1 27 1 2 some.Client");
        assert_true(line.news == PIN_CHANGED && line.port == 1 && line.pin == 27 && !line.is_old);
        assert_true(pins.ports[1].pins[27].level == 1 && pins.ports[1].pins[27].mode == 2 && pins.time == 7);
        assert_string_equal(pins.ports[1].pins[27].owner, "some.Client");
        assert_true(read_line("pin 0 1 0 0 0 -").is_old);
        assert_int_equal(read_line("lost 12").news, PIN_LOST);
        assert_int_equal(read_line("lost 3").news, PIN_LOST);
        assert_int_equal(pins.n_lost, 15);
        assert_int_equal(read_line("ok").news, PIN_OK);
        assert_true(pins.is_whole);
        line = read_line("error why not");
        assert_true(line.news == PIN_ERROR && strcmp(line.text, "why not") == 0);
        assert_int_equal(read_line("").news, PIN_NOTHING);
}

static void what_is_none_changes_nothing(void **state) {
        static const char *const lines[] = {"x", "port", "port 0 p", "port 16 p 1", "port 0 p 257",
                "port -1 p 1", "port 0 p 1 1", "pin 0 0 0 0 0 -", "pin 0 16 0 0 0 -", "pin 0 0 4 0 0 -",
                "pin 0 0 256 0 0 -", "pin 0 0 0 2 0 -", "pin 0 0 0 0 256 -",
                "pin 99999999999999999999 0 0 0 0 -", "pin 0 0 0 0 0", "pin 0 0 0 0 0 - -", "lost", "lost x",
                "lost -1", "ok ok", "pin 0x1 0 0 0 0 -"};
        Pins before = pins;

        (void)state;
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
                if (read_line(lines[i]).news != PIN_GARBLED)
                        fail_msg("%s", lines[i]);
        assert_memory_equal(&pins, &before, sizeof pins);
}

static void limits_are_kept(void **state) {
        (void)state;
        assert_int_equal(read_line("port 15 0123456789012345678901234567890123456789 256").news, PIN_NOTHING);
        assert_int_equal(strlen(pins.ports[15].name), PINS_NAME_MAX);
        assert_int_equal(read_line("pin 1 15 255 1 255 x").news, PIN_CHANGED);
        assert_int_equal(read_line("port 0 a\x1b[31m 1").news, PIN_NOTHING);
        assert_string_equal(pins.ports[0].name, "a?[31m");
}

static void a_wave_is_written(void **state) {
        static const char wanted[] =
                "$version caisson gpio wave $end\n$timescale 1 ns $end\n$scope module p $end\n"
                "$var wire 1 ! p_0 $end\n$var wire 1 \" p_1 $end\n$upscope $end\n"
                "$enddefinitions $end\n#0\n$dumpvars\n0!\n1\"\n$end\n#10\n1!\n#25\n0!\n0\"\n#90\n";
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        Vcd vcd;

        (void)state;
        (void)read_line("port 0 p 2");
        (void)read_line("pin 0 0 1 1 0 -");
        vcd_begin(&vcd, out, &pins, 100);
        (void)read_line("pin 110 0 0 1 0 -");
        vcd_change(&vcd, &pins, 0, 0);
        vcd_change(&vcd, &pins, 0, 0); /* still the same */
        (void)read_line("pin 125 0 0 0 0 -");
        vcd_change(&vcd, &pins, 0, 0);
        (void)read_line("pin 124 0 1 0 0 -"); /* no time runs backwards */
        vcd_change(&vcd, &pins, 0, 1);
        vcd_end(&vcd, 190);
        (void)fclose(out);
        assert_string_equal(text, wanted);
        free(text);
}

/* More wires than there are identifiers of one character. */
static void every_wire_has_its_name(void **state) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        Vcd vcd;

        (void)state;
        for (unsigned i = 0; i < PINS_PORTS_MAX; i++) {
                char line[64];

                (void)snprintf(line, sizeof line, "port %u p%u 256", i, i);
                (void)read_line(line);
        }
        vcd_begin(&vcd, out, &pins, 0);
        (void)fclose(out);
        assert_non_null(strstr(text, "$var wire 1 ~ p0_93 $end\n$var wire 1 !\" p0_94 $end\n"));
        assert_non_null(strstr(text, "p15_255 $end\n"));
        free(text);
}

static void modes_have_names(void **state) {
        char buf[PANEL_MODE_SIZE];

        (void)state;
        assert_string_equal(panel_mode(0, buf), "-");
        assert_string_equal(panel_mode(2, buf), "out");
        assert_string_equal(panel_mode(0x31, buf), "in rise fall");
        assert_string_equal(panel_mode(0xff, buf), "inout rise fall low high");
}

static void a_panel_is_drawn_over_itself(void **state) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        Panel panel = {.out = out, .width = 20};

        (void)state;
        (void)read_line("port 0 p 4");
        (void)read_line("pin 1 0 3 1 2 x");
        panel_draw(&panel, &pins);
        assert_int_equal(panel.n_lines, 6); /* name, two rows of two lines, one pin in use */
        panel_draw(&panel, &pins);
        (void)fclose(out);
        assert_non_null(strstr(text, "\033[6A"));
        assert_non_null(strstr(text, "    3 1 out            x"));
        free(text);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, NULL)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(lines_are_understood),
                CASE(what_is_none_changes_nothing),
                CASE(limits_are_kept),
                CASE(a_wave_is_written),
                CASE(every_wire_has_its_name),
                CASE(modes_have_names),
                CASE(a_panel_is_drawn_over_itself),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
