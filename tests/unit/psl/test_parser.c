/* SPDX-License-Identifier: MIT */
/*
 * The parser of policies: what trees it makes, where words may be names, which spellings are equal, how it
 * recovers, how deep it goes. The texts of its messages are golden cases (tests/golden/bad-at-psl).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse_policy.h"

#define N(array) (sizeof(array) / sizeof(array)[0])

/* Expressions ------------------------------------------------------------------------------------ */

static void assert_grouped(const char *text, const char *expected) {
        Text grouped = TEXT_NULL, psl = TEXT_NULL;
        ParsedPolicy p;

        text_printf(&psl, "request { assert (%s) }", text);
        policy_parse(&p, text_str(&psl));
        assert_string_equal(text_str(&p.messages), "");
        policy_put_grouped(&grouped, p.file->first->body->first->call->left);
        assert_string_equal(text_str(&grouped), expected);
        text_deinit(&grouped);
        text_deinit(&psl);
        policy_free(&p);
}

static void operators_bind_as_in_c(void **state) {
        static const char *const rows[][2] = {
                {"1 + 2 * 3", "(1 + (2 * 3))"},
                {"1 - 2 - 3", "((1 - 2) - 3)"},
                {"1 & 2 | 3 + 4", "(((1 & 2) | 3) + 4)"},
                {"x & 1 == 1", "((x & 1) == 1)"},
                {"a == 1 && b != 2 || c", "(((a == 1) && (b != 2)) || c)"},
                {"a || b && c", "(a || (b && c))"},
                {"a ==> b ==> c", "(a ==> (b ==> c))"},
                {"a || b ==> c && d", "((a || b) ==> (c && d))"},
                {"!a && !b", "((!a) && (!b))"},
                {"!a == b", "((!a) == b)"},
                {"-1 * - 2", "((-1) * (-2))"},
                {"!!~-a", "(!(!(~(-a))))"},
                {"a <-5", "(a < (-5))"},
                {"a <~b", "(a < (~b))"},
                {"a<=b+1", "(a <= (b + 1))"},
                {"(1 + 2) * 3", "((1 + 2) * 3)"},
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++)
                assert_grouped(rows[i][0], rows[i][1]);
}

static void chained_comparisons_are_warned_of(void **state) {
        ParsedPolicy p;

        (void)state;
        policy_parse(&p, "request { assert (1 < 2 < 3) assert ((1 < 2) == true) }");
        assert_int_equal(p.n_errors, 0);
        assert_int_equal(p.n_warnings, 1);
        policy_free(&p);
}

static void parts_and_calls_are_told_apart(void **state) {
        static const char *const rows[][2] = {
                {"message.a", "(message.a)"},
                {"message.a.b.c", "(((message.a).b).c)"},
                {"message.list.[0].x", "(((message.list).[0]).x)"},
                {"list.[i + 1]", "(list.[(i + 1)])"},
                {"list.[0].[1]", "((list.[0]).[1])"},
                {"message.method", "(message.method)"},
                {"message.true", "(message.true)"},
                {"pred.empty (x)", "(pred.empty x)"},
                {"pred.empty x", "(pred.empty x)"},
                {"pred.empty message.name == true", "((pred.empty (message.name)) == true)"},
                {"pred.empty \"\"", "(pred.empty '')"},
                {"pred.empty ()", "(pred.empty ())"},
                {"math.neg 5", "(math.neg 5)"},
                {"a.b -5", "((a.b) - 5)"},
                {"bool.any [a == 1, a == 2,]", "(bool.any [(a == 1),(a == 2)])"},
                {"bool.cond {if : a, then : 1, else : 2}", "(bool.cond {if:a,then:1,else:2})"},
                {"s.get {sid : s} + 1", "((s.get {sid:s}) + 1)"},
                {"s.get (x).y", "((s.get x).y)"},
                {"a.b c.d.[2]", "(a.b ((c.d).[2]))"},
                {"f (1)", "(f 1)"},
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++)
                assert_grouped(rows[i][0], rows[i][1]);
}

