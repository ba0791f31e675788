/* SPDX-License-Identifier: MIT */
/*
 * Is a regular expression well formed? It is only read, from left to right; brackets are counted, so
 * its nesting costs nothing.
 *
 *      alternatives with |, groups (…), sets […] and [^…] with ranges, the repetitions * + ? {n} {n,}
 *      {n,m}, '.', escapes with \, the classes \d \D \w \W \s \S, ^ and $ at the ends.
 *
 * What is well formed here, the security module compiles (runtime/ksm/regex.h): tests/unit/ksm compares the
 * two. Bytes are matched there, so sets hold ASCII alone; and repetitions are written out, so their letters
 * are counted.
 */
#include "psl/check.h"

#include <ctype.h>
#include <string.h>

#define REPEAT_MAX    1000u
#define GROUPS_MAX    64u
#define POSITIONS_MAX 2048u /* letters and sets, repetitions written out */

/* Letters and sets inside a group. */
typedef struct Count {
        size_t opened;  /* where the group begins */
        uint32_t total; /* before the last atom */
        uint32_t last;  /* of the last atom, its repetitions written out */
} Count;

typedef struct Reader {
        const char *text;
        size_t size;
        size_t at;
        bool is_block;
        bool has_atom; /* something that may be repeated stands before */
        unsigned depth;
        Count counts[GROUPS_MAX + 1]; /* 0: outside of all groups */
        PolRegexProblem *problem;
} Reader;

static bool fail(Reader *r, size_t at, const char *text) {
        *r->problem = (PolRegexProblem){.text = text, .at = at};
        return false;
}

static bool is_at(const Reader *r, char c) {
        return r->at < r->size && r->text[r->at] == c;
}

static unsigned char byte_at(const Reader *r, size_t at) {
        return at < r->size ? (unsigned char)r->text[at] : 0;
}

