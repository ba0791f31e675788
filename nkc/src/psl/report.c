/* SPDX-License-Identifier: MIT */
/*
 * Syntax errors of policies in words: what was expected, and help for mistakes that are common.
 */
#include "psl/report.h"

#include <string.h>

#include "psl_grammar.tab.h"

void psl_report_expect(Expected *e, const char *token) {
        if (strcmp(token, "SYNC") != 0 && strcmp(token, "BAD") != 0)
                expected_add(e, token);
}

/* The first that fits is taken. */
static const ExpectedGroup groups[] = {
        {{"an integer", "'!'"}, {NULL}, {"an expression"},
                {"an integer", "a text", "a regex block", "'('", "'{'", "'['", "'!'", "'-'", "'~'"}},
        {{"an integer", "'<'", "'+'"}, {NULL}, {"an operator"},
                {"an integer", "a text", "a regex block", "'('"}},
        {{"end of file"}, {NULL}, {"a declaration"}, {NULL}},
        {{"an integer", "'-'", "a name", "'('"}, {NULL}, {"a type"},
                {"an integer", "a text", "'('", "'{'", "'['", "'-'"}},
        {{"an integer", "'-'", "a name"}, {NULL}, {"a key"}, {"an integer", "a text", "'-'"}},
        {{"an integer", "'-'", "'_'"}, {NULL}, {"a label"},
                {"an integer", "a text", "a regex block", "'_'", "'('", "'{'", "'-'"}},
        {{"an integer", "'{'", "'['"}, {NULL}, {"a value"},
                {"an integer", "a text", "a regex block", "'('", "'{'", "'['", "'-'"}},
        {{"a name", "a text", "'}'"}, {NULL}, {"a test case"}, {"a text", NULL}},
        {{"a name", "'}'"}, {"true"}, {"a rule"}, {NULL}},
        {{"a name", "'}'", "type"}, {NULL}, {"a parameter"}, {NULL}},
        {{"a name"}, {NULL}, {"a name"}, {NULL}},
        {{"src"}, {NULL}, {"a selector"}, {NULL}},
        {{"'('", "'{'", "'['"}, {NULL}, {"an argument"}, {"'('", "'{'", "'['"}},
};

/* What could also follow nearly everywhere and is no help. */
static const char *const operators[] = {"'*'", "'+'", "'-'", "'&'", "'|'", "'<'", "'>'", "'<='", "'>='",
        "'=='", "'!='", "'&&'", "'||'", "'==>'", "'~>'", "'.'", NULL};

static const ExpectedWords vocabulary = {
        .groups = groups, .n_groups = sizeof groups / sizeof groups[0], .operators = operators};

/* Help ----------------------------------------------------------------------------------------- */

static const char *token_text(const PslParse *p, uint32_t index) {
        Span span = p->tokens[index].span;

        return arena_copy(
                p->ctx->arena, p->source->text + (span.begin - p->source->base), span.end - span.begin);
}

/* Words of other languages, and what is written here. */
static bool explain_word(const PslParse *p, const char *word, const Expected *e) {
        static const char *const spellings[][2] = {{"and", "&&"}, {"or", "||"}, {"=>", "==>"}, {"=", "=="}};

        if (!expected_has(e, "'&&'"))
                return false;
        if (strcmp(word, "=") == 0 && p->tokens[p->current + 1].kind == '>')
                word = "=>";
        for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
                if (strcmp(word, spellings[i][0]) == 0) {
                        diag_help(p->ctx->diags, "write '%s'", spellings[i][1]);
                        return true;
                }
        }
        return false;
}

/* "mach src=A {": read as the call of a rule. */
static bool explain_call(const PslParse *p, const Expected *e) {
        static const char *const words[] = {"match", "choice", "audit"};
        const char *callee;
        Suggest suggest;

        if (p->current == 0 || !p->tokens[p->current - 1].text || !expected_has(e, "'('") ||
                !expected_has(e, "'{'") || !expected_has(e, "'['") || expected_has(e, "'!'"))
                return false;
        callee = token_text(p, p->current - 1);
        suggest = suggest_for(callee);
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                suggest_offer(&suggest, words[i]);
        if (suggest.best)
                diag_suggest(p->ctx->diags, &suggest);
        else
                diag_help(p->ctx->diags,
                        "a rule takes exactly one argument: '%s ()', '%s (...)' or '%s {...}'", callee,
                        callee, callee);
        return true;
}

/* "choise (...) {": read as the call of a rule with its argument. */
static bool explain_block(const PslParse *p, const char *word) {
        uint32_t i = p->current;
        Suggest suggest;

        if (i < 2 || strcmp(word, "{") != 0 || p->tokens[i - 1].kind != ')')
                return false;
        while (i > 1 && p->tokens[i - 1].match != p->current - 1)
                i--;
        suggest = suggest_for(token_text(p, i > 1 ? i - 2 : 0));
        suggest_offer(&suggest, "choice");
        diag_suggest(p->ctx->diags, &suggest);
        return true;
}

/* A misspelled word where a word of the language must stand. */
static void suggest_word(const PslParse *p, const char *word, const Expected *e) {
        Suggest suggest = suggest_for(word);

        if (expected_has(e, "a name"))
                return;
        for (unsigned i = 0; i < e->n; i++) {
                if (expected_is_word(e->tokens[i]))
                        suggest_offer(&suggest, e->tokens[i]);
        }
        diag_suggest(p->ctx->diags, &suggest);
}

/* Is it inside of a bracket that was not closed, or is it what no token begins with? Then the mistake has
 * been reported. */
static bool follows_from_another(const PslParse *p) {
        unsigned closed = 0;

        if (p->tokens[p->current].kind == PSL_BAD || (p->tokens[p->current].kind == 0 && p->has_lost_text))
                return true;
        for (uint32_t i = p->current; i > 0; i--) {
                const PslToken *token = &p->tokens[i - 1];

                if (token->kind == ')' || token->kind == ']' || token->kind == '}')
                        closed++;
                else if (token->match > 0 && closed-- == 0)
                        return token->is_unclosed;
        }
        return false;
}

void psl_report_syntax(PslParse *p, Span unexpected, const Expected *e) {
        const char *word = token_text(p, p->current);
        Text list = TEXT_NULL;

        if (diag_is_full(p->ctx->diags) || follows_from_another(p))
                return;
        expected_put(e, &vocabulary, &list);
        diag_report(p->ctx->diags, PSL_SYNTAX, unexpected,
                word[0] ? arena_printf(p->ctx->arena, "'%s'", word) : "end of file", text_str(&list));
        if (!explain_word(p, word, e) && !explain_call(p, e) && !explain_block(p, word))
                suggest_word(p, word, e);
        text_deinit(&list);
}

void psl_report_stack_full(PslParse *p, Span span) {
        diag_report(p->ctx->diags, EXPR_TOO_DEEP, span, (unsigned)PSL_EXPR_DEPTH);
}
