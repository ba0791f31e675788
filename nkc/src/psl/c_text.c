/* SPDX-License-Identifier: MIT */
/*
 * Literals and comments. Bytes that a compiler or a reader could take for something else are escaped,
 * always with three octal digits, so that what follows cannot lengthen them.
 */
#include "c_text.h"

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

/* Other bytes than ASCII may turn the direction of writing: the reader would see another text. */
void c_text_comment(Text *out, const char *text) {
        for (const char *p = text; *p; p++) {
                text_putc(out, *p >= ' ' && *p <= '~' ? *p : '?');
                if (is_trap(p))
                        text_putc(out, ' ');
        }
}
