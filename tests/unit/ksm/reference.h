/* SPDX-License-Identifier: MIT */
/*
 * The models once more, as plainly as possible: a world that is copied before each event and put back when
 * it is denied. For tests that compare. Every object of policy.h is in it, every method is known.
 */
#pragma once

#include "policy.h"

#define REF_SIDS    12 /* 0 .. 11 */
#define REF_ENTRIES 3  /* of the larger HashSet */
#define REF_KEYS    2  /* of the larger StaticMap */

typedef struct RefEntry {
        bool is_used;
        KsmInt parts[2];
} RefEntry;

typedef struct RefSet {
        bool is_there;
        RefEntry entries[REF_ENTRIES];
} RefSet;

typedef struct RefMap {
        bool is_there;
        KsmInt base[REF_KEYS];
        KsmInt working[REF_KEYS];
} RefMap;

typedef struct RefLabel {
        bool is_there;
        KsmLevel level;
        KsmLevel level_r;
} RefLabel;

/* One SID's contexts: T_DOOR, T_GATE; T_SET, T_PAIRS; T_MAP, T_SMALL; T_MIC, T_LATTICE. */
typedef struct RefSid {
        bool is_alive;
        int flow[2]; /* state, -1: none */
        RefSet sets[2];
        RefMap maps[2];
        RefLabel labels[2];
} RefSid;

typedef struct RefWorld {
        RefSid sids[REF_SIDS];
} RefWorld;

void ref_init(RefWorld *w);
void ref_die(RefWorld *w, KsmSid sid);

/* True: the event is granted, and its effects are there. results: of each step; values: of expressions. */
bool ref_event(RefWorld *w, const TStep *steps, size_t n, bool *results, KsmInt *values);
bool ref_is_expression(KsmMethod method);

/* What steps are chosen from: every object with its methods. */
typedef struct RefKind {
        TObject object;
        KsmMethod first;
        KsmMethod last;
} RefKind;

extern const RefKind ref_kinds[T_N_OBJECTS];

/* Operands worth trying; NULL in a list of levels stands for (). */
#define REF_LEVELS 6
#define REF_TEXTS  8
extern const KsmLevel *const ref_levels[2][REF_LEVELS]; /* of T_MIC, of T_LATTICE */
extern const char *const ref_texts[REF_TEXTS];          /* keys and texts to match; never NULL */
