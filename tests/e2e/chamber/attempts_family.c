/* SPDX-License-Identifier: MIT */
/*
 * Attempts of one who may fork: at processes that are more than his children, and at too many of them.
 */
#include "attempts.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 1024 /* no chamber has more */

/* A child ends at once; one that shares our stack must not return from a function before. */
static int clone_with(unsigned long flags) {
        long pid = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);

        if (pid == 0)
                (void)syscall(SYS_exit_group, 0);
        return pid < 0 ? -1 : 0;
}

/* Each flag by itself, beside what is allowed: -1 when all are refused. */
static int clone_with_each(void) {
        static const unsigned long hints = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;

        for (unsigned bit = 8; bit < 32; bit++) {
                unsigned long flag = 1ul << bit;

                if (flag & (hints | CLONE_VM | CLONE_DETACHED))
                        continue;
                if (clone_with(flag | SIGCHLD) == 0)
                        return 0;
        }
        return -1;
}

static int clone_with_high_flags(void) {
        return clone_with(1ul << 32 | SIGCHLD) == 0 || clone_with(1ul << 33 | SIGCHLD) == 0 ? 0 : -1;
}

static int clone_in_its_memory(void) {
        static char stack[65536];

        return syscall(SYS_clone, CLONE_VM | SIGCHLD, stack + sizeof stack, NULL, NULL, NULL) < 0 ? -1 : 0;
}

static int spawn(void) {
        static char stack[65536];

        return syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof stack, NULL, NULL, NULL) <
                               0
                       ? -1
                       : 0;
}

static int clone_silently(void) {
        return clone_with(0);
}

static int clone_with_another_signal(void) {
        return clone_with(SIGKILL);
}

static int clone3_process(void) {
        uint64_t args[8] = {[4] = SIGCHLD};

        return (int)syscall(SYS_clone3, args, sizeof args);
}

static int execute(void) {
        static char *const none[] = {NULL};

        return execve("/bin/sh", none, none);
}

/* Until Linux refuses: each one lives until the family is ended. */
static int take_processes(void) {
        long pid;
        int n = 0;

        while ((pid = syscall(SYS_clone, (unsigned long)SIGCHLD, NULL, NULL, NULL, NULL)) > 0)
                n++;
        if (pid == 0)
                for (;;)
                        (void)pause();
        if (errno != EAGAIN)
                return -1;
        return n > 0 && n < PROCESSES_MAX ? CONTAINED : 0;
}

/* All of them multiply. */
static int explode(void) {
        while (syscall(SYS_clone, (unsigned long)SIGCHLD, NULL, NULL, NULL, NULL) >= 0)
                ;
        return errno == EAGAIN ? CONTAINED : -1;
}

static int lead_another_group(void) {
        return setpgid(0, 0) == 0 ? CONTAINED : -1;
}

static int join_outside_group(void) {
        return setpgid(0, outside);
}

static int wait_for_init(void) {
        return waitpid(1, NULL, WNOHANG);
}

static int wait_for_outside(void) {
        return waitpid(outside, NULL, WNOHANG);
}

static const Attempt list[] = {
        {"clone with each other flag", clone_with_each},
        {"clone with flags above 32 bits", clone_with_high_flags},
        {"clone in its memory", clone_in_its_memory},
        {"spawn", spawn},
        {"clone silently", clone_silently},
        {"clone with another signal", clone_with_another_signal},
        {"clone3 a process", clone3_process},
        {"execute", execute},
        {"take all processes", take_processes},
        {"explode", explode},
        {"lead another group", lead_another_group},
        {"join a group outside", join_outside_group},
        {"wait for its init", wait_for_init},
        {"wait for a process outside", wait_for_outside},
};
const Attempts attempts_family = {list, sizeof list / sizeof *list};
