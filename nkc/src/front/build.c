/* SPDX-License-Identifier: MIT */
/*
 * Makes the nodes that the grammar finds. Depth is bounded here, so that every later walk over the
 * tree may recurse.
 */
#include "front/build.h"

#include <string.h>

/* Dotted names --------------------------------------------------------------------------------- */

AstPath build_path(Parse *p, AstName name) {
        (void)p;
        return (AstPath){.text = name.text, .last = name.text, .span = name.span};
}

AstPath build_longer_path(Parse *p, AstPath path, AstName name) {
        size_t head = intern_length(path.text), tail = intern_length(name.text);
        char text[AST_PATH_MAX + 1];

        path.span = span_join(path.span, name.span);
        if (head + 1 + tail > AST_PATH_MAX) {
                if (!p->is_silent)
                        diag_report(p->ctx->diags, NAME_TOO_LONG, path.span, (unsigned)(head + 1 + tail),
                                (unsigned)AST_PATH_MAX);
                p->is_silent = true;
                return path;
        }
        memcpy(text, path.text, head);
        text[head] = '.';
        memcpy(text + head + 1, name.text, tail);
        path.qualifier = path.text;
        path.last = name.text;
        path.text = intern_bytes(p->ctx->names, text, head + 1 + tail);
        return path;
}

/* Expressions ---------------------------------------------------------------------------------- */

static AstExpr *new_expr(Parse *p, AstExprKind kind, uint32_t below, Span span) {
        AstExpr *e = ARENA_NEW(p->ctx->arena, AstExpr);

        e->kind = kind;
        e->height = below + 1;
        e->span = span;
        if (e->height > AST_EXPR_DEPTH)
                e->kind = AST_EXPR_BAD;
        if (e->height == AST_EXPR_DEPTH + 1)
                diag_report(p->ctx->diags, EXPR_TOO_DEEP, span, (unsigned)AST_EXPR_DEPTH);
        return e;
}

AstExpr *build_bad_expr(Parse *p, Span span) {
        return new_expr(p, AST_EXPR_BAD, 0, span);
}

AstExpr *build_name_expr(Parse *p, AstPath name) {
        AstExpr *e = new_expr(p, AST_EXPR_NAME, 0, name.span);

        e->name = name;
        return e;
}

AstExpr *build_paren(Parse *p, AstExpr *inner, Span span) {
        AstExpr *e = new_expr(p, AST_EXPR_PAREN, inner->height, span);

        e->left = inner;
        return e;
}

AstExpr *build_unary(Parse *p, AstOp op, AstExpr *operand, Span span) {
        AstExpr *e = new_expr(p, AST_EXPR_UNARY, operand->height, span);

        e->op = op;
        e->left = operand;
        return e;
}

AstExpr *build_binary(Parse *p, AstOp op, AstExpr *left, AstExpr *right) {
        uint32_t below = left->height > right->height ? left->height : right->height;
        AstExpr *e = new_expr(p, AST_EXPR_BINARY, below, span_join(left->span, right->span));

        e->op = op;
        e->left = left;
        e->right = right;
        return e;
}

/* Types ---------------------------------------------------------------------------------------- */

static AstType *new_type(Parse *p, AstTypeKind kind, uint32_t below, Span span) {
        AstType *t = ARENA_NEW(p->ctx->arena, AstType);

        t->kind = kind;
        t->height = below + 1;
        t->span = span;
        if (t->height > AST_TYPE_DEPTH)
                t->kind = AST_TYPE_BAD;
        if (t->height == AST_TYPE_DEPTH + 1)
                diag_report(p->ctx->diags, TYPE_TOO_DEEP, span, (unsigned)AST_TYPE_DEPTH);
        return t;
}

AstType *build_named_type(Parse *p, AstPath name) {
        AstType *t = new_type(p, AST_TYPE_NAMED, 0, name.span);

        t->name = name;
        return t;
}

AstType *build_sized_type(Parse *p, AstTypeKind kind, AstType *element, AstExpr *size, Span span) {
        AstType *t = new_type(p, kind, element ? element->height : 0, span);

        t->element = element;
        t->size = size;
        return t;
}

AstType *build_handle_type(Parse *p, AstPath target, Span span) {
        AstType *t = new_type(p, AST_TYPE_HANDLE, 0, span);

        diag_report(p->ctx->diags, NEWER, span, arena_printf(p->ctx->arena, "handle<%s>", target.text));
        t->name = target;
        return t;
}

AstType *build_inner_type(Parse *p, const char *word, Span span) {
        diag_report(p->ctx->diags, INNER_TYPE, span, word);
        return new_type(p, AST_TYPE_BAD, 0, span);
}

AstType *build_tagged_type(Parse *p, const char *word, AstName name, Span keyword) {
        if (!p->is_silent) {
                diag_report(p->ctx->diags, TYPE_TAG, keyword, word, name.text);
                diag_help(p->ctx->diags, "a %s is used by its name alone", word);
        }
        return build_named_type(p, build_path(p, name));
}

