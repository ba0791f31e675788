/* SPDX-License-Identifier: MIT */
/*
 * Attributes of the compiler under the names that public programs use.
 *
 * Source: __rtl_unused and __unused are observed as attributes of parameters; the others are our
 * choice.
 */
#ifndef RTL_COMPILER_H
#define RTL_COMPILER_H

#define __rtl_unused            __attribute__((unused))
#define __rtl_noreturn          __attribute__((noreturn))
#define __rtl_packed            __attribute__((packed))
#define __rtl_printf(fmt, args) __attribute__((format(printf, fmt, args)))

/* Some systems define it in <sys/cdefs.h>. */
#ifndef __unused
#define __unused __attribute__((unused))
#endif

#endif
