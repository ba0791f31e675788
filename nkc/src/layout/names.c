/* SPDX-License-Identifier: MIT */
/*
 * Texts of the model: C prefixes, lines of the description, doc comments. Texts end up inside C
 * comments, so none of them may begin or end one.
 */
#include "internal.h"

#include <string.h>

const char *lay_join(Layout *l, const char *const *parts, size_t n) {
        size_t lengths[8];
        size_t size = 0;
        char *joined, *at;

        for (size_t i = 0; i < n; i++)
                size += lengths[i] = strlen(parts[i]);
        joined = at = arena_alloc(l->ctx->arena, size + 1);
        for (size_t i = 0; i < n; i++) {
                memcpy(at, parts[i], lengths[i]);
                at += lengths[i];
        }
        *at = '\0';
        return joined;
}

/* ---- Names ------------------------------------------------------------------------------- */

static char *with_underscores(Layout *l, const char *dotted, size_t length) {
        char *text = arena_copy(l->ctx->arena, dotted, length);

        for (size_t i = 0; i < length; i++)
                if (text[i] == '.')
                        text[i] = '_';
        return text;
}

LayName lay_name(Layout *l, const SemaFile *f) {
        const char *dot = strrchr(f->dotted, '.');
        size_t length = strlen(f->dotted);

        return (LayName){
                .dotted = f->dotted,
                .prefix = with_underscores(l, f->dotted, length),
                .prefix_len = length,
                .space = with_underscores(l, f->dotted, dot ? (size_t)(dot - f->dotted) : 0),
                .last = dot ? dot + 1 : f->dotted,
                .short_prefix = dot ? dot + 1 : NULL,
                .file = f->file,
                .doc = lay_doc(l, f, f->ast->head_span),
        };
}

/* ---- Lines of the description ------------------------------------------------------------ */

static size_t skip_comment(const char *text, size_t i, size_t size) {
        if (text[i + 1] == '/') {
                while (i < size && text[i] != '\n')
                        i++;
                return i;
        }
        for (i += 2; i + 1 < size; i++)
                if (text[i] == '*' && text[i + 1] == '/')
                        return i + 2;
        return size;
}

static bool ends_something(char c) {
        return c == ')' || c == ',' || c == ';';
}

static bool begins_comment(const char *text, size_t i, size_t size) {
        return i + 1 < size && text[i] == '/' && (text[i + 1] == '/' || text[i + 1] == '*');
}

/* One line without comments; runs of white space become one space, or none at the inner side of
 * parentheses and before what ends something. */
static char *fold(Arena *a, const char *text, size_t size) {
        char *folded = arena_alloc(a, size + 1);
        size_t n = 0;
        bool space = false;

        for (size_t i = 0; i < size;) {
                if (begins_comment(text, i, size)) {
                        i = skip_comment(text, i, size);
                        space = true;
                } else if ((unsigned char)text[i] <= ' ') {
                        i++;
                        space = true;
                } else {
                        if (space && n > 0 && folded[n - 1] != '(' && !ends_something(text[i]))
                                folded[n++] = ' ';
                        space = false;
                        folded[n++] = text[i++];
                }
        }
        folded[n] = '\0';
        return folded;
}

LaySource lay_source(Layout *l, const SemaFile *f, Span span) {
        size_t size;
        const char *text = src_text(l->ctx->sources, span, &size);

        return (LaySource){
                .file = f->file,
                .line = src_line_number(l->ctx->sources, span.begin),
                .text = fold(l->ctx->arena, text, size),
        };
}

/* ---- Doc comments ------------------------------------------------------------------------ */

static bool is_space(char c) {
        return c == ' ' || c == '\t' || c == '\r';
}

/* Adds one line: outer white space and the star of a block comment go; what could begin or end a
 * comment of C is pulled apart. Lines about the licence say nothing about the thing below. */
static void add_line(Text *doc, const char *line, size_t size, bool is_block) {
        while (size > 0 && is_space(line[size - 1]))
                size--;
        while (size > 0 && is_space(*line)) {
                line++;
                size--;
        }
        if (is_block && size > 0 && *line == '*') {
                line++;
                size--;
        }
        if (size > 0 && *line == ' ') {
                line++;
                size--;
        }
        if (size > 23 && memcmp(line, "SPDX-License-Identifier", 23) == 0)
                return;
        if (size == 0 && doc->size == 0)
                return;
        for (size_t i = 0; i < size; i++) {
                bool is_mark = i > 0 && ((line[i - 1] == '*' && line[i] == '/') ||
                                                (line[i - 1] == '/' && line[i] == '*'));

                if (is_mark)
                        text_putc(doc, ' ');
                text_putc(doc, (unsigned char)line[i] < ' ' || line[i] == 127 ? ' ' : line[i]);
        }
        text_putc(doc, '\n');
}

static void add_comment(Layout *l, Text *doc, const AstComment *comment) {
        size_t size;
        const char *text = src_text(l->ctx->sources, comment->span, &size);
        const char *end = text + size - (comment->is_line ? 0 : 2);

        for (text += 2; text < end && *text == (comment->is_line ? '/' : '*');)
                text++;
        while (text < end) {
                const char *line_end = memchr(text, '\n', (size_t)(end - text));

                if (!line_end)
                        line_end = end;
                add_line(doc, text, (size_t)(line_end - text), !comment->is_line);
                text = line_end + 1;
        }
}

/* Comments right above, or else the one behind on the same line. */
const char *lay_doc(Layout *l, const SemaFile *f, Span span) {
        const AstComment *comment;
        size_t n = ast_doc(f->ast, span.begin, &comment);
        Text doc = TEXT_NULL;
        char *copy = NULL;

        if (n == 0) {
                comment = ast_doc_behind(f->ast, span.end);
                n = comment != NULL;
        }
        for (size_t i = 0; i < n; i++)
                add_comment(l, &doc, &comment[i]);
        while (doc.size > 0 && doc.data[doc.size - 1] == '\n')
                doc.size--;
        if (doc.size > 0)
                copy = arena_copy(l->ctx->arena, doc.data, doc.size);
        text_deinit(&doc);
        return copy;
}
