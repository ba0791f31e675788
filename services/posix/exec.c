/* SPDX-License-Identifier: MIT */
/*
 * What is special about a program of the host: it has its caller's terminal, and without its files it is not
 * begun.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "exec_fork.h"
#include "log.h"

#define SHOWN __attribute__((visibility("default")))

const bool call_keeps_streams = true; /* the terminal of who runs it */

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

        exec_may_fork();
        if (call(SYS_newfstatat, AT_FDCWD, (long)(uintptr_t) "/", (long)(uintptr_t)&st, 0, 0, 0) == 0)
                return;
        log_line(LOG_CLIENT "Without files the program is not begun.");
        _exit(EXIT_FAILURE);
}
