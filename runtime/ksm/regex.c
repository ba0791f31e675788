/* SPDX-License-Identifier: MIT */
/*
 * Matching: the positions of a regular expression as an automaton without backtracking.
 *
 * Each letter or set is a position; one more is the start. After a prefix of the text, the positions
 * that could have taken its last byte are a set; the next set follows from it and the next byte alone.
 * Sets met before are kept as numbered states with their transitions, in a cache of fixed size that
 * is emptied when full; so the time for a byte is bounded by the pattern, and mostly one table read.
 * Bytes that no set tells apart are one class, which keeps the table small.
 */
#include "regex.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "regex_tree.h"

#define WORDS_MAX  ((REGEX_POSITIONS_MAX + 1 + 63) / 64)
#define STATES_MAX 64u
#define START      0u
#define DEAD       1u /* nothing can match any more */
#define UNKNOWN    255u

typedef struct Set {
        uint64_t words[WORDS_MAX];
} Set;

struct Regex {
        uint32_t n_words;
        uint32_t n_classes;
        uint32_t start;   /* position before the first byte */
        uint64_t *follow; /* [position]: what may come next */
        uint64_t *takes;  /* [class]: who takes such a byte */
        Set accept;       /* where the text may end */
        uint8_t class_of[256];

        /* The cache. */
        uint32_t n_states;
        uint64_t *sets; /* [state] */
        uint8_t *next;  /* [state][class] */
        bool accepts[STATES_MAX];
};

/* Building ------------------------------------------------------------------------------------------- */

/* A part of the expression: where it begins and ends. */
typedef struct Part {
        bool is_nullable;
        Set first;
        Set last;
} Part;

typedef struct Build {
        Regex *regex;
        const RegexTree *tree;
        uint32_t n_positions;
        uint8_t member[256]; /* a byte of each class */
} Build;

static void unite(const Regex *r, Set *set, const Set *other) {
        for (uint32_t i = 0; i < r->n_words; i++)
                set->words[i] |= other->words[i];
}

/* Every end of one part leads to every beginning of another. */
static void join(Regex *r, const Set *last, const Set *first) {
        for (uint32_t w = 0; w < r->n_words; w++) {
                for (uint64_t rest = last->words[w]; rest; rest &= rest - 1) {
                        uint64_t *row = r->follow + (w * 64 + (uint32_t)__builtin_ctzll(rest)) * r->n_words;

                        for (uint32_t i = 0; i < r->n_words; i++)
                                row[i] |= first->words[i];
                }
        }
}

static void build_set(Build *b, const RegexNode *node, Part *part) {
        uint32_t at = b->n_positions++;
        uint64_t bit = (uint64_t)1 << (at % 64);

        part->is_nullable = false;
        part->first.words[at / 64] |= bit;
        part->last.words[at / 64] |= bit;
        for (uint32_t i = 0; i < b->regex->n_classes; i++) {
                uint8_t byte = b->member[i];

                if ((node->bytes[byte / 8] >> (byte % 8)) & 1)
                        b->regex->takes[i * b->regex->n_words + at / 64] |= bit;
        }
}

/* *part becomes *part followed by *more. */
static void extend(Regex *r, Part *part, const Part *more) {
        join(r, &part->last, &more->first);
        if (part->is_nullable)
                unite(r, &part->first, &more->first);
        if (!more->is_nullable)
                memset(&part->last, 0, sizeof(part->last));
        unite(r, &part->last, &more->last);
        part->is_nullable &= more->is_nullable;
}

static void build(Build *b, uint32_t number, Part *part);

static void build_repeat(Build *b, const RegexNode *node, Part *part) {
        bool is_endless = node->max == REGEX_FOREVER;
        uint32_t n = !is_endless ? node->max : node->min ? node->min : 1;

        for (uint32_t i = 0; i < n; i++) {
                Part copy;

                build(b, node->first, &copy);
                if (is_endless && i == n - 1)
                        join(b->regex, &copy.last, &copy.first);
                copy.is_nullable |= i >= node->min;
                extend(b->regex, part, &copy);
        }
}

static void build_choice(Build *b, const RegexNode *node, Part *part) {
        part->is_nullable = false;
        for (uint32_t child = node->first; child; child = b->tree->nodes[child].next) {
                Part branch;

                build(b, child, &branch);
                unite(b->regex, &part->first, &branch.first);
                unite(b->regex, &part->last, &branch.last);
                part->is_nullable |= branch.is_nullable;
        }
}

/* Recursion ends at the depth of groups that the parser admits. */
static void build(Build *b, uint32_t number, Part *part) {
        const RegexNode *node = b->tree->nodes + number;

        *part = (Part){.is_nullable = true};
        switch (node->kind) {
        case REGEX_EMPTY:
                return;
        case REGEX_SET:
                build_set(b, node, part);
                return;
        case REGEX_SEQUENCE:
                for (uint32_t child = node->first; child; child = b->tree->nodes[child].next) {
                        Part more;

                        build(b, child, &more);
                        extend(b->regex, part, &more);
                }
                return;
        case REGEX_CHOICE:
                build_choice(b, node, part);
                return;
        case REGEX_REPEAT:
                build_repeat(b, node, part);
                return;
        }
}

