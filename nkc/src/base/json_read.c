/* SPDX-License-Identifier: MIT */
/*
 * JSON by recursive descent, at most JSON_DEPTH_MAX deep.
 */
#include "json_read.h"

#include <string.h>

typedef struct Reader {
        Arena *arena;
        const char *text;
        size_t size;
        size_t at;
        unsigned depth;
        const char *problem; /* the first one */
} Reader;

static bool fail(Reader *r, const char *problem) {
        if (!r->problem)
                r->problem = problem;
        return false;
}

static int peek(const Reader *r) {
        return r->at < r->size ? (unsigned char)r->text[r->at] : -1;
}

static void skip_blanks(Reader *r) {
        while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\n' || peek(r) == '\r')
                r->at++;
}

static bool expect(Reader *r, char c, const char *problem) {
        skip_blanks(r);
        if (peek(r) != c)
                return fail(r, peek(r) < 0 ? "the text ends too early" : problem);
        r->at++;
        return true;
}

/* Texts ------------------------------------------------------------------------------------------- */

static int hex_value(int c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 0x20;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_unit(Reader *r, uint32_t *unit) {
        *unit = 0;
        for (int i = 0; i < 4; i++) {
                int digit = hex_value(peek(r));

                if (digit < 0)
                        return fail(r, "four hexadecimal digits must follow '\\u'");
                *unit = *unit * 16 + (uint32_t)digit;
                r->at++;
        }
        return true;
}

/* What stands behind "\u", both halves of a pair. */
static bool read_code_point(Reader *r, uint32_t *code) {
        uint32_t low;

        if (!read_unit(r, code))
                return false;
        if (*code == 0)
                return fail(r, "a text with a zero inside");
        if (*code < 0xd800 || *code > 0xdfff)
                return true;
        if (*code > 0xdbff || peek(r) != '\\' || r->at + 1 >= r->size || r->text[r->at + 1] != 'u')
                return fail(r, "half of a pair of '\\u'");
        r->at += 2;
        if (!read_unit(r, &low))
                return false;
        if (low < 0xdc00 || low > 0xdfff)
                return fail(r, "half of a pair of '\\u'");
        *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
        return true;
}

static size_t put_code_point(char *out, uint32_t code) {
        if (code < 0x80) {
                out[0] = (char)code;
                return 1;
        }
        if (code < 0x800) {
                out[0] = (char)(0xc0 | code >> 6);
                out[1] = (char)(0x80 | (code & 0x3f));
                return 2;
        }
        if (code < 0x10000) {
                out[0] = (char)(0xe0 | code >> 12);
                out[1] = (char)(0x80 | (code >> 6 & 0x3f));
                out[2] = (char)(0x80 | (code & 0x3f));
                return 3;
        }
        out[0] = (char)(0xf0 | code >> 18);
        out[1] = (char)(0x80 | (code >> 12 & 0x3f));
        out[2] = (char)(0x80 | (code >> 6 & 0x3f));
        out[3] = (char)(0x80 | (code & 0x3f));
        return 4;
}

static bool read_escape(Reader *r, char *out, size_t *n) {
        static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
        const char *found = peek(r) > 0 ? strchr(letters, peek(r)) : NULL;
        uint32_t code;

        if (peek(r) == 'u') {
                r->at++;
                if (!read_code_point(r, &code))
                        return false;
                *n += put_code_point(out + *n, code);
                return true;
        }
        if (!found)
                return fail(r, "unknown escape in a text");
        out[(*n)++] = bytes[found - letters];
        r->at++;
        return true;
}

/* Where the text ends, so that room for it is known: no escape is shorter than what it stands for. */
static size_t length_of_text(const Reader *r) {
        size_t i = r->at;

        while (i < r->size && r->text[i] != '"')
                i += r->text[i] == '\\' ? 2 : 1;
        return i - r->at;
}

static bool read_text(Reader *r, const char **text) {
        char *out;
        size_t n = 0;

        if (!expect(r, '"', "a text must stand here"))
                return false;
        out = arena_alloc(r->arena, length_of_text(r) + 1);
        while (peek(r) != '"') {
                if (peek(r) < 0)
                        return fail(r, "the text ends too early");
                if (peek(r) < ' ')
                        return fail(r, "a control byte in a text");
                if (peek(r) != '\\') {
                        out[n++] = r->text[r->at++];
                        continue;
                }
                r->at++;
                if (!read_escape(r, out, &n))
                        return false;
        }
        r->at++;
        out[n] = '\0';
        *text = out;
        return true;
}

/* Numbers and words --------------------------------------------------------------------------------- */

static bool skip_digits(Reader *r) {
        size_t begin = r->at;

        while (peek(r) >= '0' && peek(r) <= '9')
                r->at++;
        return r->at > begin || fail(r, "a digit must stand here");
}

static bool to_integer(const char *digits, size_t n, uint64_t *value) {
        *value = 0;
        for (size_t i = 0; i < n; i++) {
                unsigned digit = (unsigned)(digits[i] - '0');

                if (*value > (UINT64_MAX - digit) / 10)
                        return false;
                *value = *value * 10 + digit;
        }
        return true;
}

static bool read_number(Reader *r, JsonValue *v) {
        size_t begin = r->at;
        bool is_whole = peek(r) != '-';

        r->at += !is_whole;
        if (peek(r) == '0')
                r->at++;
        else if (!skip_digits(r))
                return false;
        if (peek(r) == '.') {
                is_whole = false;
                r->at++;
                if (!skip_digits(r))
                        return false;
        }
        if (peek(r) == 'e' || peek(r) == 'E') {
                is_whole = false;
                r->at++;
                r->at += peek(r) == '+' || peek(r) == '-';
                if (!skip_digits(r))
                        return false;
        }
        v->kind = is_whole && to_integer(r->text + begin, r->at - begin, &v->integer) ? JSON_INTEGER
                                                                                      : JSON_NUMBER;
        return true;
}

static bool read_word(Reader *r, JsonValue *v) {
        static const char *const words[] = {
                [JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};

        for (int i = JSON_NULL; i <= JSON_TRUE; i++) {
                size_t n = strlen(words[i]);

                if (n > r->size - r->at || memcmp(r->text + r->at, words[i], n) != 0)
                        continue;
                v->kind = (JsonKind)i;
                r->at += n;
                return true;
        }
        return fail(r, r->at < r->size ? "no value begins like this" : "the text ends too early");
}

/* Values -------------------------------------------------------------------------------------------- */

static bool read_value(Reader *r, JsonValue *v);

static bool read_key(Reader *r, JsonValue *v) {
        skip_blanks(r);
        return read_text(r, &v->key) && expect(r, ':', "':' must stand here");
}

/* The items of an object or array, its bracket read. */
static bool read_items(Reader *r, JsonValue *v, char end) {
        const JsonValue **last = &v->first;

        skip_blanks(r);
        if (peek(r) == end) {
                r->at++;
                return true;
        }
        for (;;) {
                JsonValue *item = ARENA_NEW(r->arena, JsonValue);

                if ((v->kind == JSON_OBJECT && !read_key(r, item)) || !read_value(r, item))
                        return false;
                *last = item;
                last = &item->next;
                skip_blanks(r);
                if (peek(r) != ',')
                        return expect(r, end,
                                end == '}' ? "',' or '}' must stand here" : "',' or ']' must stand here");
                r->at++;
        }
}

static bool read_group(Reader *r, JsonValue *v) {
        bool is_read;

        if (r->depth == JSON_DEPTH_MAX)
                return fail(r, "too many objects and arrays inside of each other");
        v->kind = peek(r) == '{' ? JSON_OBJECT : JSON_ARRAY;
        r->at++;
        r->depth++;
        is_read = read_items(r, v, v->kind == JSON_OBJECT ? '}' : ']');
        r->depth--;
        return is_read;
}

static bool read_value(Reader *r, JsonValue *v) {
        int c;

        skip_blanks(r);
        c = peek(r);
        if (c == '{' || c == '[')
                return read_group(r, v);
        if (c == '-' || (c >= '0' && c <= '9'))
                return read_number(r, v);
        if (c != '"')
                return read_word(r, v);
        v->kind = JSON_TEXT;
        return read_text(r, &v->text);
}

const JsonValue *json_read(Arena *a, const char *text, size_t size, const char **problem, size_t *at) {
        Reader r = {.arena = a, .text = text, .size = size};
        JsonValue *v = ARENA_NEW(a, JsonValue);
        bool is_read = read_value(&r, v);

        if (is_read) {
                skip_blanks(&r);
                is_read = r.at == size || fail(&r, "more follows behind the value");
        }
        *problem = r.problem;
        *at = r.at;
        return is_read ? v : NULL;
}

const JsonValue *json_get(const JsonValue *object, const char *key) {
        if (!object || object->kind != JSON_OBJECT)
                return NULL;
        for (const JsonValue *v = object->first; v; v = v->next) {
                if (strcmp(v->key, key) == 0)
                        return v;
        }
        return NULL;
}

const char *json_get_text(const JsonValue *object, const char *key) {
        const JsonValue *v = json_get(object, key);

        return v && v->kind == JSON_TEXT ? v->text : NULL;
}

uint64_t json_get_integer(const JsonValue *object, const char *key, uint64_t otherwise) {
        const JsonValue *v = json_get(object, key);

        return v && v->kind == JSON_INTEGER ? v->integer : otherwise;
}
