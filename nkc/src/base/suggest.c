/* SPDX-License-Identifier: MIT */
/*
 * Edit distance with three rows. A letter costs LETTER, a change of case CASE; a candidate is
 * close when at most every third letter is wrong.
 */
#include "base/suggest.h"

#include <ctype.h>
#include <string.h>

#define LETTER 4u
#define CASE   1u

static unsigned replace_cost(char a, char b) {
        if (a == b)
                return 0;
        return tolower((unsigned char)a) == tolower((unsigned char)b) ? CASE : LETTER;
}

static unsigned min3(unsigned a, unsigned b, unsigned c) {
        unsigned m = a < b ? a : b;

        return m < c ? m : c;
}

static unsigned distance(const char *a, size_t n_a, const char *b, size_t n_b) {
        unsigned rows[3][SUGGEST_NAME_MAX + 1];
        unsigned *before = rows[0], *above = rows[1], *row = rows[2];

        for (size_t j = 0; j <= n_b; j++)
                above[j] = (unsigned)j * LETTER;
        for (size_t i = 1; i <= n_a; i++) {
                unsigned *oldest = before;

                row[0] = (unsigned)i * LETTER;
                for (size_t j = 1; j <= n_b; j++) {
                        row[j] = min3(above[j] + LETTER, row[j - 1] + LETTER,
                                above[j - 1] + replace_cost(a[i - 1], b[j - 1]));
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                                before[j - 2] + LETTER < row[j])
                                row[j] = before[j - 2] + LETTER;
                }
                before = above;
                above = row;
                row = oldest;
        }
        return above[n_b];
}

Suggest suggest_for(const char *wanted) {
        size_t length = strlen(wanted);
        unsigned letters = length <= SUGGEST_NAME_MAX ? (unsigned)length / 3 : 0;

        return (Suggest){.wanted = wanted, .best_cost = letters * LETTER + 2 * CASE + 1};
}

void suggest_offer(Suggest *s, const char *candidate) {
        size_t n_a = strlen(s->wanted), n_b = strlen(candidate);
        size_t apart = n_a > n_b ? n_a - n_b : n_b - n_a;
        unsigned cost;

        if (n_a > SUGGEST_NAME_MAX || n_b > SUGGEST_NAME_MAX || apart * LETTER >= s->best_cost)
                return;
        cost = distance(s->wanted, n_a, candidate, n_b);
        if (cost >= s->best_cost || cost == 0)
                return;
        s->best = candidate;
        s->best_cost = cost;
}
