/* SPDX-License-Identifier: MIT */
/*
 * Time as the transport counts it: CLOCK_MONOTONIC in nanoseconds (vDSO, about 30 ns a read).
 */
#pragma once

#include <stdint.h>
#include <time.h>

static inline uint64_t plat_now_ns(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}
