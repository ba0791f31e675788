/* SPDX-License-Identifier: MIT */
/*
 * Diagnostics: the registry, the order, the limits, what a message looks like.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/ctx.h"

static Ctx ctx;
static const SrcFile *file;
static Text seen;
static unsigned n_seen;

static int set_up(void **state) {
        const char *text = "first line\nsecond line\n";

        (void)state;
        ctx_init(&ctx);
        seen = TEXT_NULL;
        n_seen = 0;
        return src_add(ctx.sources, "a.idl", text, strlen(text), &file);
}

static int tear_down(void **state) {
        (void)state;
        text_deinit(&seen);
        ctx_deinit(&ctx);
        return 0;
}

static void keep(void *userdata, DiagSeverity severity, unsigned number, const char *text) {
        (void)userdata;
        (void)severity;
        (void)number;
        n_seen++;
        text_puts(&seen, text);
}

static Span at(uint32_t begin, uint32_t end) {
        return (Span){file->base + begin, file->base + end};
}

static void flush(void) {
        text_clear(&seen);
        n_seen = 0;
        diag_flush(ctx.diags, keep, NULL);
}

static void the_registry_is_in_order(void **state) {
        (void)state;
        for (size_t i = 0; i < diag_n_infos; i++) {
                const DiagInfo *info = &diag_infos[i];

                assert_true(info->number >= 100 && info->number < 900);
                if (i > 0)
                        assert_true(info->number > diag_infos[i - 1].number);
                assert_ptr_equal(diag_info(info->number), info);
                assert_true(strlen(info->text) > 0 && strlen(info->explanation) > 0);
                assert_int_not_equal(info->text[strlen(info->text) - 1], '.');
                assert_true(strlen(info->bad) > 0 || strlen(info->good) == 0);
        }
        assert_null(diag_info(99));
        assert_null(diag_info(999));
}

static void a_message_shows_its_line(void **state) {
        (void)state;
        diag_report(ctx.diags, NO_DIRECTION, at(11, 17), "x");
        diag_note(ctx.diags, at(0, 5), "see %s", "here");
        diag_help(ctx.diags, "write it");
        flush();
        assert_string_equal(text_str(&seen), "a.idl:2:1: error: parameter 'x' has no direction [NKC-118]\n"
                                             "second line\n"
                                             "^~~~~~\n"
                                             "a.idl:1:1: note: see here\n"
                                             "help: write it\n");
}

static void a_message_without_place_names_the_program(void **state) {
        (void)state;
        diag_report(ctx.diags, UNKNOWN_ENDING, SPAN_NONE, "x.txt");
        flush();
        assert_string_equal(
                text_str(&seen), "nkc: error: 'x.txt' ends in none of .idl, .cdl, .edl [NKC-511]\n");
}

static void nothing_in_a_message_steers_the_terminal(void **state) {
        (void)state;
        diag_report(ctx.diags, UNKNOWN_ENDING, SPAN_NONE, "a\x1b[2J\n\xC2\x9B\xFFé");
        diag_help(ctx.diags, "\x07%s", "end");
        flush();
        assert_string_equal(text_str(&seen),
                "nkc: error: 'a?[2J???é' ends in none of .idl, .cdl, .edl [NKC-511]\n"
                "help: ?end\n");
}

static void the_underline_stays_in_its_line(void **state) {
        (void)state;
        diag_report(ctx.diags, OPEN_COMMENT, at(6, 20));
        diag_report(ctx.diags, OPEN_COMMENT, at(22, 22));
        flush();
        assert_string_equal(text_str(&seen), "a.idl:1:7: error: comment is not closed [NKC-102]\n"
                                             "first line\n"
                                             "      ^~~~\n"
                                             "a.idl:2:12: error: comment is not closed [NKC-102]\n"
                                             "second line\n"
                                             "           ^\n");
}

static void messages_come_in_the_order_of_the_text(void **state) {
        (void)state;
        diag_report(ctx.diags, STRAY_SEMICOLON, at(12, 13));
        diag_report(ctx.diags, STRAY_SEMICOLON, at(3, 4));
        diag_report(ctx.diags, UNKNOWN_ENDING, SPAN_NONE, "x");
        diag_report(ctx.diags, EMPTY_INTERFACE, at(3, 4));
        flush();
        assert_int_equal(n_seen, 4);
        assert_non_null(strstr(text_str(&seen), "NKC-511"));
        assert_true(strstr(text_str(&seen), "NKC-511") < strstr(text_str(&seen), "1:4: warning: unneeded"));
        assert_true(strstr(text_str(&seen), "NKC-131") <
                    strstr(text_str(&seen), "NKC-136")); /* equal place: as reported */
        assert_true(strstr(text_str(&seen), "NKC-136") < strstr(text_str(&seen), "2:2: "));
}

