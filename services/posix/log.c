/* SPDX-License-Identifier: MIT */
/*
 * Lines for the console: see log.h.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "raw.h"

void log_line(const char *format, ...) {
        char line[LOG_LINE_MAX];
        va_list args;
        int n;

        va_start(args, format);
        n = vsnprintf(line, sizeof line - 1, format, args);
        va_end(args);
        if (n < 0)
                return;
        if (n > LOG_LINE_MAX - 2)
                n = LOG_LINE_MAX - 2;
        line[n] = '\n';
        (void)raw_call(SYS_write, STDERR_FILENO, (long)line, n + 1, 0, 0, 0);
}
