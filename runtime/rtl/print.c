/* SPDX-License-Identifier: MIT */
/*
 * Formatted output of <rtl/stdio.h>, on top of the C library.
 */
#include <rtl/stdio.h>

#include <stdio.h>

int rtl_vprintf(const char *format, va_list args) {
        return vprintf(format, args);
}

int rtl_vsnprintf(char *buffer, rtl_size_t size, const char *format, va_list args) {
        return vsnprintf(buffer, size, format, args);
}

int rtl_printf(const char *format, ...) {
        va_list args;
        int n;

        va_start(args, format);
        n = rtl_vprintf(format, args);
        va_end(args);
        return n;
}

int rtl_snprintf(char *buffer, rtl_size_t size, const char *format, ...) {
        va_list args;
        int n;

        va_start(args, format);
        n = rtl_vsnprintf(buffer, size, format, args);
        va_end(args);
        return n;
}
