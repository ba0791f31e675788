/* SPDX-License-Identifier: MIT */
/*
 * Signals held back: see signals.h.
 */
#include "signals.h"

#include <signal.h>
#include <sys/syscall.h>

#include "raw.h"

uint64_t signals_hold(void) {
        uint64_t all = ~(UINT64_C(1) << (SIGSYS - 1)), before = 0;

        (void)raw_call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, (long)&before, sizeof all, 0, 0);
        return before;
}

void signals_release(uint64_t before) {
        (void)raw_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof before, 0, 0);
}
