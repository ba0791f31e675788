/* SPDX-License-Identifier: MIT */
/*
 * JSON, written value by value.
 */
#include "json.h"

#include "utf8.h"

/* A character that has no escape of its own, or the sign that stands for bytes that are none. */
static size_t put_character(Text *out, const char *c) {
        size_t length = utf8_length(c, strlen(c));

        if (length > 0)
                text_append(out, c, length);
        else
                text_puts(out, "\xef\xbf\xbd");
        return length > 0 ? length : 1;
}

void json_string(Text *out, const char *text) {
        text_putc(out, '"');
        for (const char *c = text; *c;) {
                if (*c == '"' || *c == '\\')
                        text_printf(out, "\\%c", *c++);
                else if (*c == '\n')
                        text_puts(out, "\\n"), c++;
                else if ((unsigned char)*c < ' ')
                        text_printf(out, "\\u%04x", (unsigned)(unsigned char)*c++);
                else
                        c += put_character(out, c);
        }
        text_putc(out, '"');
}

static void new_line(Json *j) {
        if (j->is_line)
                return;
        text_putc(j->out, '\n');
        text_fill(j->out, ' ', j->depth);
}

/* A new line for the next value. */
static void begin_value(Json *j, const char *key) {
        if (j->is_started)
                text_puts(j->out, j->is_line ? ", " : ",");
        j->is_started = true;
        new_line(j);
        if (!key)
                return;
        json_string(j->out, key);
        text_puts(j->out, ": ");
}

Json json_begin(Text *out) {
        text_putc(out, '{');
        return (Json){.out = out, .depth = 1};
}

void json_end(Json *j) {
        json_close(j, '}');
        text_putc(j->out, '\n');
}

void json_open(Json *j, const char *key, char bracket) {
        begin_value(j, key);
        text_putc(j->out, bracket);
        j->depth++;
        j->is_started = false;
}

void json_close(Json *j, char bracket) {
        j->depth--;
        if (j->is_started)
                new_line(j);
        text_putc(j->out, bracket);
        j->is_started = true;
}

void json_text(Json *j, const char *key, const char *value) {
        if (!value)
                return;
        begin_value(j, key);
        json_string(j->out, value);
}

void json_number(Json *j, const char *key, uint64_t value) {
        begin_value(j, key);
        text_uint(j->out, value);
}

void json_bool(Json *j, const char *key, bool value) {
        begin_value(j, key);
        text_puts(j->out, value ? "true" : "false");
}

void json_null(Json *j, const char *key) {
        begin_value(j, key);
        text_puts(j->out, "null");
}
