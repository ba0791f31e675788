/* SPDX-License-Identifier: MIT */
/*
 * Literals and comments. Bytes that a compiler or a reader could take for something else are escaped,
 * always with three octal digits, so that what follows cannot lengthen them.
 */
#include "c_text.h"

#include <stdbool.h>

static bool is_plain(char c) {
        return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?';
}

static void put_array(Text *out, const char *bytes, size_t n) {
        text_puts(out, "(const char[]){");
        for (size_t i = 0; i < n; i++)
                text_printf(out, "%d,", (int)(signed char)bytes[i]);
        text_puts(out, "0}");
}

void c_text_string(Text *out, const char *bytes, size_t n) {
        if (n > C_TEXT_LITERAL_MAX) {
                put_array(out, bytes, n);
                return;
        }
        text_putc(out, '"');
        for (size_t i = 0; i < n; i++) {
                if (is_plain(bytes[i]))
                        text_putc(out, bytes[i]);
                else if (bytes[i] == '"' || bytes[i] == '\\')
                        text_printf(out, "\\%c", bytes[i]);
                else
                        text_printf(out, "\\%03o", (unsigned)(unsigned char)bytes[i]);
        }
        text_putc(out, '"');
}

void c_text_name(Text *out, const char *text) {
        if (text)
                c_text_string(out, text, strlen(text));
        else
                text_puts(out, "NULL");
}

void c_text_view(Text *out, const char *bytes, size_t n) {
        text_puts(out, "{.bytes = ");
        c_text_string(out, bytes, n);
        text_printf(out, ", .size = %zu}", n);
}

void c_text_int(Text *out, AstInt value) {
        if (value == INT64_MIN)
                text_puts(out, "KSM_INT_MIN");
        else if (value > INT64_MAX)
                text_printf(out, "(KsmInt)UINT64_C(%llu)", (unsigned long long)value);
        else if (value > INT32_MAX || value < INT32_MIN)
                text_printf(out, "(KsmInt)INT64_C(%lld)", (long long)value);
        else
                text_printf(out, "%lld", (long long)value);
}

void c_text_word(Text *out, uint64_t value) {
        text_printf(out, "UINT64_C(0x%llx)", (unsigned long long)value);
}

void c_text_words(Text *out, const uint64_t *words, size_t n) {
        text_putc(out, '{');
        for (size_t i = 0; i < n; i++) {
                text_puts(out, i ? ", " : "");
                c_text_word(out, words[i]);
        }
        text_putc(out, '}');
}

void c_text_index(Text *out, uint32_t index, uint32_t none, const char *name) {
        if (index == none)
                text_puts(out, name);
        else
                text_uint(out, index);
}

/* Two bytes that end or open a comment, or begin a trigraph. */
static bool is_trap(const char *p) {
        return !strncmp(p, "*/", 2) || !strncmp(p, "/*", 2) || !strncmp(p, "??", 2);
}

/* Other signs than ASCII may turn the direction of writing: the reader would see another text. */
void c_text_comment(Text *out, const char *text) {
        static const char ellipsis[] = "\xe2\x80\xa6";

        for (const char *p = text; *p; p++) {
                if (strncmp(p, ellipsis, sizeof ellipsis - 1) == 0)
                        text_puts(out, "...");
                else if (((unsigned char)*p & 0xC0) != 0x80)
                        text_putc(out, *p >= ' ' && *p <= '~' ? *p : '?');
                if (is_trap(p))
                        text_putc(out, ' ');
        }
}

/* Folding ------------------------------------------------------------------------------------------ */

typedef struct Line {
        const char *text;
        size_t size;
        size_t indent;
        bool is_comment;
} Line;

/* The last place at which the line may be cut so that it fits, or the first one behind; `size` when there is
 * none. The blank at the place is left out. */
static size_t find_cut(const Line *line, size_t begin, size_t room) {
        bool is_text = false;
        size_t cut = line->size;

        for (size_t i = begin; i + 1 < line->size; i++) {
                if (line->text[i] == '\\' && is_text) {
                        i++;
                        continue;
                }
                is_text ^= line->text[i] == '"' && !line->is_comment;
                if (is_text || line->text[i + 1] != ' ' || (line->text[i] != ',' && !line->is_comment))
                        continue;
                if (line->is_comment && line->size - (i + 2) <= strlen("*/"))
                        break; /* the end of a comment does not stand alone */
                if (i + 1 - begin > room && cut < line->size)
                        break;
                cut = i + 1;
                if (i + 1 - begin > room)
                        break;
        }
        return cut;
}

static void fold_line(Text *out, const Line *line) {
        size_t begin = line->indent, indent = line->indent;

        while (line->size - begin > C_TEXT_COLUMNS - indent) {
                size_t cut = find_cut(line, begin, C_TEXT_COLUMNS - indent);

                if (cut == line->size)
                        break;
                text_fill(out, ' ', indent);
                text_append(out, line->text + begin, cut - begin);
                text_putc(out, '\n');
                begin = cut + 1;
                indent = line->indent + (line->is_comment ? 3 : 8);
        }
        text_fill(out, ' ', indent);
        text_append(out, line->text + begin, line->size - begin);
        text_putc(out, '\n');
}

void c_text_fold(Text *out, const char *code, size_t n) {
        const char *end = code + n;

        while (code < end) {
                const char *newline = memchr(code, '\n', (size_t)(end - code));
                Line line = {.text = code, .size = (size_t)((newline ? newline : end) - code)};

                while (line.indent < line.size && line.indent < C_TEXT_COLUMNS / 2 &&
                        code[line.indent] == ' ')
                        line.indent++;
                line.is_comment = strncmp(code + line.indent, "/*", 2) == 0;
                fold_line(out, &line);
                code = newline ? newline + 1 : end;
        }
}
