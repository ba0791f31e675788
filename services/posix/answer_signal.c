/* SPDX-License-Identifier: MIT */
/*
 * Answers that keep the trap alive: SIGSYS stays unblocked and keeps its handler, whatever a program does
 * with its signals. A trapped call while it is blocked would end the process.
 */
#include "answers.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "raw.h"
#include "trap.h"

/* Sets of signals as the kernel has them. */
typedef uint64_t KernelSet;

#define SET_SIZE ((long)sizeof(KernelSet))
#define THE_TRAP (UINT64_C(1) << (SIGSYS - 1))

/* A copy without the trap's signal. Returns its address, or the argument when it is NULL. */
static long without_trap(long set, KernelSet *copy) {
        if (!set)
                return 0;
        memcpy(copy, (const void *)set, sizeof *copy);
        *copy &= ~THE_TRAP;
        return (long)copy;
}

static long with_set(const CallArgs *args, unsigned place, unsigned size_place) {
        CallArgs changed = *args;
        KernelSet set;

        if (args->a[place] && args->a[size_place] != SET_SIZE)
                return -EINVAL;
        changed.a[place] = without_trap(args->a[place], &set);
        return call_kernel(&changed);
}

long answer_sigprocmask(const CallArgs *args) {
        if ((int)args->a[0] == SIG_UNBLOCK)
                return call_kernel(args);
        return with_set(args, 1, 3);
}

long answer_sigsuspend(const CallArgs *args) {
        return with_set(args, 0, 1);
}

long answer_ppoll(const CallArgs *args) {
        return with_set(args, 3, 4);
}

long answer_epoll_pwait(const CallArgs *args) {
        return with_set(args, 4, 5);
}

/* The set and its size are behind the last argument. */
long answer_pselect(const CallArgs *args) {
        CallArgs changed = *args;
        long given[2];
        KernelSet set;

        if (!args->a[5])
                return call_kernel(args);
        memcpy(given, (const void *)args->a[5], sizeof given);
        if (given[0] && given[1] != SET_SIZE)
                return -EINVAL;
        given[0] = without_trap(given[0], &set);
        changed.a[5] = (long)given;
        return call_kernel(&changed);
}

/* --- waits in pieces --- */

/* Which one it was nobody says. */
static bool has_ending_handler(KernelSet masked) {
        for (int i = 1; i <= (int)(8 * sizeof masked); i++) {
                TrapAction action = {.handler = (long)SIG_DFL};

                if (i == SIGSYS || (masked >> (i - 1) & 1) ||
                        raw_call(SYS_rt_sigaction, i, 0, (long)&action, SET_SIZE, 0, 0) < 0)
                        continue;
                if (action.handler != (long)SIG_DFL && action.handler != (long)SIG_IGN &&
                        !(action.flags & SA_RESTART))
                        return true;
        }
        return false;
}

bool signals_end_wait(uint64_t before) {
        const struct timespec at_once = {0};

        return raw_call(SYS_ppoll, 0, 0, (long)&at_once, (long)&before, SET_SIZE, 0) == -EINTR &&
               has_ending_handler(before);
}

/* --- handlers --- */

/* What a program believes to be its handler of the trap's signal, and what a sent one does. */
static TrapAction own_action;

static long change_own(const CallArgs *args) {
        if (args->a[2])
                memcpy((void *)args->a[2], &own_action, sizeof own_action);
        if (args->a[1])
                memcpy(&own_action, (const void *)args->a[1], sizeof own_action);
        return 0;
}

long answer_sigaction(const CallArgs *args) {
        CallArgs changed = *args;
        TrapAction action;

        if (args->a[3] != SET_SIZE)
                return -EINVAL;
        if ((int)args->a[0] == SIGSYS && trap_is_set())
                return change_own(args);
        if (!args->a[1])
                return call_kernel(args);
        memcpy(&action, (const void *)args->a[1], sizeof action);
        action.mask &= ~THE_TRAP;
        changed.a[1] = (long)&action;
        return call_kernel(&changed);
}

void trap_forward(int signal, siginfo_t *info, void *context) {
        void (*with_one)(int);
        void (*with_three)(int, siginfo_t *, void *);

        if (own_action.handler == (long)SIG_IGN || own_action.handler == (long)SIG_DFL)
                return; /* sent by somebody, and nobody wants it */
        if (own_action.flags & SA_SIGINFO) {
                memcpy(&with_three, &own_action.handler, sizeof with_three);
                with_three(signal, info, context);
        } else {
                memcpy(&with_one, &own_action.handler, sizeof with_one);
                with_one(signal);
        }
}
