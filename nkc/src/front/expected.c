/* SPDX-License-Identifier: MIT */
/*
 * Lists of expected tokens, made readable.
 */
#include "front/expected.h"

void expected_add(Expected *e, const char *token) {
        if (e->n < EXPECTED_MAX)
                e->tokens[e->n++] = token;
}

bool expected_has(const Expected *e, const char *token) {
        for (unsigned i = 0; i < e->n; i++) {
                if (strcmp(e->tokens[i], token) == 0)
                        return true;
        }
        return false;
}

bool expected_is_any_of(const char *token, const char *const *list) {
        for (; *list; list++) {
                if (strcmp(token, *list) == 0)
                        return true;
        }
        return false;
}

/* "EDL" is the one in capitals. */
bool expected_is_word(const char *token) {
        return (token[0] >= 'a' && token[0] <= 'z' && !strchr(token, ' ')) || strcmp(token, "EDL") == 0;
}

static bool fits(const ExpectedGroup *g, const Expected *e) {
        for (size_t i = 0; i < sizeof g->sign / sizeof g->sign[0] && g->sign[i]; i++) {
                if (!expected_has(e, g->sign[i]))
                        return false;
        }
        for (size_t i = 0; i < sizeof g->missing / sizeof g->missing[0] && g->missing[i]; i++) {
                if (expected_has(e, g->missing[i]))
                        return false;
        }
        return true;
}

static const ExpectedGroup *find_group(const Expected *e, const ExpectedWords *words) {
        for (size_t i = 0; i < words->n_groups; i++) {
                if (fits(&words->groups[i], e))
                        return &words->groups[i];
        }
        return NULL;
}

static bool is_covered(const ExpectedGroup *g, const char *token) {
        for (size_t i = 0; i < sizeof g->covered / sizeof g->covered[0] && g->covered[i]; i++) {
                if (strcmp(token, g->covered[i]) == 0)
                        return true;
        }
        return expected_is_word(token) || strcmp(token, "a name") == 0;
}

typedef struct Listing {
        const char *items[EXPECTED_LISTED];
        unsigned n; /* may exceed what fits: then nothing is listed */
} Listing;

static void list_item(Listing *l, const char *item) {
        if (l->n < EXPECTED_LISTED)
                l->items[l->n] = item;
        l->n++;
}

static Listing make_listing(const Expected *e, const ExpectedWords *words) {
        const ExpectedGroup *group = find_group(e, words);
        Listing listing = {.n = 0};
        bool only_operators = true;

        for (size_t i = 0;
                group && i < sizeof group->readable / sizeof group->readable[0] && group->readable[i]; i++)
                list_item(&listing, group->readable[i]);
        for (unsigned i = 0; i < e->n; i++)
                only_operators = only_operators && expected_is_any_of(e->tokens[i], words->operators);
        for (unsigned i = 0; i < e->n; i++) {
                const char *token = e->tokens[i];

                if (group && is_covered(group, token))
                        continue;
                if (only_operators || !expected_is_any_of(token, words->operators))
                        list_item(&listing, token);
        }
        return listing;
}

/* Some operators of the grammars have names without quotes. */
static bool needs_quotes(const char *item) {
        return expected_is_word(item) || item[0] == '<' || item[0] == '>' || item[0] == '*';
}

void expected_put(const Expected *e, const ExpectedWords *words, Text *out) {
        Listing l = make_listing(e, words);

        if (l.n == 0 || l.n > EXPECTED_LISTED)
                return;
        text_puts(out, ", expected ");
        for (unsigned i = 0; i < l.n; i++) {
                if (i > 0)
                        text_puts(out, i + 1 == l.n ? " or " : ", ");
                text_printf(out, needs_quotes(l.items[i]) ? "'%s'" : "%s", l.items[i]);
        }
}
