/* SPDX-License-Identifier: MIT */
/*
 * Syntax errors of descriptions in words: what was expected, and help for mistakes that are common.
 */
#include "front/report.h"

#include <string.h>

#include "base/text.h"

/* The first that fits is taken. */
static const ExpectedGroup groups[] = {
        {{"an integer"}, {NULL}, {"an expression"}, {"an integer", "'('", "'-'", "'+'", "'~'"}},
        {{"a name", "end of file"}, {NULL}, {"'security'", "'endpoints'", "'components'"},
                {"end of file", "';'", "','"}},
        {{"const", "end of file"}, {"a name"}, {"a definition", "the end of the file"},
                {"end of file", "';'"}},
        {{"a name", "in"}, {"package"}, {"'in'", "'out'", "'error'"}, {NULL}},
        {{"a name"}, {"package"}, {"a type"}, {NULL}},
        {{"a name", "';'", "','"}, {NULL}, {"a name"}, {"';'", "','"}},
        {{"a name"}, {NULL}, {"a name"}, {NULL}},
};

/* What could also follow nearly everywhere and is no help. */
static const char *const operators[] = {
        "'.'", "'*'", "'/'", "'%'", "'+'", "'-'", "'&'", "'^'", "'|'", "<<", ">>", "**", "'='", "':'", NULL};

static const ExpectedWords vocabulary = {
        .groups = groups, .n_groups = sizeof groups / sizeof groups[0], .operators = operators};

static bool is_on_later_line(const Parse *p, Span earlier, Span later) {
        size_t begin = earlier.end - p->source->base;

        return later.begin > earlier.end && memchr(p->source->text + begin, '\n', later.begin - earlier.end);
}

static bool is_missing_semicolon(const Parse *p, Span unexpected, const Expected *e) {
        size_t begin = unexpected.begin - p->source->base;

        return expected_has(e, "';'") && !expected_has(e, "end of file") && !expected_has(e, "','") &&
               (unexpected.begin == unexpected.end || p->source->text[begin] == '}' ||
                       is_on_later_line(p, p->previous, unexpected));
}

/* "strcut S {": a misspelled word where a word of the language must stand. */
static void suggest_word(const Parse *p, const char *word, const Expected *e) {
        Suggest suggest = suggest_for(word);

        if (expected_has(e, "a name") && !expected_has(e, "end of file"))
                return;
        for (unsigned i = 0; i < e->n; i++) {
                if (expected_is_word(e->tokens[i]))
                        suggest_offer(&suggest, e->tokens[i]);
        }
        diag_suggest(p->ctx->diags, &suggest);
}

/* "endpoint {": the word before the brace is the mistake. */
static void suggest_block(const Parse *p, const char *word) {
        static const char *const blocks[] = {"endpoints", "components", "struct", "union", "interface"};
        Suggest suggest = suggest_for(word);

        for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
                suggest_offer(&suggest, blocks[i]);
        diag_suggest(p->ctx->diags, &suggest);
}

static const char *const idl_words[] = {"const", "typedef", "struct", "union", "interface", "import", NULL};
static const char *const xdl_words[] = {"endpoints", "interfaces", "components", "security", NULL};

/* A part of one language in a file of another. */
static void explain_wrong_file(const Parse *p, const char *word, const char *before) {
        if (p->file->kind == AST_IDL && expected_is_any_of(word, xdl_words))
                diag_help(p->ctx->diags, "'%s' belongs into a CDL or EDL file", word);
        if (p->file->kind != AST_IDL && expected_is_any_of(before, idl_words))
                diag_help(p->ctx->diags, "'%s' belongs into an IDL file", before);
}

/* Where a block was opened that seems to have no end. */
static void show_open_block(const Parse *p, const char *word, const Expected *e) {
        if (span_is_none(p->open_brace) || !expected_has(e, "'}'"))
                return;
        if (word[0] == '\0' || expected_is_any_of(word, idl_words) || expected_is_any_of(word, xdl_words))
                diag_note(p->ctx->diags, p->open_brace, "the block that begins here is not closed");
}

static void add_help(const Parse *p, const char *word, const Expected *e) {
        const char *text = p->source->text + (p->previous.begin - p->source->base);
        const char *before = arena_copy(p->ctx->arena, text, p->previous.end - p->previous.begin);

        show_open_block(p, word, e);
        explain_wrong_file(p, word, before);
        if (strcmp(word, "enum") == 0)
                diag_help(p->ctx->diags, "there are no enumerations; define constants");
        else if (strcmp(word, "{") == 0)
                suggest_block(p, before);
        else
                suggest_word(p, word, e);
}

void report_syntax(Parse *p, Span unexpected, const Expected *e) {
        size_t size = unexpected.end - unexpected.begin;
        const char *text = p->source->text + (unexpected.begin - p->source->base);
        char *shown = arena_copy(p->ctx->arena, text, size);
        Text list = TEXT_NULL;

        if (p->is_silent)
                return;
        if (is_missing_semicolon(p, unexpected, e)) {
                diag_report(p->ctx->diags, MISSING_SEMICOLON, (Span){p->previous.end, p->previous.end});
                return;
        }
        expected_put(e, &vocabulary, &list);
        if (size == 0)
                diag_report(p->ctx->diags, SYNTAX, unexpected, "end of file", text_str(&list));
        else
                diag_report(p->ctx->diags, SYNTAX, unexpected, arena_printf(p->ctx->arena, "'%s'", shown),
                        text_str(&list));
        add_help(p, shown, e);
        text_deinit(&list);
}

void report_stack_full(Parse *p, Span span) {
        if (p->is_silent)
                return;
        if (p->n_angles > 0 && p->n_parens == 0)
                diag_report(p->ctx->diags, TYPE_TOO_DEEP, span, (unsigned)AST_TYPE_DEPTH);
        else
                diag_report(p->ctx->diags, EXPR_TOO_DEEP, span, (unsigned)AST_EXPR_DEPTH);
}
