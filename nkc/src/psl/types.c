/* SPDX-License-Identifier: MIT */
/*
 * Numbers are computed with 128 bits and must stay between -2^63 and 2^64 - 1, as when the policy runs.
 */
#include "psl/types.h"

#include <string.h>

/* Names ------------------------------------------------------------------------------------------ */

typedef struct Number {
        const char *name;
        uint8_t bits;
        bool is_signed;
} Number;

static const Number numbers[POL_N_NUMBERS] = {
        [POL_U8] = {"UInt8", 8, false},
        [POL_U16] = {"UInt16", 16, false},
        [POL_U32] = {"UInt32", 32, false},
        [POL_U64] = {"UInt64", 64, false},
        [POL_S8] = {"SInt8", 8, true},
        [POL_S16] = {"SInt16", 16, true},
        [POL_S32] = {"SInt32", 32, true},
        [POL_S64] = {"SInt64", 64, true},
        [POL_BOOLEAN] = {"Boolean", 1, false},
};

bool pol_number_is_signed(PolNumber n) {
        return numbers[n].is_signed;
}

unsigned pol_number_bits(PolNumber n) {
        return numbers[n].bits;
}

const char *pol_number_text(PolNumber n) {
        return numbers[n].name;
}

bool pol_number_holds(PolNumber n, AstInt value) {
        unsigned bits = numbers[n].bits;

        if (numbers[n].is_signed)
                return value >= -((AstInt)1 << (bits - 1)) && value < (AstInt)1 << (bits - 1);
        return value >= 0 && value < (AstInt)1 << bits;
}

bool pol_number_named(const char *name, PolNumber *out) {
        for (unsigned i = 0; i < POL_N_NUMBERS; i++) {
                if (strcmp(numbers[i].name, name) == 0) {
                        *out = (PolNumber)i;
                        return true;
                }
        }
        return false;
}

bool pol_number_of(LayKind kind, PolNumber *out) {
        if (kind > LAY_SINT64)
                return false;
        *out = (PolNumber)(kind - LAY_UINT8); /* both lists have the same order */
        return true;
}

const char *pol_type_text(PolType t) {
        static const char *const texts[] = {
                [POL_T_BAD] = "an error",
                [POL_T_UNIT] = "()",
                [POL_T_BOOLEAN] = "a Boolean",
                [POL_T_NUMBER] = "a number",
                [POL_T_SCALAR] = "a number, a Boolean or ()",
                [POL_T_TEXT] = "a text",
                [POL_T_HANDLE] = "a handle with its rights",
                [POL_T_RECORD] = "a dictionary",
                [POL_T_SEQUENCE] = "a sequence",
                [POL_T_ARRAY] = "an array",
                [POL_T_BYTES] = "a buffer of bytes",
                [POL_T_MESSAGE] = "the message",
                [POL_T_LIST] = "a list",
                [POL_T_DICT] = "a dictionary",
        };

        return texts[t];
}

/* Leaves ----------------------------------------------------------------------------------------- */

static PolExpr *new_expr(const PolBuild *b, PolExprKind kind, PolType type, Span span) {
        PolExpr *e = ARENA_NEW(b->ctx->arena, PolExpr);

        *e = (PolExpr){.kind = kind, .type = type, .span = span};
        return e;
}

static PolExpr *new_const(const PolBuild *b, PolType type, Span span) {
        PolExpr *e = new_expr(b, POL_CONST, type, span);

        e->is_constant = true;
        return e;
}

const PolExpr *pol_bad_expr(const PolBuild *b, Span span) {
        return new_const(b, POL_T_BAD, span);
}

const PolExpr *pol_const_number(const PolBuild *b, Span span, AstInt value) {
        PolExpr *e = new_const(b, POL_T_NUMBER, span);

        e->value = value;
        e->number = value < 0 ? POL_S64 : POL_U64;
        return e;
}

static const PolExpr *const_of_type(const PolBuild *b, Span span, AstInt value, PolNumber number) {
        PolExpr *e = new_const(b, POL_T_NUMBER, span);

        e->value = value;
        e->number = number;
        return e;
}