/* Splits the classes of bytes at every set of the expression. */
static void classify(Build *b) {
        Regex *r = b->regex;
        uint32_t n = 1;

        for (uint32_t i = 0; i < b->tree->n_nodes; i++) {
                const RegexNode *node = b->tree->nodes + i;
                uint16_t split[256] = {0}; /* new class, plus one, of those inside the set */
                uint16_t outside[256] = {0};

                if (node->kind != REGEX_SET)
                        continue;
                for (unsigned byte = 0; byte < 256; byte++)
                        if (!((node->bytes[byte / 8] >> (byte % 8)) & 1))
                                outside[r->class_of[byte]] = 1;
                for (unsigned byte = 0; byte < 256; byte++) {
                        uint8_t class = r->class_of[byte];

                        if (!((node->bytes[byte / 8] >> (byte % 8)) & 1) || !outside[class])
                                continue;
                        if (!split[class])
                                split[class] = (uint16_t)++n;
                        r->class_of[byte] = (uint8_t)(split[class] - 1);
                }
        }
        for (unsigned byte = 0; byte < 256; byte++)
                b->member[r->class_of[byte]] = (uint8_t)byte;
        r->n_classes = n;
}

static int allocate(Regex *r) {
        r->follow = calloc((r->start + 1) * (size_t)r->n_words, sizeof(uint64_t));
        r->takes = calloc((size_t)r->n_classes * r->n_words, sizeof(uint64_t));
        r->sets = calloc((size_t)STATES_MAX * r->n_words, sizeof(uint64_t));
        r->next = malloc((size_t)STATES_MAX * r->n_classes);
        return r->follow && r->takes && r->sets && r->next ? 0 : -ENOMEM;
}

/* The cache --------------------------------------------------------------------------------------------- */

static uint64_t *set_of(Regex *r, uint32_t state) {
        return r->sets + (size_t)state * r->n_words;
}

static uint32_t add_state(Regex *r, const uint64_t *set) {
        uint32_t state = r->n_states++;

        memcpy(set_of(r, state), set, r->n_words * sizeof(uint64_t));
        memset(r->next + (size_t)state * r->n_classes, UNKNOWN, r->n_classes);
        r->accepts[state] = false;
        for (uint32_t i = 0; i < r->n_words; i++)
                r->accepts[state] |= (set[i] & r->accept.words[i]) != 0;
        return state;
}

static void reset_cache(Regex *r) {
        Set set = {{0}};

        r->n_states = 0;
        set.words[r->start / 64] = (uint64_t)1 << (r->start % 64);
        add_state(r, set.words);
        set.words[r->start / 64] = 0;
        add_state(r, set.words);
}

/* The set after one more byte of the class. */
static void advance(const Regex *r, const uint64_t *from, uint32_t class, uint64_t *to) {
        const uint64_t *takes = r->takes + (size_t) class * r->n_words;

        memset(to, 0, r->n_words * sizeof(uint64_t));
        for (uint32_t w = 0; w < r->n_words; w++) {
                for (uint64_t rest = from[w]; rest; rest &= rest - 1) {
                        const uint64_t *row =
                                r->follow + (w * 64 + (uint32_t)__builtin_ctzll(rest)) * r->n_words;

                        for (uint32_t i = 0; i < r->n_words; i++)
                                to[i] |= row[i];
                }
        }
        for (uint32_t i = 0; i < r->n_words; i++)
                to[i] &= takes[i];
}

static uint32_t find_state(Regex *r, const uint64_t *set) {
        for (uint32_t state = 0; state < r->n_states; state++)
                if (memcmp(set_of(r, state), set, r->n_words * sizeof(uint64_t)) == 0)
                        return state;
        return UNKNOWN;
}

static uint32_t step(Regex *r, uint32_t state, uint32_t class) {
        uint64_t set[WORDS_MAX];
        uint32_t next;

        advance(r, set_of(r, state), class, set);
        next = find_state(r, set);
        if (next == UNKNOWN && r->n_states == STATES_MAX) {
                reset_cache(r);
                return add_state(r, set);
        }
        if (next == UNKNOWN)
                next = add_state(r, set);
        r->next[(size_t)state * r->n_classes + class] = (uint8_t)next;
        return next;
}

bool regex_match(Regex *regex, const char *text, size_t size) {
        uint32_t state = START;

        for (size_t i = 0; i < size && state != DEAD; i++) {
                uint32_t class = regex->class_of[(unsigned char)text[i]];
                uint32_t next = regex->next[(size_t)state * regex->n_classes + class];

                state = next != UNKNOWN ? next : step(regex, state, class);
        }
        return regex->accepts[state];
}

/* From the tree to an automaton. */
static int compile(const RegexTree *tree, Regex *r) {
        Build b = {.regex = r, .tree = tree};
        Part whole;
        Set start = {{0}};

        r->start = tree->nodes[tree->root].n_positions;
        r->n_words = r->start / 64 + 1;
        classify(&b);
        if (allocate(r) < 0)
                return -ENOMEM;
        build(&b, tree->root, &whole);
        start.words[r->start / 64] = (uint64_t)1 << (r->start % 64);
        join(r, &start, &whole.first);
        r->accept = whole.last;
        if (whole.is_nullable)
                unite(r, &r->accept, &start);
        reset_cache(r);
        return 0;
}

int regex_new(const char *pattern, size_t size, bool is_block, RegexProblem *problem, Regex **ret_regex) {
        RegexTree tree;
        Regex *regex = NULL;
        int r = regex_parse(pattern, size, is_block, problem, &tree);

        if (r == 0) {
                regex = calloc(1, sizeof(*regex));
                r = regex ? compile(&tree, regex) : -ENOMEM;
        }
        regex_tree_deinit(&tree);
        if (r != 0) {
                regex_free(regex);
                return r;
        }
        *ret_regex = regex;
        return 0;
}

Regex *regex_free(Regex *regex) {
        if (!regex)
                return NULL;
        free(regex->follow);
        free(regex->takes);
        free(regex->sets);
        free(regex->next);
        free(regex);
        return NULL;
}
