/* SPDX-License-Identifier: MIT */
/*
 * Carries out the directives of one text. The text is copied once; then blanks are written over what
 * does not belong to it.
 */
#include "psl/preprocess.h"

#include <string.h>

/* Definitions ------------------------------------------------------------------------------------ */

typedef struct Definition {
        const char *value;
} Definition;

static bool is_name_byte(char c, bool is_first) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
               (!is_first && c >= '0' && c <= '9');
}

static size_t name_size(const char *text, size_t size) {
        size_t n = 0;

        while (n < size && is_name_byte(text[n], n == 0))
                n++;
        return n;
}

void psl_defines_init(PslDefines *defines, Arena *arena) {
        map_init(&defines->values, arena);
}

bool psl_is_definition(const char *text) {
        size_t size = name_size(text, strlen(text));

        return size > 0 && (text[size] == '\0' || text[size] == '=');
}

void psl_define(PslDefines *defines, Intern *names, const char *definition) {
        size_t size = name_size(definition, strlen(definition));
        Definition *entry = ARENA_NEW(defines->values.arena, Definition);
        Definition *before;

        if (!psl_is_definition(definition))
                return;
        entry->value = intern_text(names, definition[size] == '=' ? definition + size + 1 : "");
        before = map_put(&defines->values, intern_bytes(names, definition, size), entry);
        if (before)
                *before = *entry;
}

/* Directives ------------------------------------------------------------------------------------- */

/* One condition that is open. */
typedef struct Condition {
        Span span;     /* of its `if` */
        bool is_live;  /* the text around it counts */
        bool is_taken; /* a branch of it counts, or did */
        bool counts;   /* the present branch does */
        bool has_else;
} Condition;

typedef struct Preprocess {
        const Ctx *ctx;
        const SrcFile *source;
        const PslDefines *defines;
        char *out;
        Condition stack[PSL_CONDITION_DEPTH];
        size_t depth;
        size_t too_deep; /* conditions beyond the limit: skipped with all they hold */
} Preprocess;

/* The words of a directive are read from here. */
typedef struct Words {
        const char *at;
        const char *end;
} Words;

static void skip_blanks(Words *w) {
        while (w->at < w->end && (*w->at == ' ' || *w->at == '\t'))
                w->at++;
}

/* NULL: no name comes next. */
static const char *take_name(const Preprocess *pp, Words *w) {
        size_t size;
        const char *name;

        skip_blanks(w);
        size = name_size(w->at, (size_t)(w->end - w->at));
        name = size > 0 ? intern_bytes(pp->ctx->names, w->at, size) : NULL;
        w->at += size;
        return name;
}

static bool take(Words *w, const char *text) {
        size_t size = strlen(text);

        skip_blanks(w);
        if ((size_t)(w->end - w->at) < size || memcmp(w->at, text, size) != 0)
                return false;
        w->at += size;
        return true;
}

/* NULL: no text in double quotes comes next. */
static const char *take_value(const Preprocess *pp, Words *w) {
        const char *begin, *end;

        if (!take(w, "\""))
                return NULL;
        begin = w->at;
        end = memchr(begin, '"', (size_t)(w->end - begin));
        if (!end)
                return NULL;
        w->at = end + 1;
        return intern_bytes(pp->ctx->names, begin, (size_t)(end - begin));
}

static bool is_at_end(Words *w) {
        skip_blanks(w);
        return w->at == w->end;
}

static void report_directive(const Preprocess *pp, Span span) {
        diag_report(pp->ctx->diags, PSL_DIRECTIVE, span);
        diag_help(pp->ctx->diags,
                "directives are '{%% if NAME == \"VALUE\" %%}', '{%% elif ... %%}', '{%% else %%}' and "
                "'{%% endif %%}'");
}

/* A condition: NAME, not NAME, NAME == "VALUE", NAME != "VALUE". False after a message as well. */
static bool is_true(const Preprocess *pp, Words *w, Span span) {
        const char *name = take_name(pp, w);
        bool negated = name && strcmp(name, "not") == 0;
        const Definition *definition;
        const char *value = NULL;
        bool is_compared = false;

        if (negated) {
                name = take_name(pp, w);
        } else if (take(w, "==") || (negated = take(w, "!="))) {
                is_compared = true;
                value = take_value(pp, w);
        }
        if (!name || is_compared != (value != NULL) || !is_at_end(w)) {
                report_directive(pp, span);
                return false;
        }
        definition = map_get(&pp->defines->values, name);
        if (!is_compared)
                return (definition != NULL) != negated;
        return (definition && definition->value == value) != negated;
}

static bool counts(const Preprocess *pp) {
        return pp->too_deep == 0 && (pp->depth == 0 || pp->stack[pp->depth - 1].counts);
}