const PolExpr *pol_const_boolean(const PolBuild *b, Span span, bool value) {
        PolExpr *e = new_const(b, POL_T_BOOLEAN, span);

        e->value = value;
        return e;
}

const PolExpr *pol_const_text(const PolBuild *b, Span span, const char *text) {
        PolExpr *e = new_const(b, POL_T_TEXT, span);

        e->text = text;
        return e;
}

const PolExpr *pol_const_unit(const PolBuild *b, Span span) {
        return new_const(b, POL_T_UNIT, span);
}

const PolExpr *pol_load(const PolBuild *b, Span span, PolPlace place, bool may_fail) {
        static const PolType types[] = {
                [LAY_HANDLE] = POL_T_HANDLE,
                [LAY_STRING] = POL_T_TEXT,
                [LAY_BYTES] = POL_T_BYTES,
                [LAY_SEQUENCE] = POL_T_SEQUENCE,
                [LAY_ARRAY] = POL_T_ARRAY,
                [LAY_STRUCT] = POL_T_RECORD,
                [LAY_UNION] = POL_T_RECORD,
        };
        PolExpr *e = new_expr(b, POL_LOAD, POL_T_NUMBER, span);

        if (!pol_number_of(place.type->kind, &e->number))
                e->type = types[place.type->kind];
        e->place = place;
        e->may_fail = may_fail || e->type == POL_T_TEXT; /* a text may hold a zero */
        e->reads_message = true;
        return e;
}

/* Folding ---------------------------------------------------------------------------------------- */

typedef struct Fold {
        AstInt value;
        bool is_lost; /* out of range */
} Fold;

static AstInt multiply(AstInt a, AstInt b, bool *is_lost) {
        __extension__ typedef unsigned __int128 Wide;
        Wide product = (Wide)(a < 0 ? -a : a) * (Wide)(b < 0 ? -b : b);
        bool is_negative = (a < 0) != (b < 0);

        if (product > (is_negative ? (Wide)1 << 63 : (Wide)UINT64_MAX))
                *is_lost = true;
        return is_negative ? -(AstInt)product : (AstInt)product;
}

static bool scalars_are_equal(const PolExpr *a, const PolExpr *b) {
        while (a->kind == POL_TO_SCALAR)
                a = a->items[0];
        while (b->kind == POL_TO_SCALAR)
                b = b->items[0];
        return a->type == b->type && a->value == b->value;
}

static AstInt fold_many(PolExprKind kind, const PolExpr *const *items, uint32_t n, bool *is_lost) {
        AstInt result = kind == POL_ALL || kind == POL_PRODUCT;

        for (uint32_t i = 0; i < n && !*is_lost; i++) {
                AstInt value = items[i]->value;

                if (kind == POL_ALL)
                        result &= value;
                else if (kind == POL_ANY)
                        result |= value;
                else if (kind == POL_SUM)
                        result += value;
                else
                        result = multiply(result, value, is_lost);
                *is_lost |= result < POL_INT_MIN || result > POL_INT_MAX;
        }
        return result;
}

static AstInt fold_two(PolExprKind kind, AstInt a, AstInt b, bool *is_lost) {
        switch ((int)kind) {
        case POL_ADD:
                return a + b;
        case POL_SUBTRACT:
                return a - b;
        case POL_MULTIPLY:
                return multiply(a, b, is_lost);
        case POL_BIT_AND:
                return a & b;
        case POL_BIT_OR:
                return a | b;
        case POL_LESS:
                return a < b;
        case POL_LESS_EQUAL:
                return a <= b;
        case POL_GREATER:
                return a > b;
        case POL_GREATER_EQUAL:
                return a >= b;
        case POL_AND:
                return a && b;
        case POL_OR:
                return a || b;
        default: /* POL_IMPLIES */
                return !a || b;
        }
}