static void a_flush_hands_over_once(void **state) {
        (void)state;
        diag_report(ctx.diags, STRAY_SEMICOLON, at(3, 4));
        flush();
        assert_int_equal(n_seen, 1);
        flush();
        assert_int_equal(n_seen, 0);
        assert_int_equal(diag_warnings(ctx.diags), 1);
}

static void errors_above_the_limit_are_counted_only(void **state) {
        (void)state;
        for (unsigned i = 0; i < DIAG_ERRORS_MAX - 1; i++)
                diag_report(ctx.diags, OPEN_COMMENT, at(i, i));
        assert_false(diag_is_full(ctx.diags));
        diag_report(ctx.diags, OPEN_COMMENT, at(20, 20));
        assert_true(diag_is_full(ctx.diags));
        flush();
        assert_int_equal(n_seen, DIAG_ERRORS_MAX);

        diag_report(ctx.diags, OPEN_COMMENT, at(21, 21));
        diag_note(ctx.diags, at(0, 0), "of a message that is not shown");
        diag_help(ctx.diags, "of it as well");
        flush();
        assert_int_equal(n_seen, 1);
        assert_string_equal(text_str(&seen), "nkc: error: too many errors; the rest is not shown\n");
        assert_int_equal(diag_errors(ctx.diags), DIAG_ERRORS_MAX + 1);
        flush();
        assert_int_equal(n_seen, 0);
}

static void warnings_above_the_limit_are_counted_only(void **state) {
        (void)state;
        for (unsigned i = 0; i < DIAG_WARNINGS_MAX; i++)
                diag_report(ctx.diags, STRAY_SEMICOLON, at(0, 1));
        flush();
        assert_int_equal(n_seen, DIAG_WARNINGS_MAX);
        diag_report(ctx.diags, STRAY_SEMICOLON, at(0, 1));
        diag_report(ctx.diags, OPEN_COMMENT, at(0, 1));
        flush();
        assert_int_equal(n_seen, 2); /* the error, and that there are more warnings */
}

static void failures_to_read_are_remembered(void **state) {
        (void)state;
        diag_report(ctx.diags, UNKNOWN_ENDING, SPAN_NONE, "x");
        assert_false(diag_io_failed(ctx.diags));
        diag_report(ctx.diags, CANNOT_READ, SPAN_NONE, "x", "why");
        assert_true(diag_io_failed(ctx.diags));
}

static void suggestions_are_help(void **state) {
        Suggest none = suggest_for("Colour"), near = suggest_for("UInt23");

        (void)state;
        suggest_offer(&near, "UInt32");
        diag_report(ctx.diags, OPEN_COMMENT, at(0, 1));
        diag_suggest(ctx.diags, &none);
        diag_suggest(ctx.diags, &near);
        flush();
        assert_non_null(strstr(text_str(&seen), "^\nhelp: did you mean 'UInt32'?\n"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(the_registry_is_in_order),
                CASE(a_message_shows_its_line),
                CASE(a_message_without_place_names_the_program),
                CASE(nothing_in_a_message_steers_the_terminal),
                CASE(the_underline_stays_in_its_line),
                CASE(messages_come_in_the_order_of_the_text),
                CASE(a_flush_hands_over_once),
                CASE(errors_above_the_limit_are_counted_only),
                CASE(warnings_above_the_limit_are_counted_only),
                CASE(failures_to_read_are_remembered),
                CASE(suggestions_are_help),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
