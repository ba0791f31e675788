/* SPDX-License-Identifier: MIT */
/*
 * The preprocessor of policies: which text is left, and that every place keeps its line and column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "psl/parse.h"
#include "psl/preprocess.h"

/* Definitions A=1, B (empty), C=x y. */
static const char *run(Ctx *ctx, const char *text) {
        const SrcFile *source;
        PslDefines defines;

        psl_defines_init(&defines, ctx->arena);
        psl_define(&defines, ctx->names, "A=0");
        psl_define(&defines, ctx->names, "A=1");
        psl_define(&defines, ctx->names, "B");
        psl_define(&defines, ctx->names, "C=x y");
        assert_int_equal(src_add(ctx->sources, "t.psl", text, strlen(text), &source), 0);
        return psl_preprocess(ctx, source, &defines);
}

/* What is left, without blanks. */
static void assert_left(const char *text, const char *expected) {
        Text left = TEXT_NULL;
        const char *out;
        Ctx ctx;

        ctx_init(&ctx);
        out = run(&ctx, text);
        assert_int_equal(strlen(out), strlen(text));
        for (; *out; out++) {
                if (*out != ' ')
                        text_putc(&left, *out);
        }
        assert_string_equal(text_str(&left), expected);
        assert_int_equal(diag_errors(ctx.diags), 0);
        text_deinit(&left);
        ctx_deinit(&ctx);
}

static void the_first_condition_that_holds_is_taken(void **state) {
        (void)state;
        assert_left("{% if A == \"1\" %}a{% elif A == \"1\" %}b{% else %}c{% endif %}d", "ad");
        assert_left("{% if A == \"2\" %}a{% elif A == \"1\" %}b{% else %}c{% endif %}d", "bd");
        assert_left("{% if A == \"2\" %}a{% elif A == \"3\" %}b{% else %}c{% endif %}d", "cd");
        assert_left("{% if A == \"2\" %}a{% endif %}d", "d");
        assert_left("{%if A==\"1\"%}a{%endif%}", "a");
}

static void conditions_compare_and_ask_for_definitions(void **state) {
        (void)state;
        assert_left("{% if A != \"1\" %}a{% else %}b{% endif %}", "b");
        assert_left("{% if A != \"\" %}a{% endif %}", "a");
        assert_left("{% if B == \"\" %}a{% endif %}", "a");
        assert_left("{% if C == \"x y\" %}a{% endif %}", "a");
        assert_left("{% if D == \"\" %}a{% endif %}", "");
        assert_left("{% if D != \"\" %}a{% endif %}", "a");
        assert_left("{% if B %}a{% endif %}{% if D %}b{% endif %}", "a");
        assert_left("{% if not B %}a{% endif %}{% if not D %}b{% endif %}", "b");
}

static void conditions_nest(void **state) {
        (void)state;
        assert_left("{% if A %}a{% if D %}b{% else %}c{% endif %}d{% endif %}e", "acde");
        assert_left("{% if D %}a{% if A %}b{% else %}c{% endif %}d{% else %}e{% endif %}f", "ef");
}

static void what_is_no_directive_stays(void **state) {
        (void)state;
        assert_left("a{b}%}{ % if %{", "a{b}%}{%if%{");
        assert_left("", "");
        assert_left("{", "{");
}

static void line_ends_stay_in_parts_that_are_left_out(void **state) {
        const char *out;
        Ctx ctx;

        (void)state;
        ctx_init(&ctx);
        out = run(&ctx, "{% if D %}\na\r\nb\n{% endif %}\nc");
        assert_string_equal(out, "          \n \r\n \n           \nc");
        ctx_deinit(&ctx);
}

static void places_in_messages_are_those_of_the_source(void **state) {
        static const char text[] = "{% if A %}\nrequest { grant }\n{% endif %}\n";
        const SrcFile *source;
        SrcFile left;
        SrcPlace place;
        const PslFile *file;
        Ctx ctx;

        (void)state;
        ctx_init(&ctx);
        left = (SrcFile){.text = run(&ctx, text)};
        source = src_file(ctx.sources, 1);
        left = (SrcFile){.path = source->path, .text = left.text, .size = source->size, .base = source->base};
        file = psl_parse(&ctx, &left);
        assert_int_equal(diag_errors(ctx.diags), 1);
        place = src_place(ctx.sources, file->first->keyword.begin);
        assert_int_equal(place.line, 2);
        assert_int_equal(place.column, 1);
        ctx_deinit(&ctx);
}

static void definitions_have_a_name(void **state) {
        (void)state;
        assert_true(psl_is_definition("A"));
        assert_true(psl_is_definition("_a1="));
        assert_true(psl_is_definition("A=b=c"));
        assert_false(psl_is_definition(""));
        assert_false(psl_is_definition("=x"));
        assert_false(psl_is_definition("1A"));
        assert_false(psl_is_definition("A B=1"));
}

static unsigned errors_at_depth(unsigned n) {
        Text text = TEXT_NULL;
        unsigned errors;
        Ctx ctx;

        for (unsigned i = 0; i < n; i++)
                text_puts(&text, "{% if A %}");
        for (unsigned i = 0; i < n; i++)
                text_puts(&text, "{% endif %}");
        ctx_init(&ctx);
        run(&ctx, text_str(&text));
        errors = diag_errors(ctx.diags);
        ctx_deinit(&ctx);
        text_deinit(&text);
        return errors;
}

static void conditions_may_be_that_deep(void **state) {
        (void)state;
        assert_int_equal(errors_at_depth(PSL_CONDITION_DEPTH - 1), 0);
        assert_int_equal(errors_at_depth(PSL_CONDITION_DEPTH), 0);
        assert_int_equal(errors_at_depth(PSL_CONDITION_DEPTH + 1), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_first_condition_that_holds_is_taken),
                cmocka_unit_test(conditions_compare_and_ask_for_definitions),
                cmocka_unit_test(conditions_nest),
                cmocka_unit_test(what_is_no_directive_stays),
                cmocka_unit_test(line_ends_stay_in_parts_that_are_left_out),
                cmocka_unit_test(places_in_messages_are_those_of_the_source),
                cmocka_unit_test(definitions_have_a_name),
                cmocka_unit_test(conditions_may_be_that_deep),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