static void begin_if(Preprocess *pp, Words *w, Span span) {
        Condition c = {.span = span, .is_live = counts(pp)};

        if (pp->too_deep > 0 || pp->depth == PSL_CONDITION_DEPTH) {
                if (pp->too_deep++ == 0)
                        diag_report(pp->ctx->diags, PSL_CONDITION_TOO_DEEP, span, PSL_CONDITION_DEPTH);
                return;
        }
        c.counts = c.is_taken = is_true(pp, w, span) && c.is_live;
        pp->stack[pp->depth++] = c;
}

/* elif and else: NULL after a message, or when the condition is one beyond the limit. */
static Condition *next_branch(Preprocess *pp, const char *word, Span span) {
        Condition *c = pp->depth > 0 ? &pp->stack[pp->depth - 1] : NULL;

        if (pp->too_deep > 0)
                return NULL;
        if (!c || c->has_else) {
                diag_report(pp->ctx->diags, PSL_DIRECTIVE_ORDER, span, word);
                if (c)
                        diag_note(pp->ctx->diags, c->span, "the condition begins here");
                return NULL;
        }
        return c;
}

static void continue_if(Preprocess *pp, const char *word, Words *w, Span span) {
        bool is_else = strcmp(word, "else") == 0;
        Condition *c = next_branch(pp, word, span);
        bool holds;

        if (!c)
                return;
        if (is_else && !is_at_end(w))
                report_directive(pp, span);
        holds = is_else || is_true(pp, w, span);
        c->has_else = is_else;
        c->counts = holds && c->is_live && !c->is_taken;
        c->is_taken |= c->counts;
}

static void end_if(Preprocess *pp, Words *w, Span span) {
        if (!is_at_end(w))
                report_directive(pp, span);
        if (pp->too_deep > 0)
                pp->too_deep--;
        else if (pp->depth == 0)
                diag_report(pp->ctx->diags, PSL_DIRECTIVE_ORDER, span, "endif");
        else
                pp->depth--;
}

static void run_directive(Preprocess *pp, Words w, Span span) {
        const char *word = take_name(pp, &w);

        if (word && strcmp(word, "if") == 0)
                begin_if(pp, &w, span);
        else if (word && (strcmp(word, "elif") == 0 || strcmp(word, "else") == 0))
                continue_if(pp, word, &w, span);
        else if (word && strcmp(word, "endif") == 0)
                end_if(pp, &w, span);
        else
                report_directive(pp, span);
}

/* The text --------------------------------------------------------------------------------------- */

/* Bytes of two letters at or behind `from`, or the end. A line end stops the search, if that is wanted. */
static size_t find_mark(const SrcFile *source, size_t from, const char *mark, bool in_line) {
        for (size_t i = from; i + 1 < source->size; i++) {
                if (source->text[i] == mark[0] && source->text[i + 1] == mark[1])
                        return i;
                if (in_line && source->text[i] == '\n')
                        break;
        }
        return source->size;
}

static size_t find_line_end(const SrcFile *source, size_t from) {
        while (from < source->size && source->text[from] != '\n')
                from++;
        return from;
}

static void blank(Preprocess *pp, size_t begin, size_t end) {
        for (size_t i = begin; i < end; i++) {
                if (pp->out[i] != '\n' && pp->out[i] != '\r')
                        pp->out[i] = ' ';
        }
}

/* One directive that begins at `begin`; returns where it ends. */
static size_t do_directive(Preprocess *pp, size_t begin) {
        const SrcFile *source = pp->source;
        size_t close = find_mark(source, begin + 2, "%}", true);
        size_t end = close < source->size ? close + 2 : find_line_end(source, begin);
        Span span = {source->base + (uint32_t)begin, source->base + (uint32_t)end};

        if (close == source->size)
                report_directive(pp, span);
        else
                run_directive(pp, (Words){source->text + begin + 2, source->text + close}, span);
        blank(pp, begin, end);
        return end;
}

const char *psl_preprocess(const Ctx *ctx, const SrcFile *source, const PslDefines *defines) {
        Preprocess pp = {
                .ctx = ctx,
                .source = source,
                .defines = defines,
                .out = arena_copy(ctx->arena, source->text, source->size),
        };
        size_t at = 0;

        while (at < source->size) {
                size_t directive = find_mark(source, at, "{%", false);

                if (!counts(&pp))
                        blank(&pp, at, directive);
                at = directive < source->size ? do_directive(&pp, directive) : directive;
        }
        for (size_t i = 0; i < pp.depth; i++)
                diag_report(ctx->diags, PSL_CONDITION_OPEN, pp.stack[i].span);
        return pp.out;
}
