/* SPDX-License-Identifier: MIT */
/*
 * Formatted output of the runtime library.
 *
 * Source: rtl_printf is observed in public programs; the others are our choice.
 */
#ifndef RTL_STDIO_H
#define RTL_STDIO_H

#include <stdarg.h>

#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Writes text to the standard output, as printf() does, and through the same buffer.
 * format: as for printf(), NUL-terminated, not NULL.
 * Returns the number of bytes written, or a negative number when the output fails.
 * Blocks as the output does. Threads: safe; texts of two threads do not mix.
 */
int rtl_printf(const char *format, ...) __rtl_printf(1, 2);

/*
 * Writes text to memory, as snprintf() does: never more than `size` bytes, with the NUL if size > 0.
 * Returns the length the whole text has, without the NUL; the text was cut when that is >= size.
 * Negative when the format is bad. Threads: safe.
 */
int rtl_snprintf(char *buffer, rtl_size_t size, const char *format, ...) __rtl_printf(3, 4);

/* Both with a list of arguments, which is used up. */
int rtl_vprintf(const char *format, va_list args) __rtl_printf(1, 0);
int rtl_vsnprintf(char *buffer, rtl_size_t size, const char *format, va_list args) __rtl_printf(3, 0);

#ifdef __cplusplus
}
#endif

#endif
