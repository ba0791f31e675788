/* SPDX-License-Identifier: MIT */
/*
 * Score: one page that all processes of a site share. What they count, and the first thing that was
 * not as it should be.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Score {
        _Atomic bool stop;         /* the neighbour ends */
        _Atomic bool stop_attack;  /* the attacker ends */
        _Atomic uint64_t n_calls;  /* the neighbour's, each answered as it should be */
        _Atomic uint64_t n_rounds; /* the attacker's */
        _Atomic uint64_t n_served; /* requests that reached the server's implementation */
        _Atomic bool has_complaint;
        char complaint[256];
} Score;

/* All assert. */
Score *score_new(void);
void score_free(Score *s);

/* Keeps the first one; from any process. */
void score_complain(Score *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