static void literals_have_their_values(void **state) {
        static const char *const rows[][2] = {
                {"0", "0"},
                {"18446744073709551615", "18446744073709551615"},
                {"0xFFFFffffFFFFffff", "18446744073709551615"},
                {"0X1f", "31"},
                {"true != false", "(true != false)"},
                {"()", "()"},
                {"\"a\\\\d\\\"\\n\\t\\r\\x41\"", "'a\\d\"\n\t\rA'"},
                {"\"\xD0\xBF // \"", "'\xD0\xBF // '"},
                {"```regex\n[a-z]*\n  b`` c\n```", "/[a-z]*\n  b`` c/"},
                {"```regex\r\n a\r\n   ```", "/ a/"},
                {"```regex [0-9] ```", "/[0-9]/"},
                {"```regex```", "//"},
                {"{}", "{}"},
                {"[]", "[]"},
                {"{a : 1, \"b\" : [2], -3 : {c : ()},}", "{a:1,b:[2],-3:{c:()}}"},
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++)
                assert_grouped(rows[i][0], rows[i][1]);
}

static void an_unknown_escape_stays_as_it_is(void **state) {
        ParsedPolicy p;

        (void)state;
        policy_parse(&p, "request { a.b (\"\\d\\.\\xZZ\") }");
        assert_int_equal(p.n_errors, 0);
        assert_int_equal(p.n_warnings, 3);
        assert_string_equal(p.file->first->body->first->call->left->left->text, "\\d\\.\\xZZ");
        policy_free(&p);
}

/* Spellings -------------------------------------------------------------------------------------- */

static void assert_equal_files(const char *a, const char *b) {
        const SrcFile *source;
        ParsedPolicy p;

        policy_parse(&p, a);
        assert_string_equal(text_str(&p.messages), "");
        assert_int_equal(src_add(p.ctx.sources, "b.psl", b, strlen(b), &source), 0);
        assert_true(psl_equal(p.file, psl_parse(&p.ctx, source)));
        policy_free(&p);
}

static void spacing_and_commas_mean_nothing(void **state) {
        (void)state;
        assert_equal_files("request src=A dst=B.c { grant () }", "request\nsrc = A ,\ndst= B . c\n{grant()}");
        assert_equal_files("use a.b._ use EDL c.D", "use\na . b . _\nuse EDL\nc.D");
        assert_equal_files("request { choice (a.b ()) { \"x\" : grant () _ : deny () } }",
                "request{choice(a.b()){\"x\":grant(),_:deny(),}}");
        assert_equal_files("assert \"t\" { sequence { c ~> s : e.M {x : 1} v <- execute dst=A } }",
                "assert\"t\"{sequence{c~>s:e.M{x:1,}v<-execute dst=A}}");
        assert_equal_files("audit profile p = {0 : {}, 1 : {base : {kss : []}}} audit default = p 1",
                "audit profile p={0:{},1:{base:{kss:[],},},}audit default=p 0x1");
}

