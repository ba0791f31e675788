/* SPDX-License-Identifier: MIT */
/*
 * The parser: what trees it makes, where words may be names, how it recovers, how deep it goes.
 * The texts of its messages are golden cases (tests/golden/bad-at-parse).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse_text.h"

static void operators_bind_as_documented(void **state) {
        static const char *const rows[][2] = {
                {"1 + 2 * 3", "(1 + (2 * 3))"},
                {"1 * 2 + 3", "((1 * 2) + 3)"},
                {"1 - 2 - 3", "((1 - 2) - 3)"},
                {"8 / 4 / 2 % 3", "(((8 / 4) / 2) % 3)"},
                {"1 << 2 + 3", "(1 << (2 + 3))"},
                {"1 << 2 >> 3", "((1 << 2) >> 3)"},
                {"1 & 2 << 3", "(1 & (2 << 3))"},
                {"1 ^ 2 & 3", "(1 ^ (2 & 3))"},
                {"1 | 2 ^ 3", "(1 | (2 ^ 3))"},
                {"1 | 2 | 3", "((1 | 2) | 3)"},
                {"2 ** 3 ** 2", "(2 ** (3 ** 2))"},
                {"-2 ** 2", "(-(2 ** 2))"},
                {"2 ** -1", "(2 ** (-1))"},
                {"2 ** -3 ** 2", "(2 ** (-(3 ** 2)))"},
                {"- - 1", "(-(-1))"},
                {"-+~1", "(-(+(~1)))"},
                {"~1 * -2", "((~1) * (-2))"},
                {"(1 + 2) * 3", "((1 + 2) * 3)"},
                {"((1))", "1"},
                {"a.b.C.Max + Min", "(a.b.C.Max + Min)"},
                {"-0", "(-0)"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                Text grouped = TEXT_NULL;
                char idl[128];
                Parsed p;

                snprintf(idl, sizeof idl, "package t const SInt64 A = %s;", rows[i][0]);
                parse_idl(&p, idl);
                assert_string_equal(text_str(&p.messages), "");
                put_grouped(&grouped, p.file->decls.first->value);
                assert_string_equal(text_str(&grouped), rows[i][1]);
                text_deinit(&grouped);
                parse_free(&p);
        }
}

/* All words that mean something somewhere. */
static const char *const words[] = {"package", "import", "const", "typedef", "struct", "union", "interface",
        "in", "out", "error", "string", "bytes", "array", "sequence", "handle", "component", "entity", "task",
        "class", "security", "endpoints", "interfaces", "components", "size", "name", "type", "Handle",
        "UInt8", NULL};

static void assert_idl_is_fine(const char *format, const char *word) {
        Text idl = TEXT_NULL;
        Parsed p;

        for (const char *c = format; *c; c++) {
                if (*c == '@')
                        text_puts(&idl, word);
                else
                        text_putc(&idl, *c);
        }
        parse_idl(&p, text_str(&idl));
        assert_string_equal(text_str(&p.messages), "");
        parse_free(&p);
        text_deinit(&idl);
}

static void words_of_the_language_are_names_too(void **state) {
        (void)state;
        for (size_t i = 0; words[i]; i++) {
                assert_idl_is_fine("package t const UInt8 @ = 1; const UInt8 B = @ + a.@ + @.B;", words[i]);
                assert_idl_is_fine("package t typedef UInt8 @;", words[i]);
                assert_idl_is_fine("package t struct @ { UInt8 @; a.@ x; } union U { @.B @; }", "type");
                assert_idl_is_fine("package t struct @ { UInt8 @; a.@ x; }", words[i]);
                assert_idl_is_fine(
                        "package t interface { @(in UInt8 @, out bytes<@> x, error UInt16 y); }", words[i]);
                assert_idl_is_fine("package @.t.@ import a.@", words[i]);
        }
}

/* At the begin of a type, words that begin another part are not taken for the name of one. */
static void most_words_are_types_too(void **state) {
        (void)state;
        for (size_t i = 10; words[i]; i++) {
                assert_idl_is_fine("package t struct S { @ a; @ b; } interface { M(in @ @); }", words[i]);
                assert_idl_is_fine("package t typedef sequence<@, 4> T; const @ A = 1;", words[i]);
        }
}

