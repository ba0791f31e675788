/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": offered names are compared with the one that was not found, by edit distance
 * (insert, delete, replace, swap of neighbours; upper and lower case differ by less than a letter).
 */
#pragma once

#include <stddef.h>

#define SUGGEST_NAME_MAX 64 /* longer names are not compared */

typedef struct Suggest {
        const char *wanted;
        const char *best; /* NULL: nothing close enough was offered */
        unsigned best_cost;
} Suggest;

/* Usage: Suggest s = suggest_for("UInt23"); for each known name suggest_offer(&s, name); s.best */
Suggest suggest_for(const char *wanted);
void suggest_offer(Suggest *s, const char *candidate); /* borrowed; the first of equally close ones stays */
