/* SPDX-License-Identifier: MIT */
/*
 * Constant expressions, in 128-bit signed arithmetic. What leaves that range, divides by zero or
 * shifts and raises by nonsense is an error at the operator; the value of a constant must fit its
 * declared type. The precedence of operators is the parser's business.
 */
#include "passes.h"

#define INT128_MAX ((((AstInt)1 << 126) - 1) * 2 + 1)
#define INT128_MIN (-INT128_MAX - 1)

typedef struct IntRange {
        const char *name;
        unsigned bits;
        bool is_signed;
} IntRange;

static const IntRange ranges[] = {
        [SEMA_UINT8] = {"UInt8", 8, false},
        [SEMA_UINT16] = {"UInt16", 16, false},
        [SEMA_UINT32] = {"UInt32", 32, false},
        [SEMA_UINT64] = {"UInt64", 64, false},
        [SEMA_SINT8] = {"SInt8", 8, true},
        [SEMA_SINT16] = {"SInt16", 16, true},
        [SEMA_SINT32] = {"SInt32", 32, true},
        [SEMA_SINT64] = {"SInt64", 64, true},
};

typedef struct Eval {
        Sema *s;
        SemaFile *file;
        uint32_t order;
} Eval;

const char *sema_int_text(AstInt value, char buffer[SEMA_INT_TEXT]) {
        char *at = buffer + SEMA_INT_TEXT - 1;
        bool is_negative = value < 0;

        /* Digits are taken from the negative number: it has room for every value. */
        if (!is_negative)
                value = -value;
        *at = '\0';
        do {
                *--at = (char)('0' - (int)(value % 10));
                value /= 10;
        } while (value != 0);
        if (is_negative)
                *--at = '-';
        return at;
}

static bool add(AstInt a, AstInt b, AstInt *sum) {
        if (b > 0 ? a > INT128_MAX - b : a < INT128_MIN - b)
                return false;
        *sum = a + b;
        return true;
}

static bool subtract(AstInt a, AstInt b, AstInt *difference) {
        if (b > 0 ? a < INT128_MIN + b : a > INT128_MAX + b)
                return false;
        *difference = a - b;
        return true;
}

/* Checked by dividing, since the built-in check needs a library that not every compiler links. */
static bool multiply(AstInt a, AstInt b, AstInt *product) {
        if (a == 0 || b == 0) {
                *product = 0;
                return true;
        }
        if ((a == -1 && b == INT128_MIN) || (b == -1 && a == INT128_MIN))
                return false;
        if (a > 0 ? (b > 0 ? a > INT128_MAX / b : b < INT128_MIN / a)
                  : (b > 0 ? a < INT128_MIN / b : b < INT128_MAX / a))
                return false;
        *product = a * b;
        return true;
}

static bool power(AstInt base, AstInt exponent, AstInt *result) {
        AstInt value = 1;

        if (base == 0 || base == 1 || base == -1) {
                *result = exponent == 0 ? 1 : (base == -1 && exponent % 2 == 0) ? 1 : base;
                return true;
        }
        if (exponent > 127)
                return false;
        for (AstInt i = 0; i < exponent; i++)
                if (!multiply(value, base, &value))
                        return false;
        *result = value;
        return true;
}

static bool complain_overflow(const Eval *e, const AstExpr *expr) {
        diag_report(e->s->ctx->diags, OVERFLOW_128, expr->span, ast_op_text(expr->op));
        return false;
}

static bool check_shift(const Eval *e, const AstExpr *expr, AstInt distance) {
        char text[SEMA_INT_TEXT];

        if (distance >= 0 && distance <= 127)
                return true;
        diag_report(e->s->ctx->diags, SHIFT_RANGE, expr->right->span, sema_int_text(distance, text));
        return false;
}

static bool check_divisor(const Eval *e, const AstExpr *expr, AstInt a, AstInt b) {
        if (b == 0) {
                diag_report(e->s->ctx->diags, DIVISION_BY_ZERO, expr->right->span);
                return false;
        }
        if (a == INT128_MIN && b == -1)
                return complain_overflow(e, expr);
        return true;
}

static bool check_exponent(const Eval *e, const AstExpr *expr, AstInt exponent) {
        char text[SEMA_INT_TEXT];

        if (exponent >= 0)
                return true;
        diag_report(e->s->ctx->diags, NEGATIVE_EXPONENT, expr->right->span, sema_int_text(exponent, text));
        return false;
}

