/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks of a whole solution: it runs without a policy, one of its processes times rows in rounds and
 * writes what it found, in nanoseconds, into a file that it was granted. What decisions cost is measured by
 * bench_ksm.
 */
#pragma once

#include <stdio.h>

#include "tool.h"

#define FIGURES_MAX         256
#define FIGURES_RESULT      "result" /* the file */
#define FIGURES_RESULT_SIZE 65536    /* bytes; spaces at first */

typedef struct Figures {
        int n_rounds, n_rows;
        double numbers[FIGURES_MAX]; /* a round after the other, and what is written behind them */
} Figures;

/* What goes wrong in these ends the program with status 3. */

/* An empty file of results, and the solution's init.yaml, with its first line: to be filled and finished. */
FILE *figures_begin(const Tool *t);
/* isolation: the option of `caisson run`. Reads n_rounds x n_rows numbers and n_more others. */
void figures_run(const Tool *t, const char *isolation, Figures *f, int n_more);

/* Puts them in order. */
double figures_median(double *values, int n);
/* Medians over the rounds: of a row, and of one over another in the same round. */
double figures_time(const Figures *f, int row);
double figures_ratio(const Figures *f, int row, int over);
/* One of the others, from 0. */
double figures_other(const Figures *f, int i);
