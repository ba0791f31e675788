/* SPDX-License-Identifier: MIT */
/*
 * Syntax errors in words. The parser's list of expected tokens is made readable first: sets that
 * mean one thing ("an expression") get its name, operators that could go on are left out.
 */
#include "front/report.h"

#include <string.h>

#include "base/text.h"

void report_expect(ReportExpected *e, const char *token) {
        if (e->n < REPORT_TOKENS)
                e->tokens[e->n++] = token;
}

static bool expects(const ReportExpected *e, const char *token) {
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
        return token[0] >= 'a' && token[0] <= 'z' && !strchr(token, ' ');
}

/* A set of tokens that is always expected together, and how it is called. */
typedef struct Group {
        const char *sign[3];     /* all of these are expected … */
        const char *missing;     /* … and this one is not (NULL: no such condition) */
        const char *readable[3]; /* what is said in place of words and of `covered` */
        const char *covered[6];  /* punctuation that belongs to it */
} Group;

/* The first that fits is taken. */
static const Group groups[] = {
        {{"an integer"}, NULL, {"an expression"}, {"an integer", "'('", "'-'", "'+'", "'~'"}},
        {{"a name", "end of file"}, NULL, {"'security'", "'endpoints'", "'components'"},
                {"end of file", "';'", "','"}},
        {{"const", "end of file"}, "a name", {"a definition", "the end of the file"}, {"end of file", "';'"}},
        {{"a name", "in"}, "package", {"'in'", "'out'", "'error'"}, {NULL}},
        {{"a name"}, "package", {"a type"}, {NULL}},
        {{"a name", "';'", "','"}, NULL, {"a name"}, {"';'", "','"}},
        {{"a name"}, NULL, {"a name"}, {NULL}},
};

static const Group *find_group(const ReportExpected *e) {
        for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
                const Group *g = &groups[i];
                bool fits = !g->missing || !expects(e, g->missing);

                for (size_t j = 0; j < 3 && g->sign[j]; j++)
                        fits = fits && expects(e, g->sign[j]);
                if (fits)
                        return g;
        }
        return NULL;
}

/* What could also follow nearly everywhere and is no help. */
static bool goes_on(const char *token) {
        static const char *const operators[] = {"'.'", "'*'", "'/'", "'%'", "'+'", "'-'", "'&'", "'^'", "'|'",
                "<<", ">>", "**", "'='", "':'", NULL};

        return is_any_of(token, operators);
}

typedef struct Listing {
        const char *items[REPORT_LISTED];
        unsigned n; /* may exceed what fits: then nothing is listed */
} Listing;

static void list_item(Listing *l, const char *item) {
        if (l->n < REPORT_LISTED)
                l->items[l->n] = item;
        l->n++;
}

static Listing make_listing(const ReportExpected *e) {
        const Group *group = find_group(e);
        Listing listing = {.n = 0};
        bool only_operators = true;

        for (size_t i = 0; group && i < 3 && group->readable[i]; i++)
                list_item(&listing, group->readable[i]);
        for (unsigned i = 0; i < e->n; i++)
                only_operators = only_operators && goes_on(e->tokens[i]);
        for (unsigned i = 0; i < e->n; i++) {
                const char *token = e->tokens[i];

                if (group && (is_keyword(token) || strcmp(token, "a name") == 0 ||
                                     is_any_of(token, group->covered)))
                        continue;
                if (only_operators || !goes_on(token))
                        list_item(&listing, token);
        }
        return listing;
}

static void put_listing(const Listing *l, Text *out) {
        if (l->n == 0 || l->n > REPORT_LISTED)
                return;
        text_puts(out, ", expected ");
        for (unsigned i = 0; i < l->n; i++) {
                const char *item = l->items[i];
                bool needs_quotes = is_keyword(item) || item[0] == '<' || item[0] == '>' || item[0] == '*';

                if (i > 0)
                        text_puts(out, i + 1 == l->n ? " or " : ", ");
                text_printf(out, needs_quotes ? "'%s'" : "%s", item);
        }
}

static bool is_on_later_line(const Parse *p, Span earlier, Span later) {
        size_t begin = earlier.end - p->source->base;

        return later.begin > earlier.end && memchr(p->source->text + begin, '\n', later.begin - earlier.end);
}

static bool is_missing_semicolon(const Parse *p, Span unexpected, const ReportExpected *e) {
        size_t begin = unexpected.begin - p->source->base;

        return expects(e, "';'") && !expects(e, "end of file") && !expects(e, "','") &&
               (unexpected.begin == unexpected.end || p->source->text[begin] == '}' ||
                       is_on_later_line(p, p->previous, unexpected));
}

/* "strcut S {": a misspelled word where a word of the language must stand. */
static void suggest_word(const Parse *p, const char *word, const ReportExpected *e) {
        Suggest suggest = suggest_for(word);

        if (expects(e, "a name") && !expects(e, "end of file"))
                return;
        for (unsigned i = 0; i < e->n; i++) {
                if (is_keyword(e->tokens[i]))
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
        if (p->file->kind == AST_IDL && is_any_of(word, xdl_words))
                diag_help(p->ctx->diags, "'%s' belongs into a CDL or EDL file", word);
        if (p->file->kind != AST_IDL && is_any_of(before, idl_words))
                diag_help(p->ctx->diags, "'%s' belongs into an IDL file", before);
}

/* Where a block was opened that seems to have no end. */
static void show_open_block(const Parse *p, const char *word, const ReportExpected *e) {
        if (span_is_none(p->open_brace) || !expects(e, "'}'"))
                return;
        if (word[0] == '\0' || is_any_of(word, idl_words) || is_any_of(word, xdl_words))
                diag_note(p->ctx->diags, p->open_brace, "the block that begins here is not closed");
}

static void add_help(const Parse *p, const char *word, const ReportExpected *e) {
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

void report_syntax(Parse *p, Span unexpected, const ReportExpected *e) {
        size_t size = unexpected.end - unexpected.begin;
        const char *text = p->source->text + (unexpected.begin - p->source->base);
        char *shown = arena_copy(p->ctx->arena, text, size);
        Listing listing = make_listing(e);
        Text list = TEXT_NULL;

        if (p->is_silent)
                return;
        if (is_missing_semicolon(p, unexpected, e)) {
                diag_report(p->ctx->diags, MISSING_SEMICOLON, (Span){p->previous.end, p->previous.end});
                return;
        }
        put_listing(&listing, &list);
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
