/* SPDX-License-Identifier: MIT */
/*
 * The option scanner: every spelling of an option, what is wrong with a word, the help made of the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/opts.h"

static const Opt opts[] = {
        {.letter = 'I', .word = "include", .value_name = "DIR", .help = "search folder"},
        {.letter = 'v', .word = "verbose", .help = "say more"},
        {.letter = 'q', .help = "say less"},
        {.word = "trace", .value_name = "KIND", .help = "what to trace"},
        {.word = "hidden"},
        {.word = "an-option-with-a-very-long-name-indeed", .help = "help on a line of its own"},
};

/* What the scan says, one word an option: "0=dir 1 ARG=x END". */
static void put_scan(Text *out, int argc, char **argv) {
        OptScan s;
        int opt;

        opt_init(&s, opts, sizeof opts / sizeof opts[0], argc, argv);
        while ((opt = opt_next(&s)) >= 0 || opt == OPT_ARGUMENT) {
                if (opt == OPT_ARGUMENT)
                        text_puts(out, "ARG");
                else
                        text_printf(out, "%d", opt);
                if (s.value)
                        text_printf(out, "=%s", s.value);
                text_putc(out, ' ');
        }
        text_puts(out, opt == OPT_END ? "END" : text_str(&s.problem));
        opt_deinit(&s);
}

static void options_are_read_in_all_their_spellings(void **state) {
        static const struct {
                const char *words[6];
                const char *scan;
        } rows[] = {
                {{NULL}, "END"},
                {{"-I", "a"}, "0=a END"},
                {{"-Ib"}, "0=b END"},
                {{"--include", "c"}, "0=c END"},
                {{"--include=d"}, "0=d END"},
                {{"--include="}, "0= END"},
                {{"-v", "-q"}, "1 2 END"},
                {{"-vq"}, "1 2 END"},
                {{"-vI", "x"}, "1 0=x END"},
                {{"-vIx"}, "1 0=x END"},
                {{"a", "-v", "b"}, "ARG=a 1 ARG=b END"},
                {{"-"}, "ARG=- END"},
                {{"--", "-v", "--"}, "ARG=-v ARG=-- END"},
                {{"--hidden"}, "4 END"},
                {{"--verbose=1"}, "option '--verbose' takes no value"},
                {{"--trace"}, "option '--trace' needs a value: KIND"},
                {{"-I"}, "option '-I' needs a value: DIR"},
                {{"-x"}, "unknown option '-x'"},
                {{"-vx"}, "1 unknown option '-x'"},
                {{"--verbos"}, "unknown option '--verbos'; did you mean '--verbose'?"},
                {{"--tracee=x"}, "unknown option '--tracee'; did you mean '--trace'?"},
                {{"--nothing-like-it"}, "unknown option '--nothing-like-it'"},
                {{"---"}, "unknown option '---'"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                char words[7][40] = {"program"};
                char *argv[8] = {words[0]};
                Text scan = TEXT_NULL;
                int argc = 1;

                for (; argc < 7 && rows[i].words[argc - 1]; argc++) {
                        strncpy(words[argc], rows[i].words[argc - 1], sizeof words[argc] - 1);
                        argv[argc] = words[argc];
                }
                put_scan(&scan, argc, argv);
                assert_string_equal(text_str(&scan), rows[i].scan);
                text_deinit(&scan);
        }
}

static void help_lists_what_has_help(void **state) {
        Text help = TEXT_NULL;

        (void)state;
        opt_print_help(opts, sizeof opts / sizeof opts[0], &help);
        assert_string_equal(text_str(&help), "  -I, --include DIR               search folder\n"
                                             "  -v, --verbose                   say more\n"
                                             "  -q                              say less\n"
                                             "      --trace KIND                what to trace\n"
                                             "      --an-option-with-a-very-long-name-indeed\n"
                                             "                                  help on a line of its own\n");
        text_deinit(&help);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(options_are_read_in_all_their_spellings),
                cmocka_unit_test(help_lists_what_has_help),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