static void words_of_the_language_name_endpoints_and_instances(void **state) {
        (void)state;
        for (size_t i = 0; words[i]; i++) {
                char cdl[256];
                Parsed p;

                snprintf(cdl, sizeof cdl,
                        "component a.%s endpoints { %s : a.%s b : %s.I } components { %s : %s } security "
                        "a.%s",
                        words[i], words[i], words[i], words[i], words[i], words[i], words[i]);
                parse_cdl(&p, cdl);
                assert_string_equal(text_str(&p.messages), "");
                assert_string_equal(p.file->endpoints->bindings.first->name.text, words[i]);
                assert_int_equal(p.file->endpoints->bindings.n, 2);
                parse_free(&p);
        }
}

static void bare_endpoints_may_be_called_like_sections(void **state) {
        Parsed p;

        (void)state;
        parse_cdl(&p,
                "component a.C endpoints : b.I security : b.I components : b.I component : b.I task : b.I");
        assert_int_equal(p.n_errors, 0);
        assert_int_equal(p.file->sections.n, 1);
        assert_int_equal(p.file->endpoints->form, AST_FORM_BARE);
        assert_int_equal(p.file->endpoints->bindings.n, 5);
        parse_free(&p);
}

static void sections_keep_their_order(void **state) {
        Parsed p;

        (void)state;
        parse_text(&p, AST_EDL, "task class a.T components { x : a.C } security a.S endpoints { }", 64);
        assert_string_equal(text_str(&p.messages), "");
        assert_int_equal(p.file->head, AST_TASK_CLASS);
        assert_int_equal(p.file->sections.first->kind, AST_COMPONENTS);
        assert_int_equal(p.file->sections.first->next->kind, AST_SECURITY);
        assert_ptr_equal(p.file->sections.last, p.file->endpoints);
        assert_string_equal(p.file->security->security.last, "S");
        parse_free(&p);
}

static void a_file_of_all_parts_has_them_all(void **state) {
        const AstMethod *m;
        Parsed p;

        (void)state;
        parse_idl(&p, "package a.I import b.T import c.T const UInt8 N = 1; typedef string<N> Name;"
                      "struct S { Name n; handle x; } union U { S s; UInt8 b; }"
                      "interface { First(in U u, out sequence<S, N> s, error UInt16 status); Second(); }");
        assert_string_equal(text_str(&p.messages), "");
        assert_int_equal(p.file->imports.n, 2);
        assert_int_equal(p.file->decls.n, 4);
        assert_int_equal(p.file->decls.last->kind, AST_UNION);
        assert_int_equal(p.file->decls.last->fields.n, 2);
        m = p.file->interface->methods.first;
        assert_int_equal(m->params.n, 3);
        assert_int_equal(m->params.first->direction, AST_IN);
        assert_int_equal(m->params.first->next->type->kind, AST_TYPE_SEQUENCE);
        assert_int_equal(m->params.last->direction, AST_ERROR);
        assert_int_equal(m->next->params.n, 0);
        parse_free(&p);
}

/* What is left of a text with mistakes: names of declarations and methods, '!' behind the bad ones. */
static void put_rest(Text *out, const AstFile *file) {
        for (const AstDecl *d = file->decls.first; d; d = d->next)
                text_printf(out, "%s%s ", d->name.text, d->is_bad ? "!" : "");
        if (!file->interface)
                return;
        for (const AstMethod *m = file->interface->methods.first; m; m = m->next)
                text_printf(out, "%s%s ", m->name.text, m->is_bad ? "!" : "");
}

