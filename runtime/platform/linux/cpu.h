/* SPDX-License-Identifier: MIT */
/*
 * Processors: where this thread runs, how to be polite in a loop.
 */
#pragma once

#include <sched.h>
#include <stdint.h>

/* Number of the processor this thread runs on; stale the moment it is read. */
static inline uint32_t plat_cpu(void) {
        int cpu = sched_getcpu();

        return cpu < 0 ? 0 : (uint32_t)cpu;
}

static inline void plat_relax(void) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield" ::: "memory");
#endif
}
