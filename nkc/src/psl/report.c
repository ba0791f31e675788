/* SPDX-License-Identifier: MIT */
/*
 * Syntax errors in words. The parser's list of expected tokens is made readable first: sets that mean
 * one thing ("an expression") get its name, operators that could go on are left out.
 */
#include "psl/report.h"

#include <string.h>

#include "psl_grammar.tab.h"

void psl_report_expect(PslExpected *e, const char *token) {
        if (e->n < PSL_EXPECTED_MAX && strcmp(token, "SYNC") != 0 && strcmp(token, "BAD") != 0)
                e->tokens[e->n++] = token;
}

static bool expects(const PslExpected *e, const char *token) {
        for (unsigned i = 0; i < e->n; i++) {
                if (strcmp(e->tokens[i], token) == 0)
                        return true;
        }
        return false;
}

static bool is_any_of(const char *token, const char *const *list) {
        for (; *list; list++) {
                if (strcmp(token, *list) == 0)
                        return true;
        }
        return false;
}

static bool is_keyword(const char *token) {
        return (token[0] >= 'a' && token[0] <= 'z' && !strchr(token, ' ')) || strcmp(token, "EDL") == 0;
}

/* A set of tokens that is always expected together, and how it is called. */
typedef struct Group {
        const char *sign[4];    /* all of these are expected … */
        const char *missing[2]; /* … and none of these */
        const char *readable;   /* what is said in place of words and of `covered` */
        const char *covered[9]; /* punctuation and literals that belong to it */
} Group;

/* The first that fits is taken. */
static const Group groups[] = {
        {{"an integer", "'!'"}, {NULL}, "an expression",
                {"an integer", "a text", "a regex block", "'('", "'{'", "'['", "'!'", "'-'", "'~'"}},
        {{"an integer", "'<'", "'+'"}, {NULL}, "an operator",
                {"an integer", "a text", "a regex block", "'('"}},
        {{"end of file"}, {NULL}, "a declaration", {NULL}},
        {{"an integer", "'-'", "a name", "'('"}, {NULL}, "a type",
                {"an integer", "a text", "'('", "'{'", "'['", "'-'"}},
        {{"an integer", "'-'", "a name"}, {NULL}, "a key", {"an integer", "a text", "'-'"}},
        {{"an integer", "'-'", "'_'"}, {NULL}, "a label",
                {"an integer", "a text", "a regex block", "'_'", "'('", "'{'", "'-'"}},
        {{"an integer", "'{'", "'['"}, {NULL}, "a value",
                {"an integer", "a text", "a regex block", "'('", "'{'", "'['", "'-'"}},
        {{"a name", "a text", "'}'"}, {NULL}, "a test case", {"a text", NULL}},
        {{"a name", "'}'"}, {"true"}, "a rule", {NULL}},
        {{"a name", "'}'", "type"}, {NULL}, "a parameter", {NULL}},
        {{"a name"}, {NULL}, "a name", {NULL}},
        {{"src"}, {NULL}, "a selector", {NULL}},
        {{"'('", "'{'", "'['"}, {NULL}, "an argument", {"'('", "'{'", "'['"}},
};

static bool fits(const Group *g, const PslExpected *e) {
        for (size_t i = 0; i < 4 && g->sign[i]; i++) {
                if (!expects(e, g->sign[i]))
                        return false;
        }
        for (size_t i = 0; i < 2 && g->missing[i]; i++) {
                if (expects(e, g->missing[i]))
                        return false;
        }
        return true;
}

static const Group *find_group(const PslExpected *e) {
        for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
                if (fits(&groups[i], e))
                        return &groups[i];
        }
        return NULL;
}

static bool is_covered(const Group *g, const char *token) {
        for (size_t i = 0; i < 9 && g->covered[i]; i++) {
                if (strcmp(token, g->covered[i]) == 0)
                        return true;
        }
        return is_keyword(token) || strcmp(token, "a name") == 0;
}