static Fold fold(PolExprKind kind, const PolExpr *const *items, uint32_t n) {
        Fold f = {.value = 0};

        switch ((int)kind) {
        case POL_NOT:
                f.value = !items[0]->value;
                break;
        case POL_NEGATE:
                f.value = -items[0]->value;
                break;
        case POL_ABS:
                f.value = items[0]->value < 0 ? -items[0]->value : items[0]->value;
                break;
        case POL_ALL:
        case POL_ANY:
        case POL_SUM:
        case POL_PRODUCT:
                f.value = fold_many(kind, items, n, &f.is_lost);
                break;
        case POL_EQUAL:
        case POL_NOT_EQUAL:
                f.value = scalars_are_equal(items[0], items[1]) == (kind == POL_EQUAL);
                break;
        case POL_IS_EMPTY:
                f.value = items[0]->text && *items[0]->text == '\0' && intern_length(items[0]->text) == 0;
                break;
        default:
                f.value = fold_two(kind, items[0]->value, items[1]->value, &f.is_lost);
        }
        f.is_lost |= f.value < POL_INT_MIN || f.value > POL_INT_MAX;
        return f;
}

static bool is_arithmetic(PolExprKind kind) {
        return (kind >= POL_NEGATE && kind <= POL_BIT_OR && kind != POL_INVERT) || kind == POL_SUM ||
               kind == POL_PRODUCT || kind == POL_PICK;
}

static const PolExpr *folded(const PolBuild *b, PolExprKind kind, PolType type, Span span,
        const PolExpr *const *items, uint32_t n) {
        Fold f = fold(kind, items, n);

        if (!f.is_lost)
                return type == POL_T_BOOLEAN ? pol_const_boolean(b, span, f.value != 0)
                                             : pol_const_number(b, span, f.value);
        diag_report(b->ctx->diags, POL_OUT_OF_RANGE, span);
        return pol_bad_expr(b, span);
}

static bool is_foldable(PolExprKind kind) {
        return kind != POL_COND && kind != POL_PICK && kind != POL_TO_SCALAR && kind != POL_GROUP;
}

const PolExpr *pol_operation(const PolBuild *b, PolExprKind kind, PolType type, Span span,
        const PolExpr *const *items, uint32_t n) {
        PolExpr *e = new_expr(b, kind, type, span);
        bool are_constant = true, is_bad = false;

        e->items = ARENA_ARRAY(b->ctx->arena, const PolExpr *, n);
        e->n_items = n;
        for (uint32_t i = 0; i < n; i++) {
                e->items[i] = items[i];
                are_constant &= items[i]->is_constant;
                is_bad |= items[i]->type == POL_T_BAD;
                e->may_fail |= items[i]->may_fail;
                e->reads_message |= items[i]->reads_message;
        }
        if (is_bad)
                return pol_bad_expr(b, span);
        if (are_constant && is_foldable(kind))
                return folded(b, kind, type, span, items, n);
        if (are_constant && kind == POL_COND)
                return items[items[0]->value ? 1 : 2];
        e->is_constant = are_constant && kind != POL_PICK;
        e->may_fail |= is_arithmetic(kind);
        return e;
}

static bool converted(PolExprKind kind, PolNumber number, AstInt *value) {
        if (kind == POL_INVERT) {
                bool fits = pol_number_holds(number, *value);

                *value = pol_number_is_signed(number) ? -*value - 1
                                                      : (((AstInt)1 << pol_number_bits(number)) - 1) - *value;
                return fits;
        }
        return pol_number_holds(number, *value);
}

const PolExpr *pol_convert(
        const PolBuild *b, PolExprKind kind, PolNumber number, const PolExpr *item, Span span) {
        AstInt value = item->value;
        PolExpr *e;

        if (item->type == POL_T_BAD)
                return item;
        if (kind == POL_CAST && item->is_constant && !converted(kind, number, &value)) {
                diag_report(b->ctx->diags, POL_OUT_OF_RANGE, span);
                return pol_bad_expr(b, span);
        }
        if (item->is_constant &&
                (kind == POL_CAST || (kind == POL_INVERT && converted(kind, number, &value))))
                return const_of_type(b, span, value, number);
        e = new_expr(b, kind, kind == POL_TO_BOOLEAN ? POL_T_BOOLEAN : POL_T_NUMBER, span);
        e->number = number;
        e->items = ARENA_ARRAY(b->ctx->arena, const PolExpr *, 1);
        e->items[0] = item;
        e->n_items = 1;
        e->may_fail = true;
        e->reads_message = item->reads_message;
        return e;
}