static bool apply_binary(const Eval *e, const AstExpr *expr, AstInt a, AstInt b, AstInt *value) {
        bool fits = true;

        switch (expr->op) {
        case AST_OP_POWER:
                if (!check_exponent(e, expr, b))
                        return false;
                fits = power(a, b, value);
                break;
        case AST_OP_MULTIPLY:
                fits = multiply(a, b, value);
                break;
        case AST_OP_DIVIDE:
        case AST_OP_REMAINDER:
                if (!check_divisor(e, expr, a, b))
                        return false;
                *value = expr->op == AST_OP_DIVIDE ? a / b : a % b;
                break;
        case AST_OP_ADD:
                fits = add(a, b, value);
                break;
        case AST_OP_SUBTRACT:
                fits = subtract(a, b, value);
                break;
        case AST_OP_SHIFT_LEFT:
                if (!check_shift(e, expr, b))
                        return false;
                /* 2 ** 127 itself does not fit; shifting 0 by 127 does. */
                fits = b < 127 ? multiply(a, (AstInt)1 << b, value) : (a == 0 || a == -1);
                if (fits && b == 127)
                        *value = a == 0 ? 0 : INT128_MIN;
                break;
        case AST_OP_SHIFT_RIGHT:
                if (!check_shift(e, expr, b))
                        return false;
                *value = a >> b;
                break;
        case AST_OP_AND:
                *value = a & b;
                break;
        case AST_OP_XOR:
                *value = a ^ b;
                break;
        case AST_OP_OR:
                *value = a | b;
                break;
        case AST_OP_NONE:
        case AST_OP_NEGATE:
        case AST_OP_PLUS:
        case AST_OP_INVERT:
                return false;
        }
        return fits || complain_overflow(e, expr);
}

static bool apply_unary(const Eval *e, const AstExpr *expr, AstInt a, AstInt *value) {
        if (expr->op == AST_OP_NEGATE && a == INT128_MIN)
                return complain_overflow(e, expr);
        *value = expr->op == AST_OP_NEGATE ? -a : expr->op == AST_OP_INVERT ? ~a : a;
        return true;
}

/* The height of a tree is limited by the parser, so the recursion is bounded. */
static bool evaluate(const Eval *e, const AstExpr *expr, AstInt *value) {
        const SemaSymbol *symbol;
        AstInt a, b;

        switch (expr->kind) {
        case AST_EXPR_BAD:
                return false;
        case AST_EXPR_INTEGER:
                *value = expr->value;
                return true;
        case AST_EXPR_NAME:
                symbol = sema_find_constant(e->s, e->file, &expr->name, e->order);
                if (symbol)
                        *value = symbol->value;
                return symbol != NULL;
        case AST_EXPR_PAREN:
                return evaluate(e, expr->left, value);
        case AST_EXPR_UNARY:
                return evaluate(e, expr->left, &a) && apply_unary(e, expr, a, value);
        case AST_EXPR_BINARY:
                return evaluate(e, expr->left, &a) && evaluate(e, expr->right, &b) &&
                       apply_binary(e, expr, a, b, value);
        }
        return false;
}

bool sema_evaluate(Sema *s, SemaFile *f, const AstExpr *expr, uint32_t order, AstInt *value) {
        return evaluate(&(Eval){.s = s, .file = f, .order = order}, expr, value);
}

static bool check_range(Sema *s, const SemaSymbol *symbol, AstInt value) {
        const IntRange *range = &ranges[symbol->type->kind];
        AstInt max = ((AstInt)1 << (range->is_signed ? range->bits - 1 : range->bits)) - 1;
        AstInt min = range->is_signed ? -max - 1 : 0;
        char texts[3][SEMA_INT_TEXT];

        if (value >= min && value <= max)
                return true;
        diag_report(s->ctx->diags, VALUE_RANGE, symbol->decl->value->span, sema_int_text(value, texts[0]),
                range->name, sema_int_text(min, texts[1]), sema_int_text(max, texts[2]));
        return false;
}

void sema_define_constant(Sema *s, SemaFile *f, SemaSymbol *symbol) {
        const AstDecl *decl = symbol->decl;
        const SemaType *type = sema_resolve_type(s, f, decl->type, symbol->order);
        AstInt value;

        symbol->is_poisoned = true;
        if (type->kind != SEMA_BAD && !sema_is_integer(type->kind)) {
                diag_report(s->ctx->diags, NOT_AN_INTEGER, decl->type->span, symbol->name.text);
                return;
        }
        if (!sema_evaluate(s, f, decl->value, symbol->order, &value) || type->kind == SEMA_BAD)
                return;
        symbol->type = type;
        symbol->value = value;
        symbol->is_poisoned = !check_range(s, symbol, value);
}
