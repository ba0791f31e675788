/* SPDX-License-Identifier: MIT */
/*
 * Edit distance with swaps, three rows of the usual table at a time.
 */
#include "spell.h"

#include <string.h>

static size_t min3(size_t a, size_t b, size_t c) {
        size_t least = a < b ? a : b;

        return least < c ? least : c;
}

static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size) {
        size_t rows[3][SPELL_WORD_MAX + 1];
        size_t *older = rows[0], *last = rows[1], *now = rows[2];

        for (size_t j = 0; j <= b_size; j++)
                last[j] = j;
        for (size_t i = 1; i <= a_size; i++) {
                size_t *spare = older;

                now[0] = i;
                for (size_t j = 1; j <= b_size; j++) {
                        size_t differs = a[i - 1] != b[j - 1];

                        now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + differs);
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                                now[j] = min3(now[j], older[j - 2] + 1, now[j]);
                }
                older = last;
                last = now;
                now = spare;
        }
        return last[b_size];
}

Spell spell_start(const char *word) {
        return (Spell){.word = word, .best = NULL, .distance = (strlen(word) + 2) / 3 + 1};
}

void spell_offer(Spell *s, const char *candidate) {
        size_t word_size = strlen(s->word), size = strlen(candidate);
        size_t d;

        if (word_size > SPELL_WORD_MAX || size > SPELL_WORD_MAX || word_size == 0)
                return;
        d = distance(s->word, word_size, candidate, size);
        if (d > 0 && d < s->distance) {
                s->distance = d;
                s->best = candidate;
        }
}