static void the_parser_goes_on_behind_a_mistake(void **state) {
        static const struct {
                const char *text;
                const char *rest;
                unsigned n_errors;
        } rows[] = {
                {"const UInt8 A 1; const UInt8 B = 1;", "A! B ", 1},
                {"const UInt8 = 1; const UInt8 B = 1;", "B ", 1},
                {"typedef array<UInt8> A; typedef UInt8 B;", "A! B ", 1},
                {"typedef UInt8; typedef UInt8 B;", "B ", 1},
                {"struct A { UInt8; } struct B { UInt8 x; }", "A! B ", 1},
                {"struct A { UInt8 x; UInt8 } struct B { UInt8 x; }", "A! B ", 1},
                {"struct A { UInt8 x } union B { UInt8 x }", "A! B! ", 2},
                {"struct A { } struct B { UInt8 x; }", "A! B ", 1},
                {"foo A; typedef UInt8 B;", "B ", 1},
                {"foo A { x; y; } typedef UInt8 B;", "B ", 1},
                {"foo A { x } typedef UInt8 B;", "B ", 1},
                {"interface { A(UInt8 x); B(); }", "A! B ", 1},
                {"interface { A(in); B(); }", "A! B ", 1},
                {"interface { A(; B(); }", "A! B ", 1},
                {"interface { UInt8 A(); B(); }", "A! B ", 1},
                {"interface { A() B(); C(); }", "A! C ", 1},
                {"interface { A(in UInt8 x; in UInt8 y); B(); }", "A! B ", 1},
                {"interface { A(); B( }", "A ", 1},
                {"interface { A(); } interface { B(); }", "A ", 1},
                {"const UInt8 A = 1 const UInt8 B = 1; const UInt8 C = 1;", "A! C ", 1},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                Text rest = TEXT_NULL;
                char idl[256];
                Parsed p;

                snprintf(idl, sizeof idl, "package t %s", rows[i].text);
                parse_idl(&p, idl);
                put_rest(&rest, p.file);
                assert_string_equal(text_str(&rest), rows[i].rest);
                assert_int_equal(p.n_errors, rows[i].n_errors);
                assert_true(p.file->is_bad);
                text_deinit(&rest);
                parse_free(&p);
        }
}

static void repeat(Text *out, const char *piece, unsigned n) {
        while (n-- > 0)
                text_puts(out, piece);
}

static unsigned errors_of_nesting(const char *head, const char *open, unsigned n, const char *core,
        const char *close, const char *tail) {
        Text idl = TEXT_NULL;
        unsigned n_errors;
        Parsed p;

        text_puts(&idl, head);
        repeat(&idl, open, n);
        text_puts(&idl, core);
        repeat(&idl, close, n);
        text_puts(&idl, tail);
        parse_idl(&p, text_str(&idl));
        n_errors = p.n_errors;
        parse_free(&p);
        text_deinit(&idl);
        return n_errors;
}

static void nesting_has_a_limit(void **state) {
        static const struct {
                const char *head;
                const char *open;
                const char *core;
                const char *close;
                const char *tail;
                unsigned most; /* repetitions that are accepted */
        } rows[] = {
                {"package t typedef ", "array<", "UInt8", ", 2>", " T;", AST_TYPE_DEPTH - 1},
                {"package t typedef ", "sequence<", "bytes<1>", ", 2>", " T;", AST_TYPE_DEPTH - 1},
                {"package t const UInt8 A = ", "(", "1", ")", ";", AST_EXPR_DEPTH - 1},
                {"package t const UInt8 A = ", "-", "1", "", ";", AST_EXPR_DEPTH - 1},
                {"package t const UInt8 A = ", "1 + ", "1", "", ";", AST_EXPR_DEPTH - 1},
                {"package t const UInt8 A = ", "1 ** ", "1", "", ";", AST_EXPR_DEPTH - 1},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                const unsigned counts[] = {
                        rows[i].most - 1, rows[i].most, rows[i].most + 1, rows[i].most * 2, 100000};

                for (size_t j = 0; j < 5; j++)
                        assert_int_equal(errors_of_nesting(rows[i].head, rows[i].open, counts[j],
                                                 rows[i].core, rows[i].close, rows[i].tail),
                                j > 1);
        }
}

