/* SPDX-License-Identifier: MIT */
/*
 * The trap: file calls that do not come through the symbols, of the C library's own streams for one, or of
 * syscall(), are answered all the same.
 *
 * A filter of the process's own turns each of them into SIGSYS, and the handler puts the answer into the
 * register where the program expects the system call's result. Calls from raw_call() go through. The filter
 * can't be taken away again and holds for all threads that come later; SIGSYS can't be blocked or handled
 * otherwise (answer_signal.c).
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* struct sigaction as the kernel has it. */
typedef struct TrapAction {
        long handler;
        unsigned long flags;
        long restorer;
        uint64_t mask;
} TrapAction;

/* Sets it for this thread and those it creates; again: nothing to do. 0 or a negative errno. */
int trap_set(void);
bool trap_is_set(void);
/* A SIGSYS that was sent by somebody. */
void trap_forward(int signal, siginfo_t *info, void *context);

/* While it is true, trapped calls fail with EACCES: the chamber is being closed, and tries whether it holds.
 */
void trap_hold(bool on);
bool trap_is_held(void);