static void what_differs_is_not_equal(void **state) {
        static const char *const rows[][2] = {
                {"request { grant () }", "response { grant () }"},
                {"request { grant () }", "request { deny () }"},
                {"request { grant () }", "request { base.grant () }"},
                {"request src=A {}", "request dst=A {}"},
                {"request src=A {}", "request src=B {}"},
                {"request { match src=A {} }", "request { match src=A {} match src=A {} }"},
                {"request { a.b (1 < 2) }", "request { a.b (1 <= 2) }"},
                {"request { a.b {x : 1} }", "request { a.b {\"x\" : 1} }"},
                {"request { a.b {1 : 1} }", "request { a.b {-1 : 1} }"},
                {"request { a.b (\"x\") }", "request { a.b (```regex x```) }"},
                {"policy object x : Flow { type A = \"b\" }", "policy object x : Flow { type A = b }"},
                {"policy object x : Flow { type A = {b : C} }",
                        "policy object x : Flow { type A = {c : C} }"},
                {"policy object x : Flow { type A = [B] }", "policy object x : Flow { type A = Set<B> }"},
                {"use a._", "use EDL a"},
                {"task class a : b", "task class a : c"},
                {"audit profile p = {} audit default = p 1", "audit profile p = {} audit default = p 2"},
                {"assert { sequence { execute } }", "assert { sequence { deny execute } }"},
                {"assert { sequence { a ~> b : c.d } }", "assert { sequence { a <~ b : c.d } }"},
                {"assert { sequence { a ~> b : c.d } }", "assert { sequence { a ~> b : c.d {} } }"},
                {"assert \"x\" { sequence { execute } }", "assert \"y\" { sequence { execute } }"},
                {"request { choice (a.b ()) { _ : grant () } }",
                        "request { choice (a.b ()) { _ : { grant () } } }"},
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                const SrcFile *source;
                ParsedPolicy p;

                policy_parse(&p, rows[i][0]);
                assert_string_equal(text_str(&p.messages), "");
                assert_int_equal(src_add(p.ctx.sources, "b.psl", rows[i][1], strlen(rows[i][1]), &source), 0);
                assert_false(psl_equal(p.file, psl_parse(&p.ctx, source)));
                policy_free(&p);
        }
}

/* All words that mean something somewhere. */
static const char *const words[] = {"execute", "request", "response", "error", "security", "audit", "use",
        "task", "policy", "assert", "default", "profile", "EDL", "class", "object", "type", "match", "choice",
        "src", "dst", "component", "endpoint", "interface", "method", "setup", "sequence", "finally", "grant",
        "deny", "any", "true", "false", "name", "_x", NULL};

static void assert_is_fine(const char *format, const char *word) {
        Text psl = TEXT_NULL;
        ParsedPolicy p;

        for (const char *c = format; *c; c++) {
                if (*c == '@')
                        text_puts(&psl, word);
                else
                        text_putc(&psl, *c);
        }
        policy_parse(&p, text_str(&psl));
        assert_string_equal(text_str(&p.messages), "");
        policy_free(&p);
        text_deinit(&psl);
}

static void words_of_the_language_are_names_too(void **state) {
        (void)state;
        for (size_t i = 0; words[i]; i++) {
                assert_is_fine("request src=@ dst=a.@.b endpoint=@.@ interface=@ method=@ { }", words[i]);
                assert_is_fine("request { a.@ () audit @ assert (message.@.@ == 1) a.b {@ : 1} }", words[i]);
                assert_is_fine("use a.@._ use EDL @.b task class @ : a.@", words[i]);
                assert_is_fine("policy object x : @ { type @ = @ | @<@> @ = {@ : 1} }", words[i]);
                assert_is_fine("audit profile @ = {0 : {@ : {}}} audit default = @ 0", words[i]);
                assert_is_fine("assert { sequence { x.@ ~> @ : @.@ {@ : 1} a.@ <~ @ : a.b request src=@ } }",
                        words[i]);
        }
}

static void variables_may_be_called_like_the_first_words_of_a_case(void **state) {
        static const char *const rows[] = {
                "execute", "request", "error", "grant", "deny", "any", "setup", "match"};

        (void)state;
        for (size_t i = 0; i < N(rows); i++)
                assert_is_fine("assert { sequence { @ <- execute dst=A grant @ ~> b : c.d deny \"t\" @ <~ b "
                               ": c.d } }",
                        rows[i]);
}

/* Trees ------------------------------------------------------------------------------------------ */

