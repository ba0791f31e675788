/* SPDX-License-Identifier: MIT */
/*
 * What all file systems in memory may take: see rambudget.h.
 */
#include "rambudget.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "envnum.h"

static RamBudget all;

uint64_t rambudget_left(const RamBudget *b) {
        uint64_t left = UINT64_MAX;

        for (; b; b = b->of) {
                uint64_t used = atomic_load_explicit(&b->used, memory_order_relaxed);
                uint64_t here = used < b->max ? b->max - used : 0;

                left = here < left ? here : left;
        }
        return left;
}

uint64_t rambudget_memory(void) {
        long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
        uint64_t memory = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 2ull << 30;
        struct rlimit limit;

        if (getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur < memory)
                memory = limit.rlim_cur;
        return memory;
}

static void begin(void) {
        all.max = envnum_size_of(RAMBUDGET_VARIABLE, getenv(RAMBUDGET_VARIABLE), rambudget_memory() / 4 * 3);
}

RamBudget *rambudget_all(void) {
        static pthread_once_t once = PTHREAD_ONCE_INIT;

        (void)pthread_once(&once, begin);
        return &all;
}
