/* SPDX-License-Identifier: MIT */
/*
 * Lines for the console about the VFS itself. They go to the descriptor that the program was started with as
 * its standard error, not through the VFS, and need neither stdio nor memory.
 */
#pragma once

#define LOG_INIT   "[VFS_INIT] "
#define LOG_CLIENT "[VFS_CLIENT] "

#define LOG_LINE_MAX 512 /* bytes with the line's end; longer ones are cut */

/* One line, without its end. */
__attribute__((format(printf, 1, 2))) void log_line(const char *format, ...);
