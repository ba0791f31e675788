/* SPDX-License-Identifier: MIT */
/*
 * Makes the nodes of expressions. Height is bounded here, so that every later walk over the tree may
 * recurse.
 */
#include "psl/build.h"

static uint32_t higher(uint32_t a, uint32_t b) {
        return a > b ? a : b;
}

/* A tree that is too high is cut off: what would be above it is bad and has no parts. */
static PslExpr *new_expr(PslParse *p, PslExprKind kind, uint32_t below, Span span) {
        PslExpr *e = ARENA_NEW(p->ctx->arena, PslExpr);

        e->kind = kind;
        e->height = below + 1;
        e->span = span;
        if (e->height <= PSL_EXPR_DEPTH)
                return e;
        diag_report(p->ctx->diags, EXPR_TOO_DEEP, span, (unsigned)PSL_EXPR_DEPTH);
        e->kind = PSL_EXPR_BAD;
        e->height = 1;
        return e;
}

static bool is_cut(const PslExpr *e, PslExprKind kind) {
        return e->kind != kind;
}

PslExpr *make_bad(PslParse *p, Span span) {
        return new_expr(p, PSL_EXPR_BAD, 0, span);
}

PslExpr *make_leaf(PslParse *p, PslExprKind kind, Span span) {
        return new_expr(p, kind, 0, span);
}

PslExpr *make_boolean(PslParse *p, bool value, Span span) {
        PslExpr *e = new_expr(p, PSL_EXPR_BOOLEAN, 0, span);

        e->value = value;
        return e;
}

PslExpr *make_integer(PslParse *p, uint64_t value, Span span) {
        PslExpr *e = new_expr(p, PSL_EXPR_INTEGER, 0, span);

        e->value = (AstInt)value;
        return e;
}

PslExpr *make_text(PslParse *p, PslExprKind kind, AstName text) {
        PslExpr *e = new_expr(p, kind, 0, text.span);

        e->text = text.text;
        return e;
}

PslExpr *make_variable(PslParse *p, AstName name) {
        PslExpr *e = new_expr(p, PSL_EXPR_NAME, 0, name.span);

        e->name = name;
        return e;
}

PslExpr *make_field(PslParse *p, PslExpr *of, AstName name) {
        PslExpr *e = new_expr(p, PSL_EXPR_FIELD, of->height, span_join(of->span, name.span));

        if (is_cut(e, PSL_EXPR_FIELD))
                return e;
        e->left = of;
        e->name = name;
        return e;
}

PslExpr *make_element(PslParse *p, PslExpr *of, PslExpr *index, Span span) {
        PslExpr *e = new_expr(p, PSL_EXPR_ELEMENT, higher(of->height, index->height), span);

        if (is_cut(e, PSL_EXPR_ELEMENT))
                return e;
        e->left = of;
        e->right = index;
        return e;
}

PslExpr *make_call(PslParse *p, AstName object, AstName name, PslExpr *argument) {
        Span begin = object.text ? object.span : name.span;
        PslExpr *e = new_expr(p, PSL_EXPR_CALL, argument->height, span_join(begin, argument->span));

        if (is_cut(e, PSL_EXPR_CALL))
                return e;
        e->object = object;
        e->name = name;
        e->left = argument;
        return e;
}

PslExpr *make_paren(PslParse *p, PslExpr *inner, Span span) {
        PslExpr *e = new_expr(p, PSL_EXPR_PAREN, inner->height, span);

        if (!is_cut(e, PSL_EXPR_PAREN))
                e->left = inner;
        return e;
}

PslExpr *make_unary(PslParse *p, PslOp op, Span op_span, PslExpr *operand) {
        PslExpr *e = new_expr(p, PSL_EXPR_UNARY, operand->height, span_join(op_span, operand->span));

        if (is_cut(e, PSL_EXPR_UNARY))
                return e;
        e->op = op;
        e->op_span = op_span;
        e->left = operand;
        return e;
}

PslExpr *make_binary(PslParse *p, PslOp op, Span op_span, PslExpr *left, PslExpr *right) {
        PslExpr *e = new_expr(
                p, PSL_EXPR_BINARY, higher(left->height, right->height), span_join(left->span, right->span));

        if (is_cut(e, PSL_EXPR_BINARY))
                return e;
        e->op = op;
        e->op_span = op_span;
        e->left = left;
        e->right = right;
        return e;
}

static bool is_comparison(const PslExpr *e) {
        return e->kind == PSL_EXPR_BINARY && e->op >= PSL_OP_EQUAL && e->op <= PSL_OP_GREATER_EQUAL;
}

PslExpr *make_comparison(PslParse *p, PslOp op, Span op_span, PslExpr *left, PslExpr *right) {
        if (is_comparison(left)) {
                diag_report(p->ctx->diags, PSL_CHAINED, op_span, psl_op_text(op), psl_op_text(left->op));
                diag_help(p->ctx->diags, "join two comparisons with '&&', or write parentheses");
        }
        return make_binary(p, op, op_span, left, right);
}

/* Dictionaries and lists ----------------------------------------------------------------------- */

PslExpr *make_dict(PslParse *p, PslPairList pairs, Span span) {
        uint32_t below = 0;
        PslExpr *e;

        for (const PslPair *pair = pairs.first; pair; pair = pair->next)
                below = higher(below, pair->value->height);
        e = new_expr(p, PSL_EXPR_DICT, below, span);
        if (!is_cut(e, PSL_EXPR_DICT))
                e->pairs = pairs;
        return e;
}

PslExpr *make_list(PslParse *p, PslExprList items, Span span) {
        uint32_t below = 0;
        PslExpr *e;

        for (const PslExpr *item = items.first; item; item = item->next)
                below = higher(below, item->height);
        e = new_expr(p, PSL_EXPR_LIST, below, span);
        if (!is_cut(e, PSL_EXPR_LIST))
                e->items = items;
        return e;
}

static PslPair *new_pair(PslParse *p, PslKeyKind kind, Span key_span, PslExpr *value) {
        PslPair *pair = ARENA_NEW(p->ctx->arena, PslPair);

        *pair = (PslPair){
                .key_kind = kind,
                .key_span = key_span,
                .span = span_join(key_span, value->span),
                .value = value,
        };
        return pair;
}

PslPair *make_name_pair(PslParse *p, PslKeyKind kind, AstName key, PslExpr *value) {
        PslPair *pair = new_pair(p, kind, key.span, value);

        pair->key = key.text;
        return pair;
}

PslPair *make_integer_pair(PslParse *p, AstInt key, Span key_span, PslExpr *value) {
        PslPair *pair = new_pair(p, PSL_KEY_INTEGER, key_span, value);

        pair->integer = key;
        return pair;
}

void make_equals_pair(PslParse *p, Span equals) {
        diag_report(p->ctx->diags, PSL_EQUALS_IN_DICT, equals);
        diag_help(p->ctx->diags, "write ':'");
}

PslPairList join_pair(PslPairList list, PslPair *pair) {
        PSL_APPEND(&list, pair);
        return list;
}

PslExprList join_item(PslExprList list, PslExpr *item) {
        PSL_APPEND(&list, item);
        return list;
}
