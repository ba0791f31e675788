/* SPDX-License-Identifier: MIT */
/*
 * Is a regular expression well formed? It is only read, from left to right; brackets are counted, so
 * its nesting costs nothing.
 *
 *      alternatives with |, groups (…), sets […] and [^…] with ranges, the repetitions * + ? {n} {n,}
 *      {n,m}, '.', escapes with \, the classes \d \D \w \W \s \S, ^ and $ at the ends.
 */
#include "psl/check.h"

#include <string.h>

#define REPEAT_MAX 1000u
#define GROUPS_MAX 64u

typedef struct Reader {
        const char *text;
        size_t size;
        size_t at;
        bool is_block;
        bool has_atom; /* something that may be repeated stands before */
        unsigned depth;
        size_t opened[GROUPS_MAX];
        PolRegexProblem *problem;
} Reader;

static bool fail(Reader *r, size_t at, const char *text) {
        *r->problem = (PolRegexProblem){.text = text, .at = at};
        return false;
}

static bool is_at(const Reader *r, char c) {
        return r->at < r->size && r->text[r->at] == c;
}

/* Behind the backslash. In sets a class cannot end a range; that is checked there. */
static bool read_escape(Reader *r) {
        if (++r->at >= r->size)
                return fail(r, r->at - 1, "nothing follows the backslash");
        r->at++;
        return true;
}

static bool is_class(const Reader *r, size_t at) {
        return r->text[at] == '\\' && at + 1 < r->size && strchr("dDwWsS", r->text[at + 1]);
}

static bool read_set_item(Reader *r, unsigned char *value) {
        if (r->text[r->at] == '\\') {
                if (!read_escape(r))
                        return false;
                *value = (unsigned char)r->text[r->at - 1];
                return true;
        }
        *value = (unsigned char)r->text[r->at++];
        return true;
}

static bool read_range(Reader *r) {
        size_t start = r->at;
        bool first_is_class = is_class(r, r->at);
        unsigned char low, high;

        if (!read_set_item(r, &low))
                return false;
        if (!is_at(r, '-') || r->at + 1 >= r->size || r->text[r->at + 1] == ']')
                return true;
        r->at++;
        if (first_is_class || is_class(r, r->at))
                return fail(r, start, "a class of characters cannot be the end of a range");
        if (!read_set_item(r, &high))
                return false;
        return low <= high || fail(r, start, "the range is empty");
}

static bool read_set(Reader *r) {
        size_t start = r->at++;
        size_t first;

        if (is_at(r, '^'))
                r->at++;
        first = r->at;
        while (r->at < r->size && (r->text[r->at] != ']' || r->at == first)) {
                if (!read_range(r))
                        return false;
        }
        if (!is_at(r, ']'))
                return fail(r, start, "'[' is not closed");
        r->at++;
        return true;
}

static bool read_count(Reader *r, unsigned *out) {
        size_t start = r->at;

        *out = 0;
        while (r->at < r->size && r->text[r->at] >= '0' && r->text[r->at] <= '9') {
                *out = *out * 10 + (unsigned)(r->text[r->at++] - '0');
                if (*out > REPEAT_MAX)
                        return fail(r, start, "more than 1000 repetitions");
        }
        return r->at > start || fail(r, start, "a number is missing in '{…}'");
}

static bool read_counts(Reader *r) {
        size_t start = r->at++;
        unsigned low, high;

        if (!read_count(r, &low))
                return false;
        if (is_at(r, ',')) {
                r->at++;
                if (!is_at(r, '}')) {
                        if (!read_count(r, &high))
                                return false;
                        if (high < low)
                                return fail(r, start, "the second number of '{…}' is smaller than the first");
                }
        }
        if (!is_at(r, '}'))
                return fail(r, start, "'{' is not closed");
        r->at++;
        return true;
}

static bool read_repeat(Reader *r) {
        if (!r->has_atom)
                return fail(r, r->at, "nothing stands before the repetition");
        r->has_atom = false;
        if (is_at(r, '{'))
                return read_counts(r);
        r->at++;
        return true;
}

static bool read_group(Reader *r) {
        if (r->text[r->at] == '(') {
                if (r->depth == GROUPS_MAX)
                        return fail(r, r->at, "groups nested deeper than 64");
                r->opened[r->depth++] = r->at++;
                r->has_atom = false;
                return true;
        }
        if (r->depth == 0)
                return fail(r, r->at, "')' without '('");
        r->depth--;
        r->at++;
        r->has_atom = true;
        return true;
}

static bool read_anchor(Reader *r) {
        bool is_end = r->text[r->at] == '^' ? r->at == 0 : r->at + 1 == r->size;

        if (!is_end && !r->is_block)
                return fail(r, r->at, "'^' and '$' mean something only at the ends");
        r->at++;
        r->has_atom = false;
        return true;
}

static bool read_plain(Reader *r) {
        if (r->text[r->at] == '!')
                *r->problem = (PolRegexProblem){.text = "!", .at = r->at};
        r->at++;
        r->has_atom = true;
        return true;
}

static bool read_part(Reader *r) {
        switch (r->text[r->at]) {
        case '\\':
                r->has_atom = true;
                return read_escape(r);
        case '[':
                r->has_atom = true;
                return read_set(r);
        case '(':
        case ')':
                return read_group(r);
        case '*':
        case '+':
        case '?':
        case '{':
                return read_repeat(r);
        case '|':
                r->has_atom = false;
                r->at++;
                return true;
        case '^':
        case '$':
                return read_anchor(r);
        default:
                return read_plain(r);
        }
}

bool pol_regex_check(const char *text, size_t size, bool is_block, PolRegexProblem *problem) {
        Reader r = {.text = text, .size = size, .is_block = is_block, .problem = problem};

        while (r.at < r.size) {
                if (!read_part(&r))
                        return false;
        }
        return r.depth == 0 || fail(&r, r.opened[r.depth - 1], "'(' is not closed");
}
