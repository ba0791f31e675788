/* SPDX-License-Identifier: MIT */
/*
 * Problems: everything wrong with a solution, collected and shown at once.
 *
 * A problem has a permanent number, a place in the init file, a sentence and notes. They are
 * printed in the order of the text, in the form of the compiler's diagnostics. Nothing here
 * prints by itself: the commands do.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bounds.h"
#include "pool.h"

/* A place in the init file; lines and columns count from 1, columns in code points. */
typedef struct Pos {
        uint32_t line; /* 0: no place */
        uint32_t column;
        uint32_t width; /* code points to underline */
} Pos;

/* Permanent numbers: shown as NKC-6xx, explained in docs/guide/running.md. Never reused. */
enum {
        PROBLEM_SYNTAX = 601,
        PROBLEM_FILE_TOO_LARGE = 602,
        PROBLEM_EMPTY = 603,
        PROBLEM_TYPE = 604,
        PROBLEM_UNKNOWN_KEY = 605,
        PROBLEM_DUPLICATE_KEY = 606,
        PROBLEM_MISSING_KEY = 607,
        PROBLEM_BAD_TEXT = 608,
        PROBLEM_TOO_LONG = 609,
        PROBLEM_TOO_MANY = 610,
        PROBLEM_BAD_NUMBER = 611,
        PROBLEM_DUPLICATE_TASK = 612,
        PROBLEM_UNKNOWN_TARGET = 613,
        PROBLEM_TARGET_SELF = 614,
        PROBLEM_NO_ENDPOINTS = 615,
        PROBLEM_DUPLICATE_ID = 616,
        PROBLEM_DUPLICATE_CHANNEL = 617,
        PROBLEM_HEADER = 618,
        PROBLEM_MACRO = 619,
        PROBLEM_UNKNOWN_CLASS = 620,
        PROBLEM_BAD_CLASS = 621,
        PROBLEM_NO_EXECUTABLE = 622,
        PROBLEM_NOT_EXECUTABLE = 623,
        PROBLEM_UNKNOWN_TASK = 624,
        PROBLEM_ORDER_CYCLE = 625,
        PROBLEM_BAD_WORD = 626,
        PROBLEM_GRANT = 627,
        PROBLEM_GRANT_SHARED = 628,
        PROBLEM_POLICY_CLASS = 629,
        PROBLEM_POLICY_STALE = 630,
        PROBLEM_MAX
};

typedef struct ProblemNote {
        struct ProblemNote *next;
        const char *word; /* "note" or "help" */
        Pos at;
        const char *text;
} ProblemNote;

typedef struct Problem {
        unsigned number;
        size_t index; /* in the order of finding, for places that are equal */
        Pos at;
        const char *text;
        ProblemNote *notes, **last_note;
} Problem;

typedef struct Problems {
        Pool *pool;
        const char *path;   /* as it is shown */
        const char *source; /* the init file's text, for the excerpts */
        size_t source_size;
        Problem list[PROBLEMS_MAX + 1]; /* the last one takes what is not shown */
        size_t n_found;
} Problems;

void problems_init(Problems *p, Pool *pool, const char *path);
/* The problem belongs to `p`; the pointer is valid until the problems are printed. Never NULL. */
Problem *problem_add(Problems *p, unsigned number, Pos at, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
void problem_note(Problems *p, Problem *problem, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* The way out: what to write or to call instead. */
void problem_help(Problems *p, Problem *problem, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* A note with a place of its own, such as "first one here". */
void problem_note_at(Problems *p, Problem *problem, Pos at, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* Sorts by place and prints all, with a last line that counts them. */
void problems_print(Problems *p, FILE *out);