/* Members -------------------------------------------------------------------------------------- */

AstField *build_field(Parse *p, AstType *type, AstName name, Span span) {
        AstField *f = ARENA_NEW(p->ctx->arena, AstField);

        *f = (AstField){.span = span, .type = type, .name = name};
        return f;
}

AstParam *build_param(Parse *p, AstDirection direction, AstType *type, AstName name, Span span) {
        AstParam *param = ARENA_NEW(p->ctx->arena, AstParam);

        *param = (AstParam){.span = span, .direction = direction, .type = type, .name = name};
        return param;
}

AstParam *build_aimless_param(Parse *p, AstType *type, AstName name, Span span) {
        AstParam *param;

        if (!p->is_silent) {
                diag_report(p->ctx->diags, NO_DIRECTION, span, name.text);
                diag_help(p->ctx->diags, "put 'in', 'out' or 'error' in front of the type");
        }
        param = build_param(p, AST_IN, type, name, span);
        param->is_bad = true;
        return param;
}

void build_initial_value(Parse *p, AstName name, Span value) {
        diag_report(p->ctx->diags, INITIAL_VALUE, value, name.text);
}

AstMethod *build_method(Parse *p, AstName name, AstParamList params, Span span) {
        AstMethod *m = ARENA_NEW(p->ctx->arena, AstMethod);

        *m = (AstMethod){.is_bad = params.is_bad, .span = span, .name = name, .params = params};
        return m;
}

AstMethod *build_bad_method(Parse *p, AstName name, Span span) {
        AstMethod *m = build_method(p, name, (AstParamList){.first = NULL}, span);

        m->is_bad = true;
        return m;
}

void build_return_type(Parse *p, AstType *type, AstName name) {
        if (p->is_silent)
                return;
        diag_report(p->ctx->diags, RETURN_TYPE, type->span, name.text);
        diag_help(p->ctx->diags, "a result is an 'out' parameter");
}

AstBinding *build_binding(Parse *p, AstName name, AstPath target, Span span) {
        AstBinding *b = ARENA_NEW(p->ctx->arena, AstBinding);

        *b = (AstBinding){.span = span, .name = name, .target = target};
        return b;
}

/* Definitions ---------------------------------------------------------------------------------- */

static AstDecl *new_decl(Parse *p, AstDeclKind kind, AstName name, Span span) {
        AstDecl *d = ARENA_NEW(p->ctx->arena, AstDecl);

        *d = (AstDecl){.kind = kind, .span = span, .name = name};
        return d;
}

AstDecl *build_const(Parse *p, AstType *type, AstName name, AstExpr *value, Span span) {
        AstDecl *d = new_decl(p, AST_CONST, name, span);

        d->type = type;
        d->value = value;
        return d;
}

AstDecl *build_typedef(Parse *p, AstType *type, AstName name, Span span) {
        AstDecl *d = new_decl(p, AST_TYPEDEF, name, span);

        d->type = type;
        return d;
}

AstDecl *build_record(Parse *p, AstDeclKind kind, AstName name, AstFieldList fields, Span span) {
        AstDecl *d = new_decl(p, kind, name, span);

        d->fields = fields;
        d->is_bad = fields.is_bad || fields.n == 0;
        if (fields.n == 0 && !fields.is_bad)
                diag_report(p->ctx->diags, NO_FIELDS, name.span, kind == AST_STRUCT ? "struct" : "union",
                        name.text);
        return d;
}

AstDecl *build_bad_decl(Parse *p, AstDeclKind kind, AstName name, Span span) {
        AstDecl *d;

        if (!name.text)
                return NULL;
        d = new_decl(p, kind, name, span);
        d->is_bad = true;
        return d;
}

AstInterface *build_interface(Parse *p, AstMethodList methods, Span keyword, Span span) {
        AstInterface *i = ARENA_NEW(p->ctx->arena, AstInterface);

        *i = (AstInterface){.span = span, .keyword = keyword, .methods = methods};
        return i;
}

/* Lists ---------------------------------------------------------------------------------------- */

#define APPEND(list, node)                                                                                   \
        do {                                                                                                 \
                if ((list).last)                                                                             \
                        (list).last->next = (node);                                                          \
                else                                                                                         \
                        (list).first = (node);                                                               \
                (list).last = (node);                                                                        \
                (list).n++;                                                                                  \
        } while (0)

AstFieldList add_field(AstFieldList list, AstField *field) {
        if (field)
                APPEND(list, field);
        else
                list.is_bad = true;
        return list;
}

AstParamList add_param(AstParamList list, AstParam *param) {
        APPEND(list, param);
        list.is_bad = list.is_bad || param->is_bad;
        return list;
}

AstMethodList add_method(AstMethodList list, AstMethod *method) {
        if (method)
                APPEND(list, method);
        return list;
}

AstBindingList add_binding(AstBindingList list, AstBinding *binding) {
        APPEND(list, binding);
        return list;
}
