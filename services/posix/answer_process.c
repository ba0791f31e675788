/* SPDX-License-Identifier: MIT */
/*
 * Answers about processes, of a library whose program may make some (call_fork).
 */
#include "answers.h"

#include "trap.h"

/* The runtime tries whether the chamber holds, which nobody else must answer. */
long answer_fork(const CallArgs *args) {
        return trap_is_held() ? call_kernel(args) : call_fork(args);
}

long answer_wait(const CallArgs *args) {
        long r = call_kernel(args);

        if (r >= 0)
                call_waited();
        return r;
}

long answer_exec(const CallArgs *args) {
        return trap_is_held() ? call_kernel(args) : call_exec();
}