static void bodies_keep_the_order_of_the_text(void **state) {
        const PslBody *body;
        const PslStatement *s;
        ParsedPolicy p;

        (void)state;
        policy_parse(&p, "request src=A { grant () audit x match method=M { deny () } "
                         "choice (f.query {sid : s}) { \"a\" : grant () 4 : { } _ : choice (x.y ()) {} } }");
        assert_string_equal(text_str(&p.messages), "");
        body = p.file->first->body;
        assert_int_equal(body->n, 4);
        assert_int_equal(body->height, 2);
        s = body->first;
        assert_int_equal(s->kind, PSL_RULE);
        assert_null(s->call->object.text);
        s = s->next;
        assert_int_equal(s->kind, PSL_USE_AUDIT);
        assert_string_equal(s->profile.text, "x");
        s = s->next;
        assert_int_equal(s->kind, PSL_MATCH);
        assert_int_equal(s->selectors.first->kind, PSL_METHOD);
        s = s->next;
        assert_int_equal(s->kind, PSL_CHOICE);
        assert_int_equal(s->branches.n, 3);
        assert_false(s->branches.first->is_braced);
        assert_true(s->branches.first->next->is_braced);
        assert_null(s->branches.last->label);
        policy_free(&p);
}

static void cases_know_their_event_and_their_ends(void **state) {
        const PslTests *tests;
        const PslCase *c;
        ParsedPolicy p;

        (void)state;
        policy_parse(&p, "assert \"t\" { setup { s <- execute dst=A } sequence \"q\" { c ~> s : a.b.M "
                         "any s <~ c : a.b.M {r : 1} deny \"no\" security src=c method=M {} } }");
        assert_string_equal(text_str(&p.messages), "");
        tests = p.file->first->tests;
        assert_string_equal(tests->title, "t");
        assert_null(tests->finally);
        assert_int_equal(tests->n_sequences, 1);
        assert_string_equal(tests->setup->first->variable.text, "s");
        assert_int_equal(tests->setup->first->event, PSL_EXECUTE);
        c = tests->last->first;
        assert_int_equal(c->event, PSL_REQUEST);
        assert_string_equal(c->from.text, "c");
        assert_string_equal(c->target.qualifier, "a.b");
        assert_string_equal(c->target.last, "M");
        assert_null(c->message);
        c = c->next;
        assert_int_equal(c->event, PSL_RESPONSE);
        assert_int_equal(c->expectation, PSL_EXPECT_ANY);
        assert_string_equal(c->from.text, "s");
        assert_string_equal(c->to.text, "c");
        assert_int_equal(c->message->pairs.n, 1);
        c = c->next;
        assert_int_equal(c->event, PSL_SECURITY);
        assert_string_equal(c->title, "no");
        policy_free(&p);
}

static void types_are_trees(void **state) {
        const PslType *t;
        ParsedPolicy p;

        (void)state;
        policy_parse(
                &p, "policy object x : Flow { type S = \"a\" | -5 | {f : [UInt8, ()], g : Map<K, 3 | V>,} }");
        assert_string_equal(text_str(&p.messages), "");
        t = p.file->first->params.first->type;
        assert_int_equal(t->kind, PSL_TYPE_VARIANT);
        assert_int_equal(t->parts.n, 3);
        assert_int_equal(t->height, 5);
        assert_true(t->parts.first->next->value == -5);
        t = t->parts.last;
        assert_int_equal(t->kind, PSL_TYPE_DICT);
        assert_int_equal(t->fields.first->type->kind, PSL_TYPE_TUPLE);
        assert_int_equal(t->fields.last->type->kind, PSL_TYPE_GENERIC);
        assert_int_equal(t->fields.last->type->parts.last->kind, PSL_TYPE_VARIANT);
        policy_free(&p);
}

/* Recovery --------------------------------------------------------------------------------------- */

static void an_error_leaves_other_declarations_whole(void **state) {
        const PslDecl *d;
        ParsedPolicy p;

        (void)state;
        policy_parse(&p,
                "request src=A { grant () deny }\nresponse { grant () }\n"
                "policy object x : Flow { config = {a : } type A = B }\nerror { match { } deny () }");
        assert_int_equal(p.n_errors, 3);
        assert_true(p.file->is_bad);
        assert_int_equal(p.file->n_decls, 4);
        d = p.file->first;
        assert_true(d->is_bad && d->body->is_bad);
        assert_int_equal(d->body->n, 1);
        d = d->next;
        assert_false(d->is_bad || d->body->is_bad);
        d = d->next;
        assert_true(d->is_bad);
        assert_int_equal(d->params.n, 2);
        d = d->next;
        assert_true(d->is_bad);
        policy_free(&p);
}

