/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": the candidate that is nearest to a misspelt word.
 *
 * Distance counts inserted, removed, replaced and swapped neighbouring letters. A candidate
 * counts only within a third of the word's length, so that a wild guess is never offered.
 */
#pragma once

#include <stddef.h>

#define SPELL_WORD_MAX 64u /* longer words get no suggestion */

typedef struct Spell {
        const char *word;
        const char *best; /* NULL: nothing near enough so far */
        size_t distance;
} Spell;

Spell spell_start(const char *word);
/* Keeps the first of equally near candidates; the candidate is borrowed. The word itself is no
 * suggestion. */
void spell_offer(Spell *s, const char *candidate);
