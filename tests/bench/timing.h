/* SPDX-License-Identifier: MIT */
/*
 * What the processes have in common that benchmarks of a solution time: clock, processor, median, end.
 */
#pragma once

#include <stdint.h>

#define TIMING_SAMPLES_MAX 4000u

uint64_t timing_now_ns(void);
/* Says what failed and ends the process with status 3. */
_Noreturn void timing_die(const char *what);
/* cpu -1: any. */
void timing_pin_to(long cpu);
/* Nanoseconds, median of n operations, no more than TIMING_SAMPLES_MAX; each gets its number. after: what
 * takes it back, not timed; NULL: nothing does. */
uint32_t timing_median(void (*operation)(uint32_t i), void (*after)(uint32_t i), uint32_t n);
/* The median of samples that were taken one by one; they are put in order. */
uint32_t timing_middle(uint32_t *samples, uint32_t n);
