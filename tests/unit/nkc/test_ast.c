/* SPDX-License-Identifier: MIT */
/*
 * Questions about a tree: which comments document a node, and when two trees are equal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "front/format.h"
#include "parse_text.h"

static const char *const documented = "package t\n"
                                      "// one\n"
                                      "/* two */\n"
                                      "const UInt8 A = 1; // behind A\n"
                                      "// not of B\n"
                                      "\n"
                                      "const UInt8 B = 1;\n"
                                      "/** of C */ const UInt8 C = 1;\n"
                                      "const UInt8 D = 1; /* behind D */ // and this\n"
                                      "interface {\n"
                                      "    M(in UInt8 x, // the x\n"
                                      "      in UInt8 y); // of M\n"
                                      "}\n";

static const AstDecl *decl(const AstFile *file, const char *name) {
        const AstDecl *d = file->decls.first;

        while (d && strcmp(d->name.text, name) != 0)
                d = d->next;
        assert_non_null(d);
        return d;
}

static void assert_comment(const Parsed *p, const AstComment *comment, const char *expected) {
        const char *text;
        size_t size;

        assert_non_null(comment);
        text = src_text(p->ctx.sources, comment->span, &size);
        assert_int_equal(size, strlen(expected));
        assert_memory_equal(text, expected, size);
}

static void comments_right_above_document_a_node(void **state) {
        const AstComment *first;
        Parsed p;

        (void)state;
        parse_idl(&p, documented);
        assert_int_equal(p.n_errors, 0);
        assert_int_equal(ast_doc(p.file, decl(p.file, "A")->span.begin, &first), 2);
        assert_comment(&p, &first[0], "// one");
        assert_comment(&p, &first[1], "/* two */");
        assert_int_equal(ast_doc(p.file, decl(p.file, "B")->span.begin, &first), 0);
        assert_int_equal(ast_doc(p.file, decl(p.file, "C")->span.begin, &first), 1);
        assert_comment(&p, first, "/** of C */");
        assert_int_equal(ast_doc(p.file, decl(p.file, "D")->span.begin, &first), 0);
        parse_free(&p);
}

static void a_comment_behind_is_found(void **state) {
        const AstParam *x;
        Parsed p;

        (void)state;
        parse_idl(&p, documented);
        x = p.file->interface->methods.first->params.first;
        assert_comment(&p, ast_doc_behind(p.file, decl(p.file, "A")->span.end), "// behind A");
        assert_null(ast_doc_behind(p.file, decl(p.file, "B")->span.end));
        assert_comment(&p, ast_doc_behind(p.file, decl(p.file, "D")->span.end), "/* behind D */");
        assert_comment(&p, ast_doc_behind(p.file, x->span.end), "// the x");
        assert_comment(&p, ast_doc_behind(p.file, p.file->interface->methods.first->span.end), "// of M");
        parse_free(&p);
}

/* Parses both with one intern table and compares. */
static bool are_equal(AstFileKind kind, const char *left, const char *right) {
        const SrcFile *source;
        bool equal;
        AstFile *a;
        Ctx ctx;

        ctx_init(&ctx);
        assert_int_equal(src_add(ctx.sources, "a", left, strlen(left), &source), 0);
        a = front_parse(&ctx, source, kind);
        assert_int_equal(src_add(ctx.sources, "b", right, strlen(right), &source), 0);
        equal = ast_equal(a, front_parse(&ctx, source, kind));
        ctx_deinit(&ctx);
        return equal;
}

#define ALL_PARTS                                                                                            \
        "package a.I import b.T const UInt8 N = 1 + 2; typedef array<string<8>, N> T; struct S { T t; "      \
        "UInt8 u; }"                                                                                         \
        "union U { S s; } interface { M(in UInt8 x, out T t); N(); }"

static void trees_are_equal_whatever_the_layout(void **state) {
        (void)state;
        assert_true(are_equal(AST_IDL, ALL_PARTS, ALL_PARTS));
        assert_true(are_equal(
                AST_IDL, "package a.I // c\nconst UInt8 A = 0x10;", "package a . I const\nUInt8 A=16;"));
        assert_true(are_equal(
                AST_CDL, "component a.C endpoints{x:b.I}", "component a.C\nendpoints {\n  x : b.I\n}\n"));
}

