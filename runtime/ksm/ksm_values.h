/* SPDX-License-Identifier: MIT */
/*
 * Values of the policy language in generated code. Part of ksm_module.h.
 *
 * Number: KsmInt, wide enough for every sum of two operands; the value of an expression lies in
 *         -2^63 .. 2^64 - 1 or the expression fails. So comparisons across types and signs mean what
 *         they say, and C's == != < <= > >= are used on KsmInt as they are.
 * Boolean: bool; C's ! & | on variables (a ==> b is !a | b).
 * Text:   KsmText, a view into a constant or into the message.
 * Literal variants (ScalarLiteral): KsmScalar, where the type is known only at run time.
 * Lists:  arrays of KsmInt or bool in generated code, with their count.
 */
#pragma once

#include <string.h>

#include "ksm_call.h"

__extension__ typedef __int128 KsmInt;

#define KSM_INT_MIN ((KsmInt)INT64_MIN)
#define KSM_INT_MAX ((KsmInt)UINT64_MAX)

/* Types of stored values: fields of messages, entries, map values. */
typedef enum KsmType {
        KSM_U8,
        KSM_U16,
        KSM_U32,
        KSM_U64,
        KSM_S8,
        KSM_S16,
        KSM_S32,
        KSM_S64,
        KSM_BOOLEAN, /* 0 or 1 */
        KSM_N_TYPES
} KsmType;

typedef struct KsmText {
        const char *bytes; /* not terminated */
        uint32_t size;
} KsmText;

typedef enum KsmScalarKind { KSM_SCALAR_UNIT, KSM_SCALAR_BOOLEAN, KSM_SCALAR_NUMBER } KsmScalarKind;

typedef struct KsmScalar {
        KsmScalarKind kind;
        KsmInt value; /* BOOLEAN: 0 or 1; UNIT: 0 */
} KsmScalar;

/* A Handle in a message, as the policy sees it. */
typedef struct KsmHandle {
        KsmSid sid; /* KSM_SID_NONE: no handle was sent */
        uint32_t rights;
} KsmHandle;

/* Level of integrity. */
typedef struct KsmLevel {
        uint64_t categories; /* bit i: category i of the object's configuration */
        uint32_t degree;     /* index, 0 is the lowest */
} KsmLevel;

/* Numbers ---------------------------------------------------------------------------------------- */

static inline uint32_t ksm_type_bits(KsmType type) {
        static const uint8_t bits[KSM_N_TYPES] = {8, 16, 32, 64, 8, 16, 32, 64, 1};

        return bits[type];
}

static inline bool ksm_type_is_signed(KsmType type) {
        return type >= KSM_S8 && type <= KSM_S64;
}

static inline bool ksm_type_holds(KsmType type, KsmInt value) {
        uint32_t bits = ksm_type_bits(type);

        if (ksm_type_is_signed(type))
                return value >= -((KsmInt)1 << (bits - 1)) && value < (KsmInt)1 << (bits - 1);
        return value >= 0 && value < (KsmInt)1 << bits;
}

/* value, or 0 and failure when it left the range. */
static inline KsmInt ksm_int_checked(KsmCall *c, KsmInt value) {
        if (value >= KSM_INT_MIN && value <= KSM_INT_MAX)
                return value;
        ksm_fail(c, KSM_WHY_OVERFLOW);
        return 0;
}

static inline KsmInt ksm_int_add(KsmCall *c, KsmInt a, KsmInt b) {
        return ksm_int_checked(c, a + b);
}

static inline KsmInt ksm_int_sub(KsmCall *c, KsmInt a, KsmInt b) {
        return ksm_int_checked(c, a - b);
}

/* Through magnitudes: the product of two of them fits 128 bits without sign, not with one. */
static inline KsmInt ksm_int_mul(KsmCall *c, KsmInt a, KsmInt b) {
        __extension__ typedef unsigned __int128 Wide;
        Wide product = (Wide)(a < 0 ? -a : a) * (Wide)(b < 0 ? -b : b);
        bool is_negative = (a < 0) != (b < 0);

        if (product > (is_negative ? (Wide)INT64_MAX + 1 : (Wide)UINT64_MAX)) {
                ksm_fail(c, KSM_WHY_OVERFLOW);
                return 0;
        }
        return is_negative ? -(KsmInt)product : (KsmInt)product;
}

static inline KsmInt ksm_int_neg(KsmCall *c, KsmInt a) {
        return ksm_int_checked(c, -a);
}