static void each_statement_on_its_line_has_its_own_error(void **state) {
        ParsedPolicy p;

        (void)state;
        policy_parse(
                &p, "request {\n    assert (1 ==)\n    grant\n    deny ()\n    a.b c\n    match {\n}\n}\n");
        assert_int_equal(p.n_errors, 4);
        assert_int_equal(p.file->first->body->n, 2);
        policy_free(&p);
}

static void at_most_twenty_errors_are_kept(void **state) {
        Text psl = TEXT_NULL;
        ParsedPolicy p;
        unsigned shown = 0;

        (void)state;
        for (int i = 0; i < 30; i++)
                text_puts(&psl, "request { grant }\n");
        policy_parse(&p, text_str(&psl));
        for (const char *at = text_str(&p.messages); (at = strstr(at, "t.psl:")); at++)
                shown++;
        assert_int_equal(shown, DIAG_ERRORS_MAX);
        text_deinit(&psl);
        policy_free(&p);
}

/* Limits ----------------------------------------------------------------------------------------- */

static void put_times(Text *out, unsigned n, const char *text) {
        for (unsigned i = 0; i < n; i++)
                text_puts(out, text);
}

/* `before`, n times `open`, `inner`, n times `close`, `after`. */
static unsigned errors_of_nested(const char *before, unsigned n, const char *open, const char *inner,
        const char *close, const char *after) {
        Text psl = TEXT_NULL;
        ParsedPolicy p;
        unsigned errors;

        text_puts(&psl, before);
        put_times(&psl, n, open);
        text_puts(&psl, inner);
        put_times(&psl, n, close);
        text_puts(&psl, after);
        policy_parse(&p, text_str(&psl));
        errors = p.n_errors;
        policy_free(&p);
        text_deinit(&psl);
        return errors;
}

static void expressions_may_be_that_deep(void **state) {
        (void)state;
        for (unsigned n = PSL_EXPR_DEPTH - 4; n <= PSL_EXPR_DEPTH + 1; n++) {
                bool fits = n + 2 <= PSL_EXPR_DEPTH; /* the call, the innermost one */

                assert_int_equal(errors_of_nested("request { assert ", n, "(", "1", ")", "}"), !fits);
                assert_int_equal(errors_of_nested("request { assert ", n, "[", "1", "]", "}"), !fits);
                assert_int_equal(errors_of_nested("request { assert ", n, "{a : ", "1", "}", "}"), !fits);
        }
        assert_int_equal(
                errors_of_nested("request { assert (1", PSL_EXPR_DEPTH - 3, " + 1", "", "", ") }"), 0);
        assert_int_equal(
                errors_of_nested("request { assert (1", PSL_EXPR_DEPTH - 2, " + 1", "", "", ") }"), 1);
        assert_int_equal(
                errors_of_nested("request { assert (1", PSL_EXPR_DEPTH - 3, " ==> 1", "", "", ") }"), 0);
        assert_int_equal(
                errors_of_nested("request { assert (1", PSL_EXPR_DEPTH - 2, " ==> 1", "", "", ") }"), 1);
}

static void far_too_deep_is_an_error_too(void **state) {
        (void)state;
        assert_int_not_equal(errors_of_nested("request { assert (", 20000, "(", "1", ")", ") }"), 0);
        assert_int_not_equal(errors_of_nested("request { ", 20000, "match src=A {", "", "}", "}"), 0);
        assert_int_not_equal(errors_of_nested("request { assert (1", 20000, " ==> 1", "", "", ") }"), 0);
        assert_int_not_equal(errors_of_nested("request { assert ", 20000, "{", "", "", ""), 0);
}

