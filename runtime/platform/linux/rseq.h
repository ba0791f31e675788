/* SPDX-License-Identifier: MIT */
/*
 * Restartable sequences: what a thread pays at each switch for something that hardly a program uses.
 *
 * glibc registers every thread, and from then on Linux looks at, and writes into, the thread's memory each
 * time it goes back to it. Two ends that hand one processor to each other pay that twice a call.
 */
#pragma once

#include <stdbool.h>

/* Ends the calling thread's registration, if it has one. sched_getcpu() works on, by a call into the vDSO;
 * what uses such sequences finds no processor number there and takes its other way. False: it goes on as it
 * was. */
bool plat_leave_rseq(void);

/* The same, the first time in each thread. */
static inline void plat_leave_rseq_once(void) {
        static _Thread_local bool has_left;

        if (has_left)
                return;
        has_left = true;
        (void)plat_leave_rseq();
}
