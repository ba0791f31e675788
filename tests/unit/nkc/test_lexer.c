/* SPDX-License-Identifier: MIT */
/*
 * The lexer, seen through the trees it leads to: literals, names, comments, '>'.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "parse_text.h"

/* Parses "const UInt64 A = TEXT;" and gives the value grouped, or "BAD". */
static void put_value(Text *out, const char *text) {
        char idl[512];
        Parsed p;

        snprintf(idl, sizeof idl, "package t\nconst UInt64 A = %s;\n", text);
        parse_idl(&p, idl);
        assert_non_null(p.file->decls.first);
        if (p.file->decls.first->value)
                put_grouped(out, p.file->decls.first->value);
        assert_int_equal(p.file->is_bad, p.n_errors > 0);
        parse_free(&p);
}

static void literals_have_their_value(void **state) {
        static const char *const rows[][2] = {
                {"0", "0"},
                {"7", "7"},
                {"10", "10"},
                {"0x0", "0"},
                {"0xff", "255"},
                {"0XFf", "255"},
                {"0o17", "15"},
                {"0O17", "15"},
                {"18446744073709551615", "18446744073709551615"},
                {"18446744073709551616", "18446744073709551616"},
                {"170141183460469231731687303715884105727", "170141183460469231731687303715884105727"},
                {"0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "170141183460469231731687303715884105727"},
                {"0o1777777777777777777777777777777777777777777", "170141183460469231731687303715884105727"},
                {"0x0000000000000000000000000000000000000000001", "1"},
                /* not literals */
                {"170141183460469231731687303715884105728", "BAD"},
                {"0x80000000000000000000000000000000", "BAD"},
                {"0o2000000000000000000000000000000000000000000", "BAD"},
                {"99999999999999999999999999999999999999999999999999999999999999999999999", "BAD"},
                {"00", "BAD"},
                {"017", "BAD"},
                {"0x", "BAD"},
                {"0o", "BAD"},
                {"0o8", "BAD"},
                {"0xG", "BAD"},
                {"0b1", "BAD"},
                {"1u", "BAD"},
                {"1_0", "BAD"},
                {"1.5", "BAD"},
                {"\"text\"", "BAD"},
                {"'c'", "BAD"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                Text value = TEXT_NULL;

                put_value(&value, rows[i][0]);
                assert_string_equal(text_str(&value), rows[i][1]);
                text_deinit(&value);
        }
}

static unsigned errors_of_name(size_t length) {
        Text idl = TEXT_NULL;
        unsigned n_errors;
        Parsed p;

        text_puts(&idl, "package t\nconst UInt8 ");
        text_fill(&idl, 'n', length);
        text_puts(&idl, " = 1;\n");
        parse_idl(&p, text_str(&idl));
        n_errors = p.n_errors;
        parse_free(&p);
        text_deinit(&idl);
        return n_errors;
}

static void names_have_a_limit(void **state) {
        (void)state;
        assert_int_equal(errors_of_name(AST_NAME_MAX - 1), 0);
        assert_int_equal(errors_of_name(AST_NAME_MAX), 0);
        assert_int_equal(errors_of_name(AST_NAME_MAX + 1), 1);
}

/* A dotted name of this length, in parts of 99 letters. */
static unsigned errors_of_path(size_t length) {
        Text idl = TEXT_NULL;
        unsigned n_errors;
        Parsed p;

        text_puts(&idl, "package ");
        for (size_t i = 0; i < length; i++)
                text_putc(&idl, i % 100 == 99 && i + 1 < length ? '.' : 'p');
        parse_idl(&p, text_str(&idl));
        n_errors = p.n_errors;
        if (n_errors == 0)
                assert_int_equal(strlen(p.file->name.text), length);
        parse_free(&p);
        text_deinit(&idl);
        return n_errors;
}

static void dotted_names_have_a_limit(void **state) {
        (void)state;
        assert_int_equal(errors_of_path(AST_PATH_MAX - 1), 0);
        assert_int_equal(errors_of_path(AST_PATH_MAX), 0);
        assert_int_equal(errors_of_path(AST_PATH_MAX + 1), 1);
}

static void dotted_names_are_taken_apart(void **state) {
        const AstPath *path;
        Parsed p;

        (void)state;
        parse_idl(&p, "package kl . core /* x */ .\nTypes import Single");
        path = &p.file->name;
        assert_string_equal(path->text, "kl.core.Types");
        assert_string_equal(path->qualifier, "kl.core");
        assert_string_equal(path->last, "Types");
        assert_null(p.file->imports.first->path.qualifier);
        assert_ptr_equal(p.file->imports.first->path.last, p.file->imports.first->path.text);
        parse_free(&p);
}

static void spans_are_where_the_text_is(void **state) {
        const char *text = "package t\nconst UInt8 Max = 1 + 22;\n";
        const AstDecl *d;
        uint32_t base;
        Parsed p;

        (void)state;
        parse_idl(&p, text);
        base = p.file->source->base;
        d = p.file->decls.first;
        assert_int_equal(d->span.begin - base, 10);
        assert_int_equal(d->span.end - base, 35);
        assert_int_equal(d->name.span.begin - base, 22);
        assert_int_equal(d->name.span.end - base, 25);
        assert_int_equal(d->value->span.begin - base, 28);
        assert_int_equal(d->value->span.end - base, 34);
        assert_int_equal(d->value->right->span.begin - base, 32);
        parse_free(&p);
}

static void comments_are_kept_in_order(void **state) {
        const char *text = "// a\npackage t /* b */\n/**/ const UInt8 A = /* c\n*/ 1; // d";
        static const char *const expected[] = {"// a", "/* b */", "/**/", "/* c\n*/", "// d"};
        Parsed p;

        (void)state;
        parse_idl(&p, text);
        assert_int_equal(p.n_errors, 0);
        assert_int_equal(p.file->n_comments, 5);
        for (size_t i = 0; i < 5; i++) {
                size_t size;
                const char *comment = src_text(p.ctx.sources, p.file->comments[i].span, &size);

                assert_int_equal(size, strlen(expected[i]));
                assert_memory_equal(comment, expected[i], size);
                assert_int_equal(p.file->comments[i].is_line, expected[i][1] == '/');
        }
        parse_free(&p);
}

static void many_comments_are_kept(void **state) {
        Text text = TEXT_NULL;
        Parsed p;

        (void)state;
        text_puts(&text, "package t\n");
        for (int i = 0; i < 1000; i++)
                text_puts(&text, "// c\n");
        parse_idl(&p, text_str(&text));
        assert_int_equal(p.file->n_comments, 1000);
        assert_int_equal(p.file->comments[999].span.end - p.file->source->base, text.size - 1);
        parse_free(&p);
        text_deinit(&text);
}

static void a_bracket_closes_unless_in_parentheses(void **state) {
        static const struct {
                const char *type;
                unsigned n_errors;
        } rows[] = {
                {"bytes<4>", 0},
                {"bytes<(64 >> 1)>", 0},
                {"bytes<((64 >> 1))>", 0},
                {"bytes<(64 >> (2 >> 1))>", 0},
                {"array<array<bytes<(8>>1)>, 2>, (4>>1)>", 0},
                {"array<UInt8, 1 << 2>", 0},
                {"bytes<64 >> 1>", 1},
                {"array<UInt8, 64 >> 1>", 1},
                {"array<bytes<4>> ", 1},
                {"bytes<(64) >> 1>", 1},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                char idl[256];
                Parsed p;

                snprintf(idl, sizeof idl, "package t\ntypedef %s T;\nconst UInt8 A = 64 >> 1;\n",
                        rows[i].type);
                parse_idl(&p, idl);
                assert_int_equal(p.n_errors, rows[i].n_errors);
                assert_int_equal(p.file->decls.last->value->op, AST_OP_SHIFT_RIGHT);
                parse_free(&p);
        }
}

static void every_single_byte_is_answered(void **state) {
        (void)state;
        for (int c = 0; c < 256; c++) {
                char text[] = "package t\nconst UInt8 A = ? ;\n";
                Parsed p;

                text[26] = (char)c;
                parse_text(&p, AST_IDL, text, sizeof text - 1);
                if (c != ';' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z'))
                        assert_true(p.n_errors > 0);
                assert_true(p.n_errors <= 2);
                parse_free(&p);
        }
}

static void every_cut_of_a_text_is_answered(void **state) {
        const char *text = "package t /* c */\nimport a.B\ntypedef array<bytes<(8>>1)>, 2> T;\n"
                           "struct S { T t; }\ninterface { M(in S s, error UInt16 status); }\n";

        (void)state;
        for (size_t size = 0; size <= strlen(text); size++) {
                Parsed p;

                parse_text(&p, AST_IDL, text, size);
                assert_non_null(p.file);
                parse_free(&p);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(literals_have_their_value),
                cmocka_unit_test(names_have_a_limit),
                cmocka_unit_test(dotted_names_have_a_limit),
                cmocka_unit_test(dotted_names_are_taken_apart),
                cmocka_unit_test(spans_are_where_the_text_is),
                cmocka_unit_test(comments_are_kept_in_order),
                cmocka_unit_test(many_comments_are_kept),
                cmocka_unit_test(a_bracket_closes_unless_in_parentheses),
                cmocka_unit_test(every_single_byte_is_answered),
                cmocka_unit_test(every_cut_of_a_text_is_answered),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
