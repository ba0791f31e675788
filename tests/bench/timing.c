/* SPDX-License-Identifier: MIT */
/*
 * Timing: samples of single operations, the end of one is the beginning of the next.
 */
#include "timing.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

uint64_t timing_now_ns(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

_Noreturn void timing_die(const char *what) {
        (void)fprintf(stderr, "%s failed\n", what);
        exit(3);
}

void timing_pin_to(long cpu) {
        cpu_set_t set;

        if (cpu < 0)
                return;
        CPU_ZERO(&set);
        CPU_SET((size_t)cpu, &set);
        if (sched_setaffinity(0, sizeof set, &set) < 0)
                timing_die("sched_setaffinity");
}

static int by_time(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

uint32_t timing_middle(uint32_t *samples, uint32_t n) {
        qsort(samples, n, sizeof *samples, by_time);
        return samples[n / 2];
}

uint32_t timing_median(void (*operation)(uint32_t i), void (*after)(uint32_t i), uint32_t n) {
        static uint32_t samples[TIMING_SAMPLES_MAX];
        uint64_t at;

        if (n > TIMING_SAMPLES_MAX)
                timing_die("room for so many samples");
        at = timing_now_ns();
        for (uint32_t i = 0; i < n; i++) {
                uint64_t before = at;

                operation(i);
                at = timing_now_ns();
                samples[i] = (uint32_t)(at - before);
                if (!after)
                        continue;
                after(i);
                at = timing_now_ns();
        }
        return timing_middle(samples, n);
}