static void long_lists_need_no_stack(void **state) {
        Text idl = TEXT_NULL;
        Parsed p;

        (void)state;
        text_puts(&idl, "package t struct S {");
        repeat(&idl, "UInt8 x; ", 50000);
        text_puts(&idl, "} interface {");
        repeat(&idl, "M(); ", 50000);
        text_puts(&idl, "N(in UInt8 y");
        repeat(&idl, ", in UInt8 x", 50000);
        text_puts(&idl, "); }");
        parse_idl(&p, text_str(&idl));
        assert_int_equal(p.n_errors, 0);
        assert_int_equal(p.file->decls.first->fields.n, 50000);
        assert_int_equal(p.file->interface->methods.n, 50001);
        assert_int_equal(p.file->interface->methods.last->params.n, 50001);
        parse_free(&p);
        text_deinit(&idl);
}

static void a_kind_is_known_by_the_ending(void **state) {
        static const struct {
                const char *path;
                int kind; /* -1: none */
        } rows[] = {
                {"a.idl", AST_IDL},
                {"a/b.cdl", AST_CDL},
                {"x.y.edl", AST_EDL},
                {".idl", -1},
                {"idl", -1},
                {"a.IDL", -1},
                {"a.idl2", -1},
                {"aidl", -1},
                {"", -1},
                {"a.psl", -1},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                AstFileKind kind;

                assert_int_equal(front_kind_of(rows[i].path, &kind), rows[i].kind >= 0);
                if (rows[i].kind >= 0)
                        assert_int_equal(kind, rows[i].kind);
        }
}

static void count_number(void *userdata, DiagSeverity severity, unsigned number, const char *text) {
        unsigned *last = userdata;

        (void)severity;
        (void)text;
        *last = number;
}

/* Number of the diagnostic that reading a file gives; 0: none. */
static unsigned number_of_reading(const char *path) {
        unsigned number = 0;
        Ctx ctx;

        ctx_init(&ctx);
        front_parse_file(&ctx, path, SPAN_NONE);
        diag_flush(ctx.diags, count_number, &number);
        ctx_deinit(&ctx);
        return number;
}

static void what_cannot_be_read_is_reported(void **state) {
        char path[] = "/tmp/parser-XXXXXX.idl";
        int fd = mkstemps(path, 4);

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "package a.T\n", 12), 12);
        assert_int_equal(number_of_reading(path), 0);
        assert_int_equal(ftruncate(fd, (off_t)SRC_FILE_MAX + 1), 0);
        assert_int_equal(number_of_reading(path), DIAG_FILE_TOO_BIG);
        close(fd);
        unlink(path);
        assert_int_equal(number_of_reading(path), DIAG_CANNOT_READ);
        assert_int_equal(number_of_reading("/tmp"), DIAG_UNKNOWN_ENDING);
}

static void sources_that_do_not_fit_are_reported(void **state) {
        char path[] = "/tmp/parser-XXXXXX.idl";
        int fd = mkstemps(path, 4);
        unsigned number = 0;
        Ctx ctx;

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "package a.T\n", 12), 12);
        close(fd);
        ctx_init(&ctx);
        ctx.sources = src_new(ctx.arena, 8);
        ctx.diags = diag_new(ctx.arena, ctx.sources);
        assert_null(front_parse_file(&ctx, path, SPAN_NONE));
        diag_flush(ctx.diags, count_number, &number);
        assert_int_equal(number, DIAG_SOURCES_TOO_BIG);
        ctx_deinit(&ctx);
        unlink(path);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(operators_bind_as_documented),
                cmocka_unit_test(words_of_the_language_are_names_too),
                cmocka_unit_test(most_words_are_types_too),
                cmocka_unit_test(words_of_the_language_name_endpoints_and_instances),
                cmocka_unit_test(bare_endpoints_may_be_called_like_sections),
                cmocka_unit_test(sections_keep_their_order),
                cmocka_unit_test(a_file_of_all_parts_has_them_all),
                cmocka_unit_test(the_parser_goes_on_behind_a_mistake),
                cmocka_unit_test(nesting_has_a_limit),
                cmocka_unit_test(long_lists_need_no_stack),
                cmocka_unit_test(a_kind_is_known_by_the_ending),
                cmocka_unit_test(what_cannot_be_read_is_reported),
                cmocka_unit_test(sources_that_do_not_fit_are_reported),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
