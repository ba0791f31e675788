/* SPDX-License-Identifier: MIT */
/*
 * Lines of a canonical printer, and the comments in step with them.
 */
#include "front/lines.h"

#include <string.h>

/* Source --------------------------------------------------------------------------------------- */

const char *lines_source_at(const Lines *l, uint32_t offset) {
        return l->source->text + (offset - l->source->base);
}

const AstComment *lines_peek_comment(const Lines *l, uint32_t before) {
        if (l->next < l->n_comments && l->comments[l->next].span.begin < before)
                return &l->comments[l->next];
        return NULL;
}

unsigned lines_between(const Lines *l, uint32_t begin, uint32_t end) {
        unsigned lines = 0;

        for (const char *c = lines_source_at(l, begin); begin < end; begin++, c++)
                lines += *c == '\n';
        return lines;
}

/* Offset of the next `wanted` outside of comments; there is one, or the file would not have parsed. */
uint32_t lines_find_byte(const Lines *l, uint32_t from, char wanted) {
        size_t comment = l->next;

        while (comment < l->n_comments && l->comments[comment].span.end <= from)
                comment++;
        while (*lines_source_at(l, from) != wanted) {
                if (comment < l->n_comments && l->comments[comment].span.begin == from)
                        from = l->comments[comment++].span.end;
                else
                        from++;
        }
        return from;
}

/* Lines and comments --------------------------------------------------------------------------- */

void lines_put_indent(Lines *l, unsigned levels) {
        text_fill(l->out, ' ', (size_t)levels * LINES_INDENT);
}

static size_t trimmed(const char *text, size_t size) {
        while (size > 0 && strchr(" \t\r\f\v", text[size - 1]))
                size--;
        return size;
}

static size_t leading_blanks(const char *text, size_t size) {
        size_t n = 0;

        while (n < size && (text[n] == ' ' || text[n] == '\t'))
                n++;
        return n;
}

static size_t line_size(const char *text, size_t size) {
        const char *end = memchr(text, '\n', size);

        return end ? (size_t)(end - text) : size;
}

/* True when each line but the first begins with a star: such a comment moves with the indentation. */
static bool is_starred(const char *text, size_t size) {
        size_t line = line_size(text, size);

        while (line < size) {
                text += line + 1;
                size -= line + 1;
                line = line_size(text, size);
                size_t blanks = leading_blanks(text, line);

                if (trimmed(text, line) > 0 && text[blanks] != '*')
                        return false;
        }
        return true;
}

static void put_comment(Lines *l, const AstComment *comment) {
        const char *text = lines_source_at(l, comment->span.begin);
        size_t size = comment->span.end - comment->span.begin;
        bool starred = is_starred(text, size);
        size_t line = line_size(text, size);

        text_append(l->out, text, trimmed(text, line));
        while (line < size) {
                size_t skip = 0;

                text += line + 1;
                size -= line + 1;
                line = line_size(text, size);
                text_putc(l->out, '\n');
                if (trimmed(text, line) == 0)
                        continue;
                if (starred) {
                        skip = leading_blanks(text, line);
                        lines_put_indent(l, l->indent);
                        text_putc(l->out, ' ');
                }
                text_append(l->out, text + skip, trimmed(text, line) - skip);
        }
        l->end = comment->span.end;
        l->next++;
}

/* The empty line above what begins at `begin`, if one belongs there. */
static void put_blank(Lines *l, uint32_t begin) {
        bool has_blank = begin > l->end && lines_between(l, l->end, begin) > 1;

        if (!l->is_first && (has_blank || l->wants_blank))
                text_putc(l->out, '\n');
        l->is_first = false;
        l->wants_blank = false;
}

void lines_put_comments_above(Lines *l, uint32_t before) {
        const AstComment *comment;

        while ((comment = lines_peek_comment(l, before))) {
                put_blank(l, comment->span.begin);
                lines_put_indent(l, l->indent);
                put_comment(l, comment);
                text_putc(l->out, '\n');
        }
}

/* Begins the line of an item at `begin`: comments above it, then those inside of it up to `inside`. */
void lines_begin_item(Lines *l, uint32_t begin, uint32_t inside) {
        const AstComment *comment;

        lines_put_comments_above(l, begin);
        put_blank(l, begin);
        while ((comment = lines_peek_comment(l, inside))) {
                lines_put_indent(l, l->indent);
                put_comment(l, comment);
                text_putc(l->out, '\n');
        }
        lines_put_indent(l, l->indent);
}

static bool is_only_blanks(const char *text, size_t size) {
        for (size_t i = 0; i < size; i++) {
                if (!strchr(" \t\r,;", text[i]))
                        return false;
        }
        return true;
}

/* Ends the line of an item that ended at `end`, with the comments that stand behind it on its line. */
void lines_end_item(Lines *l, uint32_t end) {
        const AstComment *comment;

        l->end = end;
        while ((comment = lines_peek_comment(l, UINT32_MAX)) && comment->span.begin >= l->end &&
                is_only_blanks(lines_source_at(l, l->end), comment->span.begin - l->end)) {
                text_putc(l->out, ' ');
                put_comment(l, comment);
                if (comment->is_line)
                        break;
        }
        text_putc(l->out, '\n');
}

void lines_begin_block(Lines *l, uint32_t brace) {
        text_puts(l->out, "{");
        l->indent++;
        lines_end_item(l, brace + 1);
        l->is_first = true;
        l->wants_blank = false;
}

void lines_end_block(Lines *l, uint32_t end) {
        lines_put_comments_above(l, end - 1);
        l->indent--;
        lines_put_indent(l, l->indent);
        text_putc(l->out, '}');
        lines_end_item(l, end);
        l->is_first = false;
        l->wants_blank = false;
}