static inline KsmInt ksm_int_abs(KsmCall *c, KsmInt a) {
        return ksm_int_checked(c, a < 0 ? -a : a);
}

/* The whole sum must be in range; the terms are, so it cannot leave 128 bits on its way. */
static inline KsmInt ksm_int_sum(KsmCall *c, const KsmInt *list, uint32_t n) {
        KsmInt sum = 0;

        for (uint32_t i = 0; i < n; i++)
                sum += list[i];
        return ksm_int_checked(c, sum);
}

/* Every partial product must be in range. */
static inline KsmInt ksm_int_product(KsmCall *c, const KsmInt *list, uint32_t n) {
        KsmInt product = 1;

        for (uint32_t i = 0; i < n; i++)
                product = ksm_int_mul(c, product, list[i]);
        return product;
}

/* A number as another type: it must fit. */
static inline KsmInt ksm_int_cast(KsmCall *c, KsmInt a, KsmType type) {
        if (ksm_type_holds(type, a))
                return a;
        ksm_fail(c, KSM_WHY_TYPE);
        return 0;
}

/* `~ a` of an operand of that type. */
static inline KsmInt ksm_int_invert(KsmCall *c, KsmInt a, KsmType type) {
        if (!ksm_type_holds(type, a)) {
                ksm_fail(c, KSM_WHY_TYPE);
                return 0;
        }
        return ksm_type_is_signed(type) ? -a - 1 : (((KsmInt)1 << ksm_type_bits(type)) - 1) - a;
}

/* Bitwise, as if both were in two's complement without end: -1 & x is x. */
static inline KsmInt ksm_int_and(KsmCall *c, KsmInt a, KsmInt b) {
        return ksm_int_checked(c, a & b);
}

static inline KsmInt ksm_int_or(KsmCall *c, KsmInt a, KsmInt b) {
        return ksm_int_checked(c, a | b);
}

/* A number used as a SID. */
static inline KsmSid ksm_int_sid(KsmCall *c, KsmInt a) {
        if (a > 0 && a < UINT32_MAX)
                return (KsmSid)a;
        ksm_fail(c, KSM_WHY_SID);
        return KSM_SID_NONE;
}

/* Booleans and lists ----------------------------------------------------------------------------- */

static inline bool ksm_all(const bool *list, uint32_t n) {
        bool all = true;

        for (uint32_t i = 0; i < n; i++)
                all &= list[i];
        return all;
}

static inline bool ksm_any(const bool *list, uint32_t n) {
        bool any = false;

        for (uint32_t i = 0; i < n; i++)
                any |= list[i];
        return any;
}

/* `list.[index]` of a list written in the policy: the position, or 0 and failure. n > 0. */
static inline uint32_t ksm_index(KsmCall *c, KsmInt index, uint32_t n) {
        if (index >= 0 && index < n)
                return (uint32_t)index;
        ksm_fail(c, KSM_WHY_INDEX);
        return 0;
}

/* Variants ---------------------------------------------------------------------------------------- */

static inline KsmScalar ksm_scalar_unit(void) {
        return (KsmScalar){.kind = KSM_SCALAR_UNIT, .value = 0};
}

static inline KsmScalar ksm_scalar_bool(bool value) {
        return (KsmScalar){.kind = KSM_SCALAR_BOOLEAN, .value = value};
}

static inline KsmScalar ksm_scalar_int(KsmInt value) {
        return (KsmScalar){.kind = KSM_SCALAR_NUMBER, .value = value};
}

/* Values of different kinds are different. */
static inline bool ksm_scalar_equal(KsmScalar a, KsmScalar b) {
        return a.kind == b.kind && a.value == b.value;
}

/* A variant where a number, or a Boolean, is needed. */
static inline KsmInt ksm_scalar_to_int(KsmCall *c, KsmScalar a) {
        if (a.kind == KSM_SCALAR_NUMBER)
                return a.value;
        ksm_fail(c, KSM_WHY_TYPE);
        return 0;
}

static inline bool ksm_scalar_to_bool(KsmCall *c, KsmScalar a) {
        if (a.kind == KSM_SCALAR_BOOLEAN)
                return a.value != 0;
        ksm_fail(c, KSM_WHY_TYPE);
        return false;
}

/* Texts -------------------------------------------------------------------------------------------- */

/* A literal without zeros inside: KSM_TEXT("on"). */
#define KSM_TEXT(literal) ((KsmText){.bytes = (literal), .size = (uint32_t)(sizeof(literal) - 1)})

static inline bool ksm_text_equal(KsmText a, KsmText b) {
        return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}