static bool is_blank(unsigned char byte) {
        return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* In a block, white space means nothing. */
static void skip_blanks(Reader *r) {
        while (r->is_block && r->at < r->size && is_blank(byte_at(r, r->at)))
                r->at++;
}

/* Letters ------------------------------------------------------------------------------------------- */

static uint32_t saturate(uint64_t n) {
        return n > POSITIONS_MAX ? POSITIONS_MAX + 1 : (uint32_t)n;
}

static bool add_atom(Reader *r, uint32_t n) {
        Count *count = r->counts + r->depth;

        count->total = saturate((uint64_t)count->total + count->last);
        count->last = n;
        r->has_atom = true;
        return true;
}

static void repeat_atom(Reader *r, uint32_t times) {
        Count *count = r->counts + r->depth;

        count->last = saturate((uint64_t)count->last * times);
}

/* Escapes and sets ----------------------------------------------------------------------------------- */

/* Behind the backslash. In sets a class cannot end a range; that is checked there. */
static bool read_escape(Reader *r, unsigned char *value) {
        static const char letters[] = "nrtfv", values[] = "\n\r\t\f\v";
        size_t start = r->at++;
        unsigned char sign = byte_at(r, r->at);
        const char *letter = sign ? strchr(letters, sign) : NULL;

        if (r->at >= r->size)
                return fail(r, start, "nothing follows the backslash");
        r->at++;
        *value = letter ? (unsigned char)values[letter - letters] : sign;
        if (letter || (sign && strchr("dDwWsS", sign)))
                return true;
        if (sign == 'x') {
                unsigned char high = byte_at(r, r->at), low = byte_at(r, r->at + 1);

                if (!isxdigit(high) || !isxdigit(low) || (high == '0' && low == '0'))
                        return fail(r, start, "\\x needs two hexadecimal digits, and not two zeros");
                *value = (unsigned char)((isdigit(high) ? high - '0' : (high | 0x20) - 'a' + 10) * 16 +
                                         (isdigit(low) ? low - '0' : (low | 0x20) - 'a' + 10));
                r->at += 2;
                return true;
        }
        if (sign == 0 || sign >= 0x80 || sign == '_' || isalnum(sign))
                return fail(r, start, "a backslash before this sign has no meaning");
        return true;
}

static bool is_class(const Reader *r, size_t at) {
        return byte_at(r, at) == '\\' && byte_at(r, at + 1) && strchr("dDwWsS", r->text[at + 1]);
}

static bool read_set_item(Reader *r, unsigned char *value) {
        *value = byte_at(r, r->at);
        if (*value == '\\')
                return read_escape(r, value);
        if (*value == 0 || *value >= 0x80)
                return fail(r, r->at, "only ASCII signs can stand in '[…]'; write alternatives: (a|b)");
        if (*value == '[' && byte_at(r, r->at + 1) == ':')
                return fail(r, r->at, "'[:' begins no named set here; write \\d, \\w or \\s");
        r->at++;
        return true;
}

/* At a '-' that has an end behind it: goes there. */
static bool enter_range(Reader *r) {
        size_t minus = r->at;

        if (!is_at(r, '-'))
                return false;
        r->at++;
        skip_blanks(r);
        if (r->at < r->size && !is_at(r, ']'))
                return true;
        r->at = minus;
        return false;
}

static bool read_range(Reader *r) {
        size_t start = r->at;
        bool first_is_class = is_class(r, r->at);
        unsigned char low, high;

        if (!read_set_item(r, &low))
                return false;
        skip_blanks(r);
        if (!enter_range(r))
                return true;
        if (first_is_class || is_class(r, r->at))
                return fail(r, start, "a class of characters cannot be the end of a range");
        if (!read_set_item(r, &high))
                return false;
        return low <= high || fail(r, start, "the range is empty");
}

static bool read_set(Reader *r) {
        size_t start = r->at++;
        bool is_first = true;

        skip_blanks(r);
        if (is_at(r, '^'))
                r->at++;
        skip_blanks(r);
        while (r->at < r->size && (!is_at(r, ']') || is_first)) {
                if (!read_range(r))
                        return false;
                skip_blanks(r);
                is_first = false;
        }
        if (!is_at(r, ']'))
                return fail(r, start, "'[' is not closed");
        r->at++;
        return add_atom(r, 1);
}

/* Repetitions ---------------------------------------------------------------------------------------- */

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
        high = low;
        if (is_at(r, ',')) {
                r->at++;
                high = low ? low : 1;
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
        repeat_atom(r, high);
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

/* Groups and signs ------------------------------------------------------------------------------------ */

static bool read_group(Reader *r) {
        const Count *inside = r->counts + r->depth;

        if (r->text[r->at] == '(') {
                if (r->depth == GROUPS_MAX)
                        return fail(r, r->at, "groups nested deeper than 64");
                r->counts[++r->depth] = (Count){.opened = r->at++};
                r->has_atom = false;
                return true;
        }
        if (r->depth == 0)
                return fail(r, r->at, "')' without '('");
        r->depth--;
        r->at++;
        return add_atom(r, saturate((uint64_t)inside->total + inside->last));
}

static bool has_only_blanks(const Reader *r, size_t from, size_t to) {
        for (size_t i = from; i < to; i++)
                if (!r->is_block || !is_blank(byte_at(r, i)))
                        return false;
        return true;
}

static bool read_anchor(Reader *r) {
        bool is_end = is_at(r, '^') ? has_only_blanks(r, 0, r->at) : has_only_blanks(r, r->at + 1, r->size);

        if (!is_end || r->depth > 0)
                return fail(r, r->at, "'^' and '$' mean something only at the ends");
        r->at++;
        r->has_atom = false;
        return true;
}

/* A letter beyond ASCII is one atom of several bytes. */
static bool read_plain(Reader *r) {
        unsigned char sign = byte_at(r, r->at);
        size_t start = r->at++;

        if (sign == 0)
                return fail(r, start, "a pattern holds no zero");
        if (r->is_block && is_blank(sign))
                return true;
        if (sign == '!')
                *r->problem = (PolRegexProblem){.text = "!", .at = start};
        while (sign >= 0xc0 && (byte_at(r, r->at) & 0xc0) == 0x80)
                r->at++;
        return add_atom(r, (uint32_t)(r->at - start));
}

static bool read_backslash(Reader *r) {
        unsigned char value;

        return read_escape(r, &value) && add_atom(r, 1);
}

static bool read_part(Reader *r) {
        switch (r->text[r->at]) {
        case '\\':
                return read_backslash(r);
        case '[':
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
        if (r.depth > 0)
                return fail(&r, r.counts[r.depth].opened, "'(' is not closed");
        if (r.counts[0].total + r.counts[0].last > POSITIONS_MAX)
                return fail(&r, 0, "more than 2048 letters, once the repetitions are written out");
        return true;
}
