/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions of policies: compiled once, matched against a whole text in linear time.
 *
 * Needs the C library alone. Bytes are matched, not characters: `.` is any one byte, and a letter
 * beyond ASCII is the sequence of its bytes (so it cannot stand in brackets).
 *
 *     abc        itself; also space (but not in a block), `!`, `-`, `,` and other signs
 *     \x         the sign x itself; \n \r \t \f \v as in C; \xHH a byte other than zero
 *     \d \w \s   digit; letter, digit or _; space, \t \n \r \f \v.  \D \W \S any other byte
 *     .          any byte
 *     [a-z_] [^…]   one of a set, or none of it; \d \w \s and escapes inside; ] first or - last as they are
 *     (…) a|b    group, alternatives; either may be empty
 *     * + ?      any number, at least one, at most one
 *     {n} {n,} {n,m}   repetitions, n <= m <= REGEX_REPEAT_MAX
 *     ^ $        at the very start and the very end: nothing, the whole text must match anyhow
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define REGEX_POSITIONS_MAX 2048 /* letters and sets after repetitions are written out */
#define REGEX_REPEAT_MAX    1000
#define REGEX_DEPTH_MAX     64 /* groups inside each other */

typedef struct Regex Regex;

typedef struct RegexProblem {
        const char *text; /* static, one sentence without a full stop */
        size_t offset;    /* byte of the pattern */
} RegexProblem;

enum {
        REGEX_E_SYNTAX = 1, /* *problem is set */
        REGEX_E_LIMIT,      /* *problem is set: too large, too deep */
};

/* is_block: a ```regex block, in which white space that is not escaped means nothing.
 * 0, REGEX_E_SYNTAX, REGEX_E_LIMIT, -ENOMEM. */
int regex_new(const char *pattern, size_t size, bool is_block, RegexProblem *problem, Regex **ret_regex);
Regex *regex_free(Regex *regex);

/* The whole text? Allocates nothing; time is at most size times a constant of the pattern. Not for two
 * threads at once on one Regex. */
bool regex_match(Regex *regex, const char *text, size_t size);