static void any_difference_makes_trees_unequal(void **state) {
        static const struct {
                AstFileKind kind;
                const char *left;
                const char *right;
        } rows[] = {
                {AST_IDL, "package a.I", "package a.J"},
                {AST_IDL, "package a.I import b.T", "package a.I"},
                {AST_IDL, "package a.I import b.T", "package a.I import b.U"},
                {AST_IDL, "package a.I const UInt8 A = 1;", "package a.I const UInt8 A = 2;"},
                {AST_IDL, "package a.I const UInt8 A = 1;", "package a.I const UInt8 B = 1;"},
                {AST_IDL, "package a.I const UInt8 A = 1;", "package a.I const UInt16 A = 1;"},
                {AST_IDL, "package a.I const UInt8 A = 1 + 2;", "package a.I const UInt8 A = 1 - 2;"},
                {AST_IDL, "package a.I const UInt8 A = B;", "package a.I const UInt8 A = C;"},
                {AST_IDL, "package a.I const UInt8 A = (1);", "package a.I const UInt8 A = 1;"},
                {AST_IDL, "package a.I typedef bytes<1> T;", "package a.I typedef string<1> T;"},
                {AST_IDL, "package a.I typedef bytes<1> T;", "package a.I typedef bytes<2> T;"},
                {AST_IDL, "package a.I typedef array<T, 1> U;", "package a.I typedef array<V, 1> U;"},
                {AST_IDL, "package a.I struct S { T t; }", "package a.I union S { T t; }"},
                {AST_IDL, "package a.I struct S { T t; }", "package a.I struct S { T t; T u; }"},
                {AST_IDL, "package a.I struct S { T t; }", "package a.I struct S { T u; }"},
                {AST_IDL, "package a.I interface { M(); }", "package a.I"},
                {AST_IDL, "package a.I interface { M(); }", "package a.I interface { N(); }"},
                {AST_IDL, "package a.I interface { M(); }", "package a.I interface { M(); N(); }"},
                {AST_IDL, "package a.I interface { M(in T t); }", "package a.I interface { M(out T t); }"},
                {AST_IDL, "package a.I interface { M(in T t); }", "package a.I interface { M(in T u); }"},
                {AST_IDL, "package a.I interface { M(in T t); }",
                        "package a.I interface { M(in T t, in T u); }"},
                {AST_EDL, "entity a.T", "task class a.T"},
                {AST_CDL, "component a.C security b.S", "component a.C security b.T"},
                {AST_CDL, "component a.C endpoints { a : b.I }", "component a.C components { a : b.I }"},
                {AST_CDL, "component a.C endpoints { a : b.I }", "component a.C interfaces { a : b.I }"},
                {AST_CDL, "component a.C endpoints { a : b.I }", "component a.C endpoints { a : b.J }"},
                {AST_CDL, "component a.C endpoints { a : b.I }", "component a.C endpoints { c : b.I }"},
                {AST_CDL, "component a.C endpoints { a : b.I }",
                        "component a.C endpoints { a : b.I b : b.I }"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                assert_true(are_equal(rows[i].kind, rows[i].left, rows[i].left));
                assert_false(are_equal(rows[i].kind, rows[i].left, rows[i].right));
                assert_false(are_equal(rows[i].kind, rows[i].right, rows[i].left));
        }
}

static void formatting_gives_an_equal_tree(void **state) {
        Text formatted = TEXT_NULL;
        Parsed p;

        (void)state;
        parse_idl(&p, ALL_PARTS);
        front_format(p.file, &formatted);
        assert_true(are_equal(AST_IDL, ALL_PARTS, text_str(&formatted)));
        text_deinit(&formatted);
        parse_free(&p);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(comments_right_above_document_a_node),
                cmocka_unit_test(a_comment_behind_is_found),
                cmocka_unit_test(trees_are_equal_whatever_the_layout),
                cmocka_unit_test(any_difference_makes_trees_unequal),
                cmocka_unit_test(formatting_gives_an_equal_tree),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