/* What could also follow nearly everywhere and is no help. */
static bool goes_on(const char *token) {
        static const char *const operators[] = {"'*'", "'+'", "'-'", "'&'", "'|'", "'<'", "'>'", "'<='",
                "'>='", "'=='", "'!='", "'&&'", "'||'", "'==>'", "'~>'", "'.'", NULL};

        return is_any_of(token, operators);
}

typedef struct Listing {
        const char *items[PSL_LISTED_MAX];
        unsigned n; /* may exceed what fits: then nothing is listed */
} Listing;

static void list_item(Listing *l, const char *item) {
        if (l->n < PSL_LISTED_MAX)
                l->items[l->n] = item;
        l->n++;
}

static Listing make_listing(const PslExpected *e) {
        const Group *group = find_group(e);
        Listing listing = {.n = 0};
        bool only_operators = true;

        if (group)
                list_item(&listing, group->readable);
        for (unsigned i = 0; i < e->n; i++)
                only_operators = only_operators && goes_on(e->tokens[i]);
        for (unsigned i = 0; i < e->n; i++) {
                const char *token = e->tokens[i];

                if (group && is_covered(group, token))
                        continue;
                if (only_operators || !goes_on(token))
                        list_item(&listing, token);
        }
        return listing;
}

static void put_listing(const Listing *l, Text *out) {
        if (l->n == 0 || l->n > PSL_LISTED_MAX)
                return;
        text_puts(out, ", expected ");
        for (unsigned i = 0; i < l->n; i++) {
                if (i > 0)
                        text_puts(out, i + 1 == l->n ? " or " : ", ");
                text_printf(out, is_keyword(l->items[i]) ? "'%s'" : "%s", l->items[i]);
        }
}

/* Help ----------------------------------------------------------------------------------------- */

static const char *token_text(const PslParse *p, uint32_t index) {
        Span span = p->tokens[index].span;

        return arena_copy(
                p->ctx->arena, p->source->text + (span.begin - p->source->base), span.end - span.begin);
}

/* Words of other languages, and what is written here. */
static bool explain_word(const PslParse *p, const char *word, const PslExpected *e) {
        static const char *const operators[][2] = {{"and", "&&"}, {"or", "||"}, {"=>", "==>"}, {"=", "=="}};

        if (!expects(e, "'&&'"))
                return false;
        if (strcmp(word, "=") == 0 && p->tokens[p->current + 1].kind == '>')
                word = "=>";
        for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
                if (strcmp(word, operators[i][0]) == 0) {
                        diag_help(p->ctx->diags, "write '%s'", operators[i][1]);
                        return true;
                }
        }
        return false;
}

/* "mach src=A {": read as the call of a rule. */
static bool explain_call(const PslParse *p, const PslExpected *e) {
        static const char *const words[] = {"match", "choice", "audit"};
        const char *callee;
        Suggest suggest;

        if (p->current == 0 || !p->tokens[p->current - 1].text || !expects(e, "'('") || !expects(e, "'{'") ||
                !expects(e, "'['") || expects(e, "'!'"))
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
static void suggest_word(const PslParse *p, const char *word, const PslExpected *e) {
        Suggest suggest = suggest_for(word);

        if (expects(e, "a name"))
                return;
        for (unsigned i = 0; i < e->n; i++) {
                if (is_keyword(e->tokens[i]))
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

void psl_report_syntax(PslParse *p, Span unexpected, const PslExpected *e) {
        const char *word = token_text(p, p->current);
        Listing listing = make_listing(e);
        Text list = TEXT_NULL;

        if (diag_is_full(p->ctx->diags) || follows_from_another(p))
                return;
        put_listing(&listing, &list);
        diag_report(p->ctx->diags, PSL_SYNTAX, unexpected,
                word[0] ? arena_printf(p->ctx->arena, "'%s'", word) : "end of file", text_str(&list));
        if (!explain_word(p, word, e) && !explain_call(p, e) && !explain_block(p, word))
                suggest_word(p, word, e);
        text_deinit(&list);
}

void psl_report_stack_full(PslParse *p, Span span) {
        diag_report(p->ctx->diags, EXPR_TOO_DEEP, span, (unsigned)PSL_EXPR_DEPTH);
}
