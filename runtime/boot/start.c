/* SPDX-License-Identifier: MIT */
/*
 * What the library does before main.
 *
 * Every program gets this object, also one that calls nothing of ours: the link options of the SDK
 * ask for kos_start by name. A program's standard output is a pipe to the kernel process; by the
 * line it is shown when it is said, and not lost when the program is stopped. The boot block is
 * loaded here so that its descriptors are close-on-exec before the program can start anything. A process
 * that is to be debugged from the start (`caisson run --stop`) stops at the end of this.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "boot.h"

__attribute__((constructor)) void kos_start(void);

void kos_start(void) {
        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        (void)boot_get();
        if (getenv("CAISSON_STOP"))
                (void)raise(SIGSTOP);
}
