/* SPDX-License-Identifier: MIT */
/*
 * What is special about a program of the host. When it asks for what no chamber has, making processes and
 * becoming another program, it gets an error, as it would without rights, and its user one line that says
 * why. Without its files it is not begun, and when it ends they are written back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "log.h"
#include "raw.h"
#include "trap.h"

#define SHOWN __attribute__((visibility("default")))

/* What it asked for first; the rest of the story is the same. */
static int refuse(const char *what) {
        static atomic_bool is_said;

        if (!atomic_exchange(&is_said, true))
                log_line(LOG_CLIENT "%s: a program in a chamber can't make processes or become another one "
                                    "(ENOSYS)",
                        what);
        errno = ENOSYS;
        return -1;
}

const bool call_keeps_streams = true; /* the terminal of who runs it */

/* The runtime tries whether the chamber holds, which the library must not answer. */
static pid_t try_really(void) {
        long r = raw_call(SYS_fork, 0, 0, 0, 0, 0, 0);

        if (r >= 0)
                return (pid_t)r;
        errno = (int)-r;
        return -1;
}

SHOWN pid_t fork(void) {
        return trap_is_held() ? try_really() : refuse("fork");
}

SHOWN pid_t vfork(void) {
        return refuse("vfork");
}

SHOWN int execve(const char *path, char *const *argv, char *const *envp) {
        (void)path;
        (void)argv;
        (void)envp;
        return refuse("execve");
}

/* Changing it by nothing is allowed to everybody. */
SHOWN int nice(int change) {
        if (change == 0)
                return getpriority(PRIO_PROCESS, 0);
        errno = EPERM;
        return -1;
}

/* Its user named what is to be mounted: with other files, or none, it may destroy what it should have made.
 */
void call_has_begun(void) {
        struct stat st;

        if (call(SYS_newfstatat, AT_FDCWD, (long)(uintptr_t) "/", (long)(uintptr_t)&st, 0, 0, 0) == 0)
                return;
        log_line(LOG_CLIENT "Without files the program is not begun.");
        _exit(EXIT_FAILURE);
}

/* The VFS ends with the program: what it has not written yet would be lost. That is also what the C library's
 * streams write when all destructors are through, and what a program wrote that calls _exit(). */
static void write_back(void) {
        if (!trap_is_held())
                (void)call(SYS_sync, 0, 0, 0, 0, 0, 0);
}

__attribute__((constructor)) static void ask_for_write_back(void) {
        call_before_exit(write_back);
}
