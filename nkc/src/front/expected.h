/* SPDX-License-Identifier: MIT */
/*
 * What a parser expected instead of a token, in words, for the grammars of descriptions and of policies.
 * Bison's list is made readable: sets that mean one thing ("an expression") get its name, operators that
 * could go on nearly everywhere are left out, and a list that is still long is not shown.
 */
#pragma once

#include <stdbool.h>

#include "base/text.h"

#define EXPECTED_MAX    96 /* more tokens than a grammar has */
#define EXPECTED_LISTED 4u /* longer lists help nobody */

typedef struct Expected {
        const char *tokens[EXPECTED_MAX]; /* as the grammar names them: "'='", "interface", "a name" */
        unsigned n;
} Expected;

/* A set of tokens that is always expected together, and how it is called. Lists end with NULL where they have
 * room left. */
typedef struct ExpectedGroup {
        const char *sign[4];     /* all of these are expected … */
        const char *missing[2];  /* … and none of these */
        const char *readable[3]; /* what is said in place of words of the language, "a name" and `covered` */
        const char *covered[9];  /* punctuation and literals that belong to it */
} ExpectedGroup;

typedef struct ExpectedWords {
        const ExpectedGroup *groups; /* the first that fits is taken */
        size_t n_groups;
        const char *const *operators; /* what could also follow and is no help; ends with NULL */
} ExpectedWords;

void expected_add(Expected *e, const char *token);
bool expected_has(const Expected *e, const char *token);
bool expected_is_word(const char *token); /* of the language: "match" */
bool expected_is_any_of(const char *token, const char *const *list);

/* ", expected 'a', 'b' or a name"; nothing when there is nothing good to say. */
void expected_put(const Expected *e, const ExpectedWords *words, Text *out);
