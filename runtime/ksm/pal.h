/* SPDX-License-Identifier: MIT */
/*
 * Runtime of policy tests: runs the `assert` sets of a policy against its decision code.
 *
 * nkc writes tables of cases (messages included, byte for byte) and a main() that calls pal_main().
 * Every sequence runs the setup, its own cases and the cases of `finally`, stops at its first failing
 * case, and leaves the security module as it found it.
 *
 * Processes. `v <- execute dst=Class` makes a process of the class, asks for its `execute` and keeps its
 * SID in v. A class in the place of a process means the latest process of that class that was started in
 * the sequence; before any, one is made without an `execute`. The kernel's class always means the kernel.
 * No source in `execute`: the kernel. A handle in a message names a variable, or a number: equal numbers are
 * the same resource. KSM_SIDS_MAX of both can live in one sequence.
 */
#pragma once

#include <stdio.h>

#include "ksm_module.h"

typedef enum PalExpect { PAL_GRANT, PAL_DENY, PAL_ANY } PalExpect;

typedef enum PalRefKind { PAL_NOBODY, PAL_CLASS, PAL_VARIABLE, PAL_NUMBER } PalRefKind;

/* Who: a class (index in the module), a variable (index below n_variables), or a number of a resource. */
typedef struct PalRef {
        PalRefKind kind;
        uint32_t index;
} PalRef;

/* A handle in the constant part: its SID is stored at `offset`, start of an nk_handle_desc_t. NOBODY: none.
 */
typedef struct PalHandle {
        uint32_t offset;
        PalRef ref;
} PalHandle;

typedef struct PalCase {
        const char *file;
        uint32_t line;
        const char *text;  /* of the case, on one line, maybe shortened */
        const char *title; /* NULL: none */
        PalExpect expect;
        KsmEventKind kind;
        PalRef src;        /* NOBODY in `execute`: the kernel */
        PalRef dst;        /* `execute`: a CLASS to start; NOBODY in `security` */
        uint32_t variable; /* `execute`: gets the SID; KSM_NONE: none */
        uint16_t riid;
        uint16_t mid;
        const void *message; /* constant part, header included; SIDs of handles are 0. NULL in `execute` */
        const void *arena;
        uint32_t message_size;
        uint32_t arena_size;
        uint32_t n_handles;
        const PalHandle *handles;
} PalCase;

typedef struct PalCases {
        uint32_t n;
        const PalCase *cases;
} PalCases;

typedef struct PalSequence {
        const char *title; /* never NULL: nkc numbers those without */
        const char *file;
        uint32_t line;
        PalCases cases;
} PalSequence;

typedef struct PalSet {
        const char *title; /* never NULL */
        PalCases setup;
        PalCases finally;
        uint32_t n_sequences;
        const PalSequence *sequences;
} PalSet;

typedef struct PalSuite {
        uint32_t n_sets;
        uint32_t n_variables; /* in all sets; each sequence starts with all of them empty */
        const PalSet *sets;
} PalSuite;

/*
 * The whole program. Output is that of usual test runners (`[ RUN      ]`, `[       OK ]`, `[  FAILED  ]`,
 * `[  PASSED  ]`) on `out`; a failing case prints its place, what was expected, and the audit line.
 *     --list           names of the tests, SET.SEQUENCE, and nothing else
 *     --filter TEXT    only tests whose name contains TEXT; none: wrong usage
 *     --tap            lines for test harnesses instead: Test Anything Protocol
 *     --audit          the audit line of every case
 *     --coverage FILE  JSON: which sites ran, which granted and denied, which methods were asked for
 * 0: all passed; 1: some failed; 2: wrong usage; 3: cannot run.
 */
int pal_main(int argc, char **argv, const KsmModule *module, const PalSuite *suite, FILE *out);
