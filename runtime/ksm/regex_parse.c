/* SPDX-License-Identifier: MIT */
/*
 * Text of a regular expression to its tree: recursive descent, regex.h has the grammar.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "regex_tree.h"

#define FIRST_ROOM  64u
#define REPEATS_MAX 4 /* behind one another: a{2}{3} */

typedef struct Parse {
        const unsigned char *text;
        size_t size;
        size_t at;
        bool is_block;
        unsigned depth;
        RegexTree *tree;
        RegexProblem *problem;
        int result; /* the first fault; everything is skipped after it */
} Parse;

static uint32_t parse_choice(Parse *p);

static void fail(Parse *p, int result, const char *text, size_t offset) {
        if (p->result)
                return;
        p->result = result;
        if (result > 0)
                *p->problem = (RegexProblem){.text = text, .offset = offset};
}

static void wrong(Parse *p, const char *text, size_t offset) {
        fail(p, REGEX_E_SYNTAX, text, offset);
}

static bool is_blank(unsigned char byte) {
        return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The next sign, or -1 at the end and after a fault. */
static int peek(Parse *p) {
        while (p->is_block && p->at < p->size && is_blank(p->text[p->at]))
                p->at++;
        return p->at < p->size && !p->result ? p->text[p->at] : -1;
}

static bool accept(Parse *p, char sign) {
        if (peek(p) != sign)
                return false;
        p->at++;
        return true;
}

/* Nodes -------------------------------------------------------------------------------------------- */

static uint32_t new_node(Parse *p, RegexKind kind) {
        RegexTree *tree = p->tree;

        if (tree->n_nodes == tree->room) {
                uint32_t room = tree->room ? tree->room * 2 : FIRST_ROOM;
                RegexNode *nodes = realloc(tree->nodes, room * sizeof(*nodes));

                if (!nodes) {
                        fail(p, -ENOMEM, NULL, 0);
                        return 0;
                }
                tree->nodes = nodes;
                tree->room = room;
        }
        tree->nodes[tree->n_nodes] = (RegexNode){.kind = kind};
        return tree->n_nodes++;
}

static void add_bytes(Parse *p, uint32_t set, unsigned from, unsigned to) {
        for (unsigned byte = from; byte <= to; byte++)
                p->tree->nodes[set].bytes[byte / 8] |= (uint8_t)(1u << (byte % 8));
}

/* All but these, and never zero: a text has none. */
static void invert(RegexNode *set) {
        for (unsigned i = 0; i < sizeof(set->bytes); i++)
                set->bytes[i] = (uint8_t)~set->bytes[i];
        set->bytes[0] &= (uint8_t)~1u;
}

static uint32_t new_set(Parse *p) {
        uint32_t set = new_node(p, REGEX_SET);

        if (set)
                p->tree->nodes[set].n_positions = 1;
        return set;
}

static uint32_t new_letter(Parse *p, unsigned byte) {
        uint32_t set = new_set(p);

        if (set)
                add_bytes(p, set, byte, byte);
        return set;
}

static uint32_t saturate(uint64_t n) {
        return n > REGEX_POSITIONS_MAX ? REGEX_POSITIONS_MAX + 1 : (uint32_t)n;
}

/* Hangs a child behind the last one. */
static void append(Parse *p, uint32_t parent, uint32_t *last, uint32_t child) {
        RegexNode *nodes = p->tree->nodes;

        if (*last)
                nodes[*last].next = child;
        else
                nodes[parent].first = child;
        *last = child;
        nodes[parent].n_positions = saturate((uint64_t)nodes[parent].n_positions + nodes[child].n_positions);
}

/* Escapes ------------------------------------------------------------------------------------------ */

/* \d \w \s and their opposites, into a set. False: the letter is none of them. */
static bool add_named(Parse *p, uint32_t set, int letter) {
        RegexNode named = {.kind = REGEX_SET};
        RegexNode *node;
        uint32_t scratch;

        if (letter <= 0 || !strchr("dwsDWS", letter))
                return false;
        scratch = new_set(p);
        if (!scratch || !set)
                return true;
        if (letter == 'd' || letter == 'D' || letter == 'w' || letter == 'W')
                add_bytes(p, scratch, '0', '9');
        if (letter == 'w' || letter == 'W') {
                add_bytes(p, scratch, 'a', 'z');
                add_bytes(p, scratch, 'A', 'Z');
                add_bytes(p, scratch, '_', '_');
        }
        if (letter == 's' || letter == 'S') {
                add_bytes(p, scratch, ' ', ' ');
                add_bytes(p, scratch, '\t', '\r');
        }
        named = p->tree->nodes[scratch];
        if (letter == 'D' || letter == 'W' || letter == 'S')
                invert(&named);
        node = p->tree->nodes + set;
        for (unsigned i = 0; i < sizeof(node->bytes); i++)
                node->bytes[i] |= named.bytes[i];
        p->tree->n_nodes--; /* the scratch was the last node */
        return true;
}

static int hex_value(unsigned char byte) {
        if (byte >= '0' && byte <= '9')
                return byte - '0';
        byte |= 0x20;
        return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static unsigned parse_hex(Parse *p, size_t start) {
        int high = p->size - p->at >= 2 ? hex_value(p->text[p->at]) : -1;
        int low = high >= 0 ? hex_value(p->text[p->at + 1]) : -1;

        if (low < 0 || high * 16 + low == 0) {
                wrong(p, "\\x needs two hexadecimal digits, and not two zeros", start);
                return 1;
        }
        p->at += 2;
        return (unsigned)(high * 16 + low);
}

/* Behind a backslash whose letter is no named set: one byte. */
static unsigned parse_escape(Parse *p, size_t start) {
        static const char letters[] = "nrtfv", values[] = "\n\r\t\f\v";
        unsigned char sign = p->text[p->at++];
        const char *letter = sign ? strchr(letters, sign) : NULL;

        if (letter)
                return (unsigned char)values[letter - letters];
        if (sign == 'x')
                return parse_hex(p, start);
        if (sign == 0 || sign >= 0x80 || sign == '_' || isalnum(sign))
                wrong(p, "a backslash before this sign has no meaning", start);
        return sign;
}

/* The sign behind a backslash, or -1 and a fault. */
static int peek_escaped(Parse *p, size_t start) {
        if (p->at < p->size)
                return p->text[p->at];
        wrong(p, "the pattern ends with a backslash", start);
        return -1;
}

/* Sets --------------------------------------------------------------------------------------------- */

/* One end of a range, or a named set, which gives -1. */
static int parse_set_item(Parse *p, uint32_t set) {
        size_t start = p->at;
        unsigned char sign = p->text[p->at++];

        if (sign == '\\') {
                int escaped = peek_escaped(p, start);

                if (escaped < 0)
                        return -1;
                if (add_named(p, set, escaped)) {
                        p->at++;
                        return -1;
                }
                return (int)parse_escape(p, start);
        }
        if (sign == 0 || sign >= 0x80)
                wrong(p, "only ASCII signs can stand in brackets; write alternatives: (a|b)", start);
        if (sign == '[' && p->at < p->size && p->text[p->at] == ':')
                wrong(p, "there are no named sets in brackets; write \\d, \\w or \\s", start);
        return sign;
}

/* `-` and an end behind it make a range; before the bracket it is a sign. */
static bool starts_range(Parse *p) {
        size_t at;

        if (peek(p) != '-')
                return false;
        at = p->at++;
        if (peek(p) != ']' && peek(p) >= 0)
                return true;
        p->at = at;
        return false;
}

static void parse_range(Parse *p, uint32_t set) {
        size_t start = p->at;
        int low = parse_set_item(p, set);
        int high = low;

        if (low < 0 || p->result)
                return;
        if (starts_range(p)) {
                high = parse_set_item(p, set);
                if (high < low)
                        wrong(p, "the range goes backwards, or ends in a set", start);
        }
        if (!p->result)
                add_bytes(p, set, (unsigned)low, (unsigned)high);
}

/* Behind `[`. */
static uint32_t parse_set(Parse *p, size_t start) {
        uint32_t set = new_set(p);
        bool is_inverted = accept(p, '^');
        bool is_first = true;

        while (set && !p->result && (is_first || peek(p) != ']')) {
                if (peek(p) < 0) {
                        wrong(p, "a bracket is not closed", start);
                        break;
                }
                parse_range(p, set);
                is_first = false;
        }
        p->at++;
        if (is_inverted && !p->result)
                invert(p->tree->nodes + set);
        return set;
}

/* Atoms -------------------------------------------------------------------------------------------- */

static uint32_t parse_group(Parse *p, size_t start) {
        uint32_t node;

        if (++p->depth > REGEX_DEPTH_MAX) {
                fail(p, REGEX_E_LIMIT, "too many groups inside each other", start);
                return 0;
        }
        node = parse_choice(p);
        if (!accept(p, ')'))
                wrong(p, "a group is not closed", start);
        p->depth--;
        return node;
}

/* A letter beyond ASCII is one atom, however many bytes it has. */
static uint32_t parse_letter(Parse *p, unsigned char first) {
        uint32_t sequence, last = 0;

        if (first < 0xc0 || p->at == p->size || (p->text[p->at] & 0xc0) != 0x80)
                return new_letter(p, first);
        sequence = new_node(p, REGEX_SEQUENCE);
        if (p->result)
                return 0;
        append(p, sequence, &last, new_letter(p, first));
        while (!p->result && p->at < p->size && (p->text[p->at] & 0xc0) == 0x80) {
                uint32_t letter = new_letter(p, p->text[p->at++]);

                if (letter)
                        append(p, sequence, &last, letter);
        }
        return sequence;
}

static uint32_t parse_backslash(Parse *p, size_t start) {
        int escaped = peek_escaped(p, start);
        uint32_t set;

        if (escaped < 0)
                return 0;
        if (!strchr("dwsDWS", escaped) || escaped == 0)
                return new_letter(p, parse_escape(p, start));
        p->at++;
        set = new_set(p);
        add_named(p, set, escaped);
        return set;
}

static uint32_t parse_dot(Parse *p) {
        uint32_t set = new_set(p);

        if (set)
                add_bytes(p, set, 1, 255);
        return set;
}

static uint32_t parse_atom(Parse *p) {
        size_t start = p->at;
        unsigned char sign = p->text[p->at++];

        switch (sign) {
        case '(':
                return parse_group(p, start);
        case '[':
                return parse_set(p, start);
        case '.':
                return parse_dot(p);
        case '\\':
                return parse_backslash(p, start);
        case '*':
        case '+':
        case '?':
        case '{':
                wrong(p, "there is nothing to repeat; write a backslash before a sign that stands for itself",
                        start);
                return 0;
        case '^':
                wrong(p, "`^` can stand at the start of the pattern only", start);
                return 0;
        case '$':
                wrong(p, "`$` can stand at the end of the pattern only", start);
                return 0;
        case 0:
                wrong(p, "a pattern holds no zero", start);
                return 0;
        default:
                return parse_letter(p, sign);
        }
}

/* Repetitions ---------------------------------------------------------------------------------------- */

static uint32_t parse_number(Parse *p, size_t start) {
        uint32_t n = 0;
        bool has_digit = false;

        while (peek(p) >= '0' && peek(p) <= '9') {
                n = n * 10 + (uint32_t)(p->text[p->at++] - '0');
                has_digit = true;
                if (n > REGEX_REPEAT_MAX)
                        fail(p, REGEX_E_LIMIT, "too many repetitions", start);
        }
        if (!has_digit)
                wrong(p, "a repetition is written {n}, {n,} or {n,m}", start);
        return n;
}

static void parse_bounds(Parse *p, uint32_t *min, uint32_t *max, size_t start) {
        *min = *max = parse_number(p, start);
        if (accept(p, ','))
                *max = peek(p) == '}' ? REGEX_FOREVER : parse_number(p, start);
        if (!accept(p, '}'))
                wrong(p, "a repetition is written {n}, {n,} or {n,m}", start);
        else if (*max < *min)
                wrong(p, "the bounds of the repetition are exchanged", start);
}

static bool parse_times(Parse *p, uint32_t *min, uint32_t *max) {
        int sign = peek(p);
        size_t start = p->at;

        if (sign <= 0 || !strchr("*+?{", sign))
                return false;
        p->at++;
        *min = sign == '+';
        *max = sign == '?' ? 1 : REGEX_FOREVER;
        if (sign == '{')
                parse_bounds(p, min, max, start);
        return !p->result;
}

/* A node that has no letters is itself, however often. */
static uint32_t new_repeat(Parse *p, uint32_t child, uint32_t min, uint32_t max) {
        uint64_t times = max == REGEX_FOREVER ? (min ? min : 1) : max;
        uint32_t n = p->tree->nodes[child].n_positions;
        uint32_t node, last = 0;

        if (n == 0)
                return child;
        node = new_node(p, REGEX_REPEAT);
        if (!node)
                return 0;
        append(p, node, &last, child);
        p->tree->nodes[node].min = min;
        p->tree->nodes[node].max = max;
        p->tree->nodes[node].n_positions = saturate(n * times);
        return node;
}

static uint32_t parse_repeat(Parse *p) {
        uint32_t node = parse_atom(p);
        uint32_t min, max;
        unsigned n = 0;

        while (!p->result && parse_times(p, &min, &max)) {
                if (++n > REPEATS_MAX)
                        fail(p, REGEX_E_LIMIT, "too many repetitions of repetitions", p->at);
                else
                        node = new_repeat(p, node, min, max);
        }
        return node;
}

/* `^` and `$` at the ends of the whole pattern and of its outer alternatives mean nothing. */
static void skip_anchor(Parse *p, char sign) {
        size_t at;

        if (p->depth > 0 || peek(p) != sign)
                return;
        at = p->at++;
        if (sign == '$' && peek(p) != '|' && peek(p) >= 0)
                p->at = at;
}

static uint32_t parse_sequence(Parse *p) {
        uint32_t sequence = new_node(p, REGEX_SEQUENCE);
        uint32_t last = 0;

        skip_anchor(p, '^');
        for (;;) {
                uint32_t child;

                skip_anchor(p, '$');
                if (peek(p) < 0 || peek(p) == '|' || peek(p) == ')')
                        return sequence;
                child = parse_repeat(p);
                if (!p->result && child)
                        append(p, sequence, &last, child);
        }
}

static uint32_t parse_choice(Parse *p) {
        uint32_t choice = new_node(p, REGEX_CHOICE);
        uint32_t last = 0;

        do {
                uint32_t child = parse_sequence(p);

                if (!p->result)
                        append(p, choice, &last, child);
        } while (!p->result && accept(p, '|'));
        return choice;
}

int regex_parse(const char *pattern, size_t size, bool is_block, RegexProblem *problem, RegexTree *tree) {
        Parse p = {
                .text = (const unsigned char *)pattern,
                .size = size,
                .is_block = is_block,
                .tree = tree,
                .problem = problem,
        };

        *tree = (RegexTree){.nodes = NULL};
        new_node(&p, REGEX_EMPTY);
        tree->root = p.result ? 0 : parse_choice(&p);
        if (peek(&p) == ')')
                wrong(&p, "a group is closed that was not opened", p.at);
        if (!p.result && tree->nodes[tree->root].n_positions > REGEX_POSITIONS_MAX)
                fail(&p, REGEX_E_LIMIT, "the pattern is too large once its repetitions are written out", 0);
        return p.result;
}

void regex_tree_deinit(RegexTree *tree) {
        free(tree->nodes);
        *tree = (RegexTree){.nodes = NULL};
}
