/* SPDX-License-Identifier: MIT */
/*
 * Base types of the runtime library, and the small macros that public programs use with them.
 *
 * The names are observed in public programs or documented in prototypes; the widths follow from
 * the names. Source: headers rtl/ of the SDK, as seen from their users.
 */
#ifndef RTL_TYPES_H
#define RTL_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include <rtl/compiler.h>

typedef int8_t rtl_int8_t;
typedef int16_t rtl_int16_t;
typedef int32_t rtl_int32_t;
typedef int64_t rtl_int64_t;
typedef uint8_t rtl_uint8_t;
typedef uint16_t rtl_uint16_t;
typedef uint32_t rtl_uint32_t;
typedef uint64_t rtl_uint64_t;

typedef size_t rtl_size_t;
typedef ptrdiff_t rtl_ptrdiff_t;
typedef intptr_t rtl_intptr_t;
typedef uintptr_t rtl_uintptr_t;

typedef int rtl_bool;

#define rtl_false 0
#define rtl_true  1
#define RTL_NULL  NULL

/* A constant of exactly that type; x: a literal without suffix. */
#define RTL_UINT8_C(x)  ((rtl_uint8_t)UINT8_C(x))
#define RTL_UINT16_C(x) ((rtl_uint16_t)UINT16_C(x))
#define RTL_UINT32_C(x) ((rtl_uint32_t)UINT32_C(x))
#define RTL_UINT64_C(x) ((rtl_uint64_t)UINT64_C(x))

/* Number of elements of an array (not of a pointer). A constant expression. */
#define rtl_countof(array) (sizeof(array) / sizeof((array)[0]))

/* Smaller and larger of two values of one type. Constant expressions for constants; the chosen
 * argument is evaluated twice. */
#define rtl_min(a, b) ((a) < (b) ? (a) : (b))
#define rtl_max(a, b) ((a) > (b) ? (a) : (b))

/* x rounded to a multiple of `align`, a power of two, in the type of x. x is evaluated once. */
#define rtl_align_down(x, align) ((__typeof__(x))((x) & ~((__typeof__(x))(align)-1)))
#define rtl_align_up(x, align)                                                                               \
        ((__typeof__(x))(((x) + ((__typeof__(x))(align)-1)) & ~((__typeof__(x))(align)-1)))

#endif
