/* SPDX-License-Identifier: MIT */
/*
 * The models once more, as plainly as possible: a world that is copied before each event and put back when
 * it is denied. For tests that compare.
 */
#pragma once

#include "policy.h"

#define REF_SIDS    12 /* 0 .. 11 */
#define REF_ENTRIES 3

/* One SID's contexts in the objects T_DOOR, T_GATE; T_SET; T_MAP; T_MIC. */
typedef struct RefSid {
        bool is_alive;
        int flow[2]; /* state, -1: none */
        bool has_set;
        int entries[REF_ENTRIES]; /* -1: free */
        bool has_map;
        KsmInt base[2];
        KsmInt working[2];
        bool has_level;
        uint32_t level;
        uint32_t level_r;
} RefSid;

typedef struct RefWorld {
        RefSid sids[REF_SIDS];
} RefWorld;

void ref_init(RefWorld *w);
void ref_die(RefWorld *w, KsmSid sid);
/* The step's result; an expression's value goes to *value. A step that is no grant changes nothing. */
bool ref_step(RefWorld *w, const TStep *step, KsmInt *value);