static void types_may_be_that_deep(void **state) {
        (void)state;
        for (unsigned n = PSL_TYPE_DEPTH - 2; n <= PSL_TYPE_DEPTH + 1; n++) {
                bool fits = n + 1 <= PSL_TYPE_DEPTH;

                assert_int_equal(
                        errors_of_nested("policy object x : F { type A = ", n, "[", "B", "]", "}"), !fits);
                assert_int_equal(
                        errors_of_nested("policy object x : F { type A = ", n, "{a:", "B", "}", "}"), !fits);
                assert_int_equal(
                        errors_of_nested("policy object x : F { type A = ", n, "S<", "B", ">", "}"), !fits);
        }
        assert_int_equal(errors_of_nested("policy object x : F { type A = B", 1000, "|B", "", "", "}"), 0);
}

static void sections_may_be_that_deep(void **state) {
        (void)state;
        for (unsigned n = PSL_BODY_DEPTH - 2; n <= PSL_BODY_DEPTH + 1; n++) {
                bool fits = n + 1 <= PSL_BODY_DEPTH; /* the body of the binding */

                assert_int_equal(errors_of_nested("request {", n, "match src=A {", "", "}", "}"), !fits);
                assert_int_equal(
                        errors_of_nested("request {", n, "choice (a.b ()) { _ : {", "", "}}", "}"), !fits);
        }
}

static void texts_may_be_that_long(void **state) {
        (void)state;
        assert_int_equal(errors_of_nested("request { a.b (\"", PSL_TEXT_MAX, "x", "", "", "\") }"), 0);
        assert_int_equal(errors_of_nested("request { a.b (\"", PSL_TEXT_MAX + 1, "x", "", "", "\") }"), 1);
        assert_int_equal(errors_of_nested("request { a.b (\"", PSL_TEXT_MAX, "\\x41", "", "", "\") }"), 0);
        assert_int_equal(
                errors_of_nested("request { a.b (```regex\n", PSL_TEXT_MAX, "x", "", "", "\n```) }"), 0);
        assert_int_equal(
                errors_of_nested("request { a.b (```regex\n", PSL_TEXT_MAX + 1, "x", "", "", "\n```) }"), 1);
}

static void names_may_be_that_long(void **state) {
        (void)state;
        assert_int_equal(errors_of_nested("request src=", AST_NAME_MAX, "x", "", "", " {}"), 0);
        assert_int_equal(errors_of_nested("request src=", AST_NAME_MAX + 1, "x", "", "", " {}"), 1);
        assert_int_equal(errors_of_nested("request src=x", AST_PATH_MAX / 2, ".x", "", "", " {}"), 0);
        assert_int_equal(errors_of_nested("request src=x", AST_PATH_MAX / 2 + 1, ".x", "", "", " {}"), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(operators_bind_as_in_c),
                cmocka_unit_test(chained_comparisons_are_warned_of),
                cmocka_unit_test(parts_and_calls_are_told_apart),
                cmocka_unit_test(literals_have_their_values),
                cmocka_unit_test(an_unknown_escape_stays_as_it_is),
                cmocka_unit_test(spacing_and_commas_mean_nothing),
                cmocka_unit_test(what_differs_is_not_equal),
                cmocka_unit_test(words_of_the_language_are_names_too),
                cmocka_unit_test(variables_may_be_called_like_the_first_words_of_a_case),
                cmocka_unit_test(bodies_keep_the_order_of_the_text),
                cmocka_unit_test(cases_know_their_event_and_their_ends),
                cmocka_unit_test(types_are_trees),
                cmocka_unit_test(an_error_leaves_other_declarations_whole),
                cmocka_unit_test(each_statement_on_its_line_has_its_own_error),
                cmocka_unit_test(at_most_twenty_errors_are_kept),
                cmocka_unit_test(expressions_may_be_that_deep),
                cmocka_unit_test(far_too_deep_is_an_error_too),
                cmocka_unit_test(types_may_be_that_deep),
                cmocka_unit_test(sections_may_be_that_deep),
                cmocka_unit_test(texts_may_be_that_long),
                cmocka_unit_test(names_may_be_that_long),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
